"""How the gateway is served: uvicorn, with limits on what a connection may send before it says what it wants.

uvicorn bounds neither the length of a request's head nor the time it takes to arrive; the platform's edge does both.
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from devstack.gateway.realtime.limits import MAX_FRAME_BYTES
from devstack.gateway.realtime.wire import WebSocketProtocol

MAX_HEAD_BYTES = 128 * 1024
"""Address and headers together; the platform's edge takes as much."""
HEAD_SECONDS = 20.0
MAX_CONNECTIONS = 2000
"""More at a time are answered 503 rather than kept waiting."""


class GuardedProtocol(HttpToolsProtocol):
    """Closes connections whose request head is endless or does not arrive."""

    _head_bytes = 0
    _is_in_head = True
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # As uvicorn's own has it.
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._is_in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD_BYTES:
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
            self.transport.close()

    def _begin_head(self) -> None:
        self._end_head()
        self._is_in_head = True
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _end_head(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()


def configuration(app: Any, **changes: Any) -> uvicorn.Config:
    """The settings of uvicorn for a gateway."""
    settings: dict[str, Any] = {
        "access_log": False,
        "log_config": None,
        "http": GuardedProtocol,
        "ws": WebSocketProtocol,
        "ws_max_size": MAX_FRAME_BYTES,
        "ws_per_message_deflate": False,
        "limit_concurrency": MAX_CONNECTIONS,
        "timeout_graceful_shutdown": 3,
    }
    return uvicorn.Config(app, **(settings | changes))
