"""A connected client: its channels, and what waits to be written to it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.websockets import WebSocket, WebSocketDisconnect

from devstack.gateway.realtime import frames
from devstack.gateway.realtime.limits import Limits
from devstack.gateway.realtime.wire import ABORT

if TYPE_CHECKING:
    from devstack.gateway.realtime.channel import Channel

log = logging.getLogger(__name__)

FAREWELL_SECONDS = 2.0


class Socket:
    """One connection. A client that does not read is cut off; it connects again and catches up."""

    def __init__(self, websocket: WebSocket, token: str, limits: Limits) -> None:
        self.token = token
        """What its key stands for: the token of channels that bring none."""
        self.channels: dict[str, Channel] = {}
        self._websocket = websocket
        self._limits = limits
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._is_written = asyncio.Event()
        self._is_written.set()
        self._is_cut = False

    def push(self, topic: str, event: str, payload: object, ref: str | None = None) -> None:
        """Write a message of a topic as soon as the client takes it. Raises ValueError for what is no JSON."""
        self.write(frames.encode(topic, event, payload, ref))

    def write(self, frame: str) -> None:
        """Write an encoded frame as soon as the client takes it."""
        if self._is_cut:
            return
        limits = self._limits
        if len(self._waiting) >= limits.queued_messages or self._bytes > limits.queued_bytes:
            log.warning("a client does not read: %d messages wait, the connection is cut", len(self._waiting))
            self.cut()
            return
        self._waiting.append(frame)
        self._bytes += len(frame)
        self._is_written.clear()
        self._wake.set()

    def cut(self) -> None:
        """End the connection at once, whatever still waits."""
        self._is_cut = True
        self._waiting.clear()
        self._wake.set()
        abort: Callable[[], None] | None = self._websocket.scope.get("extensions", {}).get(ABORT)
        if abort is not None:
            abort()

    async def close(self, code: int) -> None:
        """Write what waits, then say farewell. A client that does not read gets neither."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._is_written.wait()
                await self._websocket.close(code)
        except TimeoutError:
            self.cut()

    async def drain(self) -> None:
        """Write what waits, until cancelled or the client is gone."""
        try:
            while not self._is_cut:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    frame = self._waiting.popleft()
                    self._bytes -= len(frame)
                    await self._websocket.send_text(frame)
                self._is_written.set()
        except (WebSocketDisconnect, RuntimeError, OSError):
            # The reader hears of it too, and takes the socket away.
            self._is_cut = True
            self._waiting.clear()
