"""The websocket below ASGI: what a server must be told that ASGI has no word for."""

from __future__ import annotations

import logging
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

ABORT = "relaydesk.abort"
"""Extension of the scope: a function that cuts the connection. A close frame would wait behind what nobody reads."""

log = logging.getLogger("devstack.gateway.websocket")
log.setLevel(logging.WARNING)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """The server's protocol, which can be cut, and which does not write addresses into the log: they hold keys."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logger = self.conn.logger = log
        self.conn.debug = False

    async def run_asgi(self) -> None:
        """Serve the connection."""
        extensions = self.scope["extensions"]
        assert extensions is not None, "the server puts its own into the scope"
        extensions[ABORT] = self.transport.abort  # type: ignore[assignment]  # Not a dict, as the only reader knows.
        await super().run_asgi()
