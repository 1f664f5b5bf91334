"""Committed rows of realtime.messages, in commit order, for as long as the database lives.

PostgreSQL delivers notifications after commit and in commit order; they carry ids only, the rows are read here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

log = logging.getLogger(__name__)

CHANNEL = "realtime_messages"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One message to deliver. `payload` is the JSON object that listeners get."""

    id: str
    topic: str
    event: str
    private: bool
    payload: Any


class Feed:
    """Listens on a connection of its own and hands every broadcast to `deliver`."""

    def __init__(self, dsn: str, deliver: Callable[[Broadcast], None]) -> None:
        self._dsn = dsn
        self._deliver = deliver
        self._ids: asyncio.Queue[list[UUID]] = asyncio.Queue()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. A lost connection is made again; what was sent meanwhile is not replayed."""
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("realtime feed: %s", type(error).__name__)
            self.ready.clear()
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._notified)
            self.ready.set()
            ended = asyncio.create_task(lost.wait())
            try:
                while not lost.is_set():
                    take = asyncio.create_task(self._ids.get())
                    await asyncio.wait({take, ended}, return_when=asyncio.FIRST_COMPLETED)
                    if not take.done():
                        take.cancel()
                        return
                    await self._publish(connection, take.result())
            finally:
                ended.cancel()
        finally:
            connection.terminate()

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._ids.put_nowait([UUID(i) for i in str(payload).split(",") if i])

    async def _publish(self, connection: Any, ids: list[UUID]) -> None:
        # Whatever else is waiting is read in the same query.
        while not self._ids.empty():
            ids = ids + self._ids.get_nowait()
        rows = await connection.fetch(
            "select m.id, m.topic, m.event, m.private, m.payload::text as payload from realtime.messages m "
            "join unnest($1::uuid[]) with ordinality as wanted (id, n) on wanted.id = m.id "
            "where m.inserted_at > now() - interval '1 day' order by wanted.n",
            ids,
        )
        for row in rows:
            payload = orjson.loads(row["payload"]) if row["payload"] else None
            if isinstance(payload, dict):
                self._deliver(
                    Broadcast(str(row["id"]), row["topic"], row["event"] or "", bool(row["private"]), payload)
                )


async def ensure_partitions(pool: asyncpg.Pool[Any]) -> None:
    """Daily partitions from yesterday to in three days, as the platform makes them when somebody connects."""
    await pool.execute(
        """
        do $$
        declare
          d date;
        begin
          for d in select generate_series(current_date - 1, current_date + 3, interval '1 day')::date loop
            if to_regclass(format('realtime.%I', 'messages_' || to_char(d, 'YYYY_MM_DD'))) is null then
              execute format('create table if not exists realtime.%I partition of realtime.messages '
                'for values from (%L) to (%L)',
                'messages_' || to_char(d, 'YYYY_MM_DD'), d, d + 1);
            end if;
          end loop;
        end
        $$
        """
    )
