"""Broadcast over HTTP: several messages at once, or one to a topic and event in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from devstack.gateway.realtime.access import Access
from devstack.gateway.realtime.claims import Claims, Verify, claims_of
from devstack.gateway.realtime.feed import Broadcast
from devstack.gateway.realtime.hub import Hub
from devstack.gateway.realtime.limits import Limits
from devstack.gateway.realtime.refused import Refused


class HttpBroadcast:
    """The routes below `/realtime/v1/api`. What a policy denies is left out silently, as on the platform."""

    def __init__(self, hub: Hub, access: Callable[[], Access], verify: Verify, limits: Limits) -> None:
        self._hub = hub
        self._access = access
        self._verify = verify
        self._limits = limits

    def routes(self) -> list[BaseRoute]:
        """The routes."""
        return [
            Route("/api/broadcast", self.batch, methods=["POST"]),
            Route("/api/broadcast/{topic:path}/events/{event}", self.one, methods=["POST"]),
        ]

    async def batch(self, request: Request) -> Response:
        """POST {messages: [{topic, event, payload, private?, id?}]}; 202 when all were taken."""
        body = _json(await request.body())
        messages = body.get("messages") if isinstance(body, dict) else None
        if not isinstance(messages, list) or not messages:
            return _unprocessable({"messages": ["can't be blank"]})
        errors = [self._errors(message) for message in messages]
        if any(errors):
            return _unprocessable({"messages": errors})
        return await self._send(
            request,
            [
                Broadcast(
                    str(m.get("id") or ""), m["topic"], m["event"], m.get("private") is True, m["payload"]
                )
                for m in messages
            ],
        )

    async def one(self, request: Request) -> Response:
        """POST of a payload; `?private=true` for a private topic."""
        payload = _json(await request.body())
        topic, event = request.path_params["topic"], request.path_params["event"]
        errors = self._errors({"topic": topic, "event": event, "payload": payload})
        if errors:
            return _unprocessable(errors)
        private = request.query_params.get("private") == "true"
        return await self._send(request, [Broadcast("", topic, event, private, payload)])

    async def _send(self, request: Request, messages: list[Broadcast]) -> Response:
        try:
            claims = claims_of(_token(request), self._verify)
        except Refused as refused:
            return JSONResponse({"message": refused.reason}, 401)
        if self._hub.rate.is_exceeded():
            return JSONResponse({"message": "You have exceeded your rate limit"}, 429)
        if self._hub.rate.is_exceeded(len(messages)):
            return JSONResponse(
                {"message": "Too many messages to broadcast, please reduce the batch size"}, 429
            )
        try:
            allowed = await self._allowed({m.topic for m in messages if m.private}, claims)
        except Refused as refused:
            return JSONResponse({"message": refused.reason}, 503)
        for message in messages:
            if not message.private or message.topic in allowed:
                self._hub.rate.add()
                self._hub.broadcast((message.topic, message.private), message.body)
        return Response(status_code=202)

    async def _allowed(self, topics: set[str], claims: Claims) -> set[str]:
        access = self._access()
        return {topic for topic in topics if await access.may_write(topic, claims, "broadcast")}

    def _errors(self, message: Any) -> dict[str, list[str]]:
        if not isinstance(message, dict):
            return {"message": ["must be an object"]}
        errors: dict[str, list[str]] = {}
        for name in ("topic", "event"):
            value = message.get(name)
            if not isinstance(value, str) or not value or "\0" in value:
                errors[name] = ["can't be blank" if not value else "is invalid"]
        payload = message.get("payload")
        if not isinstance(payload, dict):
            errors["payload"] = ["can't be blank" if payload is None else "is invalid"]
        elif _size(payload) > self._limits.payload_bytes:
            errors["payload"] = ["Payload size exceeds tenant limit"]
        return errors


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.headers.get("apikey", "")


def _json(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _size(payload: object) -> float:
    try:
        return len(orjson.dumps(payload))
    except orjson.JSONEncodeError:
        return float("inf")


def _unprocessable(errors: object) -> Response:
    return JSONResponse({"errors": errors}, 422)
