"""Realtime: the websocket as the Python client 2.34 speaks it (vsn 1.0.0, JSON objects), and HTTP broadcast.

Private channels are authorised by policies; what the database commits is delivered to the sockets that joined
the topic with the same private flag. Row changes (`postgres_changes`) and presence are refused, never ignored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from devstack.gateway.realtime_access import Access
from devstack.gateway.realtime_feed import Broadcast, Feed, ensure_partitions

log = logging.getLogger(__name__)

Claims = Mapping[str, Any]
Identify = Callable[[str], Claims]
"""Claims of a key or token; raises ValueError for anything else."""

PREFIX = "realtime:"
QUEUE_LIMIT = 2000
MAX_FRAME_BYTES = 3_000_000
MAX_CHANNELS = 100


@dataclass(eq=False)
class Channel:
    """One joined topic of one socket."""

    topic: str
    private: bool
    join_ref: str | None
    claims: Claims
    ack: bool
    echo: bool
    may_write: bool | None = None
    expiry: asyncio.Task[None] | None = None


@dataclass(eq=False)
class Socket:
    """A connected client. What it can't take fast enough closes it; it reconnects and catches up."""

    websocket: WebSocket
    claims: Claims
    out: asyncio.Queue[dict[str, Any] | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    channels: dict[str, Channel] = field(default_factory=dict)

    def push(self, topic: str, event: str, payload: Any, ref: str | None = None) -> None:
        message = {
            "topic": PREFIX + topic if topic != "phoenix" else topic,
            "event": event,
            "payload": payload,
            "ref": ref,
        }
        try:
            self.out.put_nowait(message)
        except asyncio.QueueFull:
            while not self.out.empty():
                self.out.get_nowait()
            self.out.put_nowait(None)


class RealtimeService:
    """The routes of `/realtime/v1`. `pool` and `dsn` belong to a role that may read realtime.messages."""

    def __init__(
        self, pool: asyncpg.Pool[Any], dsn: str, *, identify: Identify, join_error_delay_seconds: float = 5.0
    ) -> None:
        self._pool = pool
        self._access = Access(pool)
        self._identify = identify
        self._delay = join_error_delay_seconds
        self._topics: dict[tuple[str, bool], set[tuple[Socket, Channel]]] = defaultdict(set)
        self.feed = Feed(dsn, self._deliver)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen to the database."""
        self._task = asyncio.create_task(self.feed.run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def routes(self) -> list[BaseRoute]:
        """To be mounted below `/realtime/v1`."""
        return [
            WebSocketRoute("/websocket", self.websocket),
            Route("/api/broadcast", self.http_broadcast, methods=["POST"]),
        ]

    # The socket.

    async def websocket(self, websocket: WebSocket) -> None:
        try:
            claims = self._identify(websocket.query_params.get("apikey", ""))
        except ValueError:
            await websocket.send_denial_response(JSONResponse({"error": "invalid api key"}, 401))
            return
        if websocket.query_params.get("vsn", "1.0.0") != "1.0.0":
            await websocket.send_denial_response(
                JSONResponse({"error": "only vsn 1.0.0 is spoken here"}, 400)
            )
            return
        await ensure_partitions(self._pool)
        await websocket.accept()
        socket = Socket(websocket, claims)
        writer = asyncio.create_task(self._write(socket))
        try:
            while True:
                text = await websocket.receive_text()
                if len(text) > MAX_FRAME_BYTES:
                    await websocket.close(1009)
                    return
                await self._receive(socket, text)
        except (WebSocketDisconnect, KeyError, RuntimeError):
            # KeyError: a binary frame, which version 1 clients never send.
            return
        finally:
            for topic in list(socket.channels):
                self._leave(socket, topic)
            writer.cancel()

    async def _write(self, socket: Socket) -> None:
        while (message := await socket.out.get()) is not None:
            await socket.websocket.send_text(orjson.dumps(message).decode())
        await socket.websocket.close(1013)

    async def _receive(self, socket: Socket, text: str) -> None:
        try:
            message = orjson.loads(text)
            full, event, payload = message["topic"], message["event"], message.get("payload") or {}
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return
        ref = message.get("ref")
        if full == "phoenix":
            socket.push("phoenix", "phx_reply", {"status": "ok", "response": {}}, ref)
            return
        if not isinstance(full, str) or not full.startswith(PREFIX) or not isinstance(payload, dict):
            return
        topic = full.removeprefix(PREFIX)
        if event == "phx_join":
            await self._join(socket, topic, payload, ref, message.get("join_ref"))
        elif event == "phx_leave":
            self._leave(socket, topic)
            socket.push(topic, "phx_reply", {"status": "ok", "response": {}}, ref)
            socket.push(topic, "phx_close", {}, message.get("join_ref"))
        elif event == "access_token":
            await self._new_token(socket, topic, payload.get("access_token"))
        elif event == "broadcast":
            await self._broadcast(socket, topic, payload, ref)
        else:
            socket.push(topic, "phx_reply", _refusal(f"{event} is not supported by this stack"), ref)

    # Joining and leaving.

    async def _join(
        self, socket: Socket, topic: str, payload: Claims, ref: str | None, join_ref: str | None
    ) -> None:
        config = payload.get("config") or {}
        private = bool(config.get("private"))
        broadcast = config.get("broadcast") or {}
        try:
            claims = self._claims_for(socket, payload.get("access_token"))
            if len(socket.channels) >= MAX_CHANNELS:
                raise ValueError("ChannelRateLimitReached: Too many channels")
            if config.get("postgres_changes"):
                raise ValueError("postgres_changes is not supported by this stack")
            if private and not await self._access.may_read(topic, claims):
                raise ValueError(
                    f"Unauthorized: You do not have permissions to read from this Channel topic: {topic}"
                )
        except ValueError as error:
            await asyncio.sleep(self._delay)
            socket.push(topic, "phx_reply", _refusal(str(error)), ref)
            return
        self._leave(socket, topic)
        channel = Channel(
            topic, private, join_ref or ref, claims, bool(broadcast.get("ack")), bool(broadcast.get("self"))
        )
        socket.channels[topic] = channel
        self._topics[(topic, private)].add((socket, channel))
        channel.expiry = asyncio.create_task(self._expire(socket, channel))
        socket.push(topic, "phx_reply", {"status": "ok", "response": {"postgres_changes": []}}, ref)
        if (config.get("presence") or {}).get("enabled"):
            socket.push(topic, "presence_state", {})

    def _claims_for(self, socket: Socket, token: object) -> Claims:
        claims = self._identify(token) if isinstance(token, str) and token else socket.claims
        if not claims.get("role") or not isinstance(claims.get("exp"), int):
            raise ValueError("InvalidJWTToken: Fields `role` and `exp` are required in JWT")
        if claims["exp"] < time.time():
            raise ValueError("InvalidJWTToken: Token has expired")
        return claims

    async def _expire(self, socket: Socket, channel: Channel) -> None:
        while (left := channel.claims["exp"] - time.time()) > 0:
            await asyncio.sleep(min(left, 3600))
        self._close(socket, channel, "Token has expired")

    async def _new_token(self, socket: Socket, topic: str, token: object) -> None:
        channel = socket.channels.get(topic)
        if channel is None or not isinstance(token, str) or token.startswith("sb_"):
            return
        try:
            claims = self._claims_for(socket, token)
        except ValueError as error:
            self._close(socket, channel, str(error))
            return
        if channel.private and not await self._access.may_read(topic, claims):
            self._close(socket, channel, "You do not have permissions to read from this Channel topic")
            return
        channel.claims, channel.may_write = claims, None
        if channel.expiry is not None:
            channel.expiry.cancel()
        channel.expiry = asyncio.create_task(self._expire(socket, channel))

    def _close(self, socket: Socket, channel: Channel, reason: str) -> None:
        body = {"extension": "system", "status": "error", "message": reason, "channel": channel.topic}
        socket.push(channel.topic, "system", body)
        socket.push(channel.topic, "phx_close", {}, channel.join_ref)
        self._leave(socket, channel.topic)

    def _leave(self, socket: Socket, topic: str) -> None:
        channel = socket.channels.pop(topic, None)
        if channel is None:
            return
        members = self._topics[(topic, channel.private)]
        members.discard((socket, channel))
        if not members:
            del self._topics[(topic, channel.private)]
        if channel.expiry is not None and channel.expiry is not asyncio.current_task():
            channel.expiry.cancel()

    # Broadcasts.

    def _deliver(self, message: Broadcast, sender: Channel | None = None) -> None:
        body = {"event": message.event, "payload": message.payload, "type": "broadcast"}
        if message.id:
            body["meta"] = {"id": message.id}
        for socket, channel in list(self._topics.get((message.topic, message.private), ())):
            if channel is not sender or channel.echo:
                socket.push(message.topic, "broadcast", body)

    async def _broadcast(self, socket: Socket, topic: str, payload: Claims, ref: str | None) -> None:
        channel = socket.channels.get(topic)
        if channel is None:
            return
        if channel.private and channel.may_write is None:
            channel.may_write = await self._access.may_write(topic, channel.claims)
        if channel.private and not channel.may_write:
            # The platform drops it silently; so a client that relies on the acknowledgement finds out.
            return
        self._deliver(
            Broadcast("", topic, str(payload.get("event", "")), channel.private, payload.get("payload")),
            channel,
        )
        if channel.ack:
            socket.push(topic, "phx_reply", {"status": "ok", "response": {}}, ref)

    async def http_broadcast(self, request: Request) -> Response:
        """POST {messages: [{topic, event, payload, private}]}; 202 when all were taken."""
        try:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            claims = self._identify(
                token if scheme.lower() == "bearer" else request.headers.get("apikey", "")
            )
        except ValueError:
            return JSONResponse({"message": "Unauthorized"}, 401)
        try:
            messages = orjson.loads(await request.body())["messages"]
            broadcasts = [
                Broadcast("", m["topic"], m["event"], bool(m.get("private")), m["payload"]) for m in messages
            ]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return JSONResponse({"errors": {"messages": ["each needs topic, event and payload"]}}, 422)
        for message in broadcasts:
            if not message.private or await self._access.may_write(message.topic, claims):
                self._deliver(message)
        return Response(status_code=202)


def _refusal(reason: str) -> dict[str, Any]:
    return {"status": "error", "response": {"reason": reason}}
