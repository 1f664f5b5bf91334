"""Serving an app on a free loopback port for the length of a block."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from devstack.simulators.server import HOST, server


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """Yield the app's address. The socket listens at once, so early connections wait instead of failing."""
    # Only a socket that names its protocol gets TCP_NODELAY from asyncio; without it each answer takes 40 ms.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind((HOST, 0))
    listener.listen(512)
    running = server(app, port=0)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        running.should_exit = True
        await task
        listener.close()
