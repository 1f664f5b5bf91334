"""The stack's own database: started, brought to the project's state, started again when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devstack import migrate, processes
from devstack.credentials import Credentials
from devstack.facts import DATABASE_ROLE, database_url
from devstack.places import Places
from devstack.postgres import Postgres

WATCH_SECONDS = 0.5


class Database:
    """PostgreSQL in the stack's folder. Errors are those of devstack.postgres and devstack.migrate."""

    def __init__(self, places: Places, credentials: Credentials) -> None:
        self._password = credentials.database_password
        self._server = Postgres(places.postgres_dir, port=places.port("postgres"), password=self._password)
        self._owner_url = database_url(places, DATABASE_ROLE, self._password)
        self._watch: asyncio.Task[None] | None = None

    async def start(self, on_start: Callable[[int], None]) -> None:
        """Start the server; `on_start` is called with its process id, now and after each restart."""
        pid = await asyncio.to_thread(self._server.start)
        on_start(pid)
        self._watch = asyncio.create_task(self._keep_running(pid, on_start), name="watch postgres")

    async def prepare(self) -> list[str]:
        """Make roles and schemas, apply migrations and, once, the seed. Returns what was applied."""
        await migrate.prepare_platform(self._server.url(), password=self._password)
        return await migrate.migrate(self._owner_url)

    async def stop(self) -> None:
        """Write everything to disk and end. Also ends a start that is under way."""
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.to_thread(self._server.stop)

    async def _keep_running(self, pid: int, on_start: Callable[[int], None]) -> None:
        start = processes.started_at(pid)
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not processes.is_same(pid, start):
                pid = await asyncio.to_thread(self._server.start)
                start = processes.started_at(pid)
                on_start(pid)
