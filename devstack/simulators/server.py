"""How the app is served."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
"""Long: a connection closed while a client reuses it would look like a send of unknown outcome."""


def server(app: Starlette, *, port: int) -> uvicorn.Server:
    """A server for loopback. Requests that are meant to hang hold up its stop for a second at most."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=HOST,
            port=port,
            ws="none",
            access_log=False,
            log_config=None,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
    )
