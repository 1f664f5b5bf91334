"""One open desk: the socket of a browser, seen from the side that writes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from dashboard.sessions import Session

QUEUE_LIMIT = 200
"""Frames a slow browser may be behind; then it is cut off, connects again and starts from fresh rows."""

SIGNED_OUT = 4401
TRY_AGAIN = 4503
RIGHTS_CHANGED = 4409
"""Close codes that the page knows: go to the log-in page, connect again, load the page anew."""


class Connection:
    """What is waiting to be sent, and the conversation that is open."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.open_id: UUID | None = None
        self.is_there = False
        self.is_typing = False
        self.close_code: int | None = None
        self._frames: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_LIMIT)

    def send(self, message: Mapping[str, Any]) -> None:
        """Queue a message; never waits."""
        self.send_bytes(orjson.dumps(message))

    def send_bytes(self, frame: bytes) -> None:
        """Queue a message that is encoded already, as when many get the same one."""
        if self.close_code is not None:
            return
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.close(TRY_AGAIN)

    def close(self, code: int) -> None:
        """End the connection; what was still waiting is dropped."""
        if self.close_code is not None:
            return
        self.close_code = code
        while not self._frames.empty():
            self._frames.get_nowait()
        self._frames.put_nowait(None)

    async def next_frame(self) -> bytes | None:
        """The next message to send, None once the connection is to be closed."""
        return await self._frames.get()
