"""The wire below the storage client: an rpc door whose answers a test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import orjson

from processors.settings import Settings
from processors.store import Store, connect

Refusal = tuple[int, dict[str, Any]]
Rule = Callable[[list[dict[str, Any]]], Refusal | None]


def sql_error(code: str, status: int = 400) -> Refusal:
    """The answer of PostgREST for an SQL error."""
    return status, {"code": code, "message": "refused", "details": None, "hint": None}


class RpcServer:
    """Answers `ingest_events` as the SQL function does, one row per event id, and keeps what it was asked.

    `rule` may refuse a call by its events; `gate`, when set, holds each call back until it is opened.
    """

    def __init__(self) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self.options: list[dict[str, Any]] = []
        self.stored: dict[str, dict[str, Any]] = {}
        self.rule: Rule = lambda events: None
        self.gate: asyncio.Event | None = None
        self.arrived = asyncio.Event()
        self.most_at_once = 0
        self._at_once = 0

    async def store(self, settings: Settings) -> Store:
        """A store whose connections end here."""
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._handle), timeout=5)
        return Store(await connect(settings, http=http))

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.arrived.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
            return self._answer(orjson.loads(request.content))
        finally:
            self._at_once -= 1

    def _answer(self, body: dict[str, Any]) -> httpx.Response:
        events = [event for item in body["p_items"] for event in item["events"]]
        self.calls.append(events)
        self.options.append(body["p_options"])
        if refusal := self.rule(events):
            return httpx.Response(refusal[0], json=refusal[1])
        results, counts = [], {"new": 0}
        for event in events:
            known = event["external_id"] in self.stored
            self.stored.setdefault(event["external_id"], event)
            counts["new"] += not known
            if event["kind"] == "message" and body["p_options"]["detail"]:
                row: dict[str, Any] = {"result": "duplicate" if known else "new"}
                results.append({**row, "external_id": event["external_id"], "wants_turn": not known})
        return httpx.Response(200, json={"counts": counts, "results": results})
