"""A webhook receiver that checks signatures and remembers what it got."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

APP_SECRET = "an app secret of the tests"
WAIT_SECONDS = 30


@dataclass(frozen=True)
class Webhook:
    """One POST: its bytes, its value, and the path it came to."""

    raw: bytes
    value: dict[str, Any]
    path: str
    status: int

    @property
    def message(self) -> dict[str, Any]:
        """The one message of the webhook."""
        (message,) = self.value["messages"]
        assert isinstance(message, dict)
        return message


class Receiver:
    """Answers 200, or what `answers` says for the next requests."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.webhooks: list[Webhook] = []
        self._changed = asyncio.Condition()
        self.app = Starlette(routes=[Route("/{rest:path}", self._receive, methods=["POST"])])

    def clear(self) -> None:
        """Forget what came and answer 200 again."""
        self.answers.clear()
        self.webhooks.clear()

    def receipts(self, wamid: str, *, accepted_only: bool = True) -> list[dict[str, Any]]:
        """The receipts of one message in the order they came."""
        return [
            status
            for webhook in self.webhooks
            for status in webhook.value.get("statuses", [])
            if status["id"] == wamid and (webhook.status == 200 or not accepted_only)
        ]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return when `holds` is true after some webhook."""
        async with asyncio.timeout(WAIT_SECONDS), self._changed:
            await self._changed.wait_for(holds)

    async def receipts_of(self, wamid: str, count: int = 3) -> list[dict[str, Any]]:
        """Wait for so many receipts of a message."""
        await self.until(lambda: len(self.receipts(wamid)) >= count)
        return self.receipts(wamid)

    async def _receive(self, request: Request) -> Response:
        raw = await request.body()
        expected = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
        if request.headers.get("x-hub-signature-256") != f"sha256={expected}":
            return JSONResponse({"error": "signature"}, status_code=401)
        status = self.answers.pop(0) if self.answers else 200
        payload = json.loads(raw)
        (entry,) = payload["entry"]
        (change,) = entry["changes"]
        assert payload["object"] == "whatsapp_business_account"
        assert entry["id"] == "102290129340398"
        assert change["field"] == "messages"
        async with self._changed:
            self.webhooks.append(Webhook(raw, change["value"], request.url.path, status))
            self._changed.notify_all()
        return JSONResponse({"received": True}, status_code=status)
