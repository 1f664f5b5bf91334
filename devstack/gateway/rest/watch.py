"""Hears of changes of the schema: the database tells the channel `pgrst` after every DDL statement."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import asyncpg

from devstack.gateway.database import CONNECTION_ERRORS

CHANNEL = "pgrst"
RETRY_SECONDS = 0.5

_log = logging.getLogger(__name__)


class SchemaWatch:
    """Calls `changed` after each change, and after each time it could not listen."""

    def __init__(self, url: str, changed: Callable[[], None]) -> None:
        self._url = url
        self._changed = changed
        self._task: asyncio.Task[None] | None = None
        self._tried = asyncio.Event()

    async def start(self) -> None:
        """Begin to listen, or find that the database does not answer yet: what is read from then on stays true."""
        self._task = asyncio.create_task(self._run(), name="watch schema")
        await self._tried.wait()

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(*CONNECTION_ERRORS, asyncpg.PostgresError, TimeoutError):
                await self._listen()
            self._tried.set()
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=5)
        try:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, lambda *_: self._changed())
            self._changed()
            self._tried.set()
            await lost.wait()
        finally:
            connection.terminate()
