"""What a request may bring: how long its address and head may be, how large its body, how slowly it may come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import MutableMapping
from typing import Any

from devstack.gateway.http import MAX_BODY_BYTES, BodyTooLarge, Receive, Scope
from devstack.gateway.server import MAX_HEAD_BYTES

MAX_TARGET_BYTES = 16 * 1024
"""The platform's edge takes no longer address; a filter by hundreds of ids is over it soon."""
PAUSE_SECONDS = 20.0
BODY_SECONDS = 300.0
_KIB = 1024
_BODY_LIMITS = (
    ("/storage/v1/", MAX_BODY_BYTES + 1024 * _KIB),
    ("/auth/v1/", 1024 * _KIB),
    ("/realtime/v1/", 4096 * _KIB),
)


class HeadTooLong(Exception):
    """Address or headers are over their limit; `status` says which."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class BodyTooSlow(Exception):
    """The body stopped coming, or took too long in all."""


def check_head(scope: Scope) -> None:
    """Raises HeadTooLong."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
        raise HeadTooLong(414, f"The address is longer than {MAX_TARGET_BYTES} bytes")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD_BYTES:
        raise HeadTooLong(431, f"The headers are longer than {MAX_HEAD_BYTES} bytes")


class Intake:
    """`receive` of a request, with its limits."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        path = scope["path"]
        self._receive = receive
        self._limit = next(
            (limit for prefix, limit in _BODY_LIMITS if path.startswith(prefix)), MAX_BODY_BYTES
        )
        self._size = 0
        self._is_complete = False
        self._began = time.monotonic()

    async def __call__(self) -> MutableMapping[str, Any]:
        """The next message. Raises BodyTooLarge or BodyTooSlow; once the body is there it waits as long as asked."""
        if self._is_complete:
            return await self._receive()
        left = self._began + BODY_SECONDS - time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(left, PAUSE_SECONDS))):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise BodyTooLarge
        self._is_complete = not message.get("more_body")
        return message
