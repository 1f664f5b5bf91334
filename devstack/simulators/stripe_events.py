"""Webhooks as Stripe sends them: the event, the signature over its bytes, the repetitions.

Source: docs.stripe.com/webhooks (September 2026). Stripe repeats for three days; here it is about a minute.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Coroutine
from typing import Any

import httpx
import orjson

TRIES = 10
BACKOFF_FIRST_SECONDS = 0.25
BACKOFF_MAX_SECONDS = 10.0

logger = logging.getLogger(__name__)


def event(kind: str, subject: dict[str, Any]) -> bytes:
    """One event as bytes."""
    return orjson.dumps(
        {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": "2026-08-26.basil",
            "created": int(time.time()),
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
            "data": {"object": subject},
        }
    )


def signature(secret: str, body: bytes, *, at: int | None = None) -> str:
    """The value of `Stripe-Signature` over exactly these bytes, signed now or at a Unix time."""
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


class StripeWebhooks:
    """Delivers events to the receiver in the background."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._secret = url, secret
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: httpx.AsyncClient | None = None

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run while requests go on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def deliver(self, body: bytes, *, times: int = 1) -> None:
        """Post until the answer is 2xx, with growing pauses; `times` over, as Stripe sometimes does."""
        for _ in range(times):
            for made in range(TRIES):
                if made:
                    await asyncio.sleep(min(BACKOFF_FIRST_SECONDS * 2 ** (made - 1), BACKOFF_MAX_SECONDS))
                if await self._posted(body):
                    break
            else:
                logger.warning("an event was not accepted in %d tries and is given up", TRIES)

    async def _posted(self, body: bytes) -> bool:
        if self._http is None:
            # Made at its first use: most stacks never pay by card.
            self._http = httpx.AsyncClient(timeout=20, trust_env=False)
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature(self._secret, body)}
        try:
            return (await self._http.post(self._url, content=body, headers=headers)).is_success
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        """Drop what is pending and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()
