"""What the database tells after a commit, in the order of commits.

PostgreSQL delivers notifications after commit and in commit order; they carry ids only, the rows are read here.
What was told while the connection was lost is not told again, as on the platform.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from devstack.gateway.database import CONNECTION_ERRORS

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
READ_AT_ONCE = 500


class Feed(ABC):
    """Listens on a connection of its own, for as long as the database lives and after it came back."""

    channel: str

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._told: deque[str] = deque()
        self._wake = asyncio.Event()
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._listen()
            except (*CONNECTION_ERRORS, asyncpg.PostgresError, TimeoutError) as error:
                log.warning("%s: %s", self.channel, type(error).__name__)
            except Exception:
                # Without this connection every client would be deaf, and none would know.
                log.exception("%s: an error that should not be", self.channel)
            finally:
                self.ready.clear()
                self._told.clear()
            await asyncio.sleep(RETRY_SECONDS)

    @abstractmethod
    async def read(self, connection: Any, told: deque[str]) -> None:
        """Take some of what was told from the left of `told`, read the rows and pass them on."""

    async def began(self, connection: Any) -> None:
        """The connection listens now."""
        self.ready.set()

    async def _listen(self) -> None:
        connection = await asyncpg.connect(
            self._dsn,
            timeout=5,
            server_settings={"application_name": f"gateway {self.channel}", "timezone": "UTC"},
        )
        try:
            connection.add_termination_listener(lambda _: self._wake.set())
            await connection.add_listener(self.channel, self._notified)
            await self.began(connection)
            while not connection.is_closed():
                await self._wake.wait()
                self._wake.clear()
                while self._told:
                    await self.read(connection, self._told)
        finally:
            connection.terminate()

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        self._told.append(str(payload))
        self._wake.set()


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One message to deliver. `payload` is the JSON object that listeners get."""

    id: str
    topic: str
    event: str
    private: bool
    payload: Any

    @property
    def body(self) -> dict[str, Any]:
        """What a client receives."""
        body = {"event": self.event, "payload": self.payload, "type": "broadcast"}
        return body | {"meta": {"id": self.id}} if self.id else body


class BroadcastFeed(Feed):
    """Committed rows of realtime.messages, each handed to `deliver`."""

    channel = "realtime_messages"

    def __init__(self, dsn: str, deliver: Callable[[Broadcast], None]) -> None:
        super().__init__(dsn)
        self._deliver = deliver

    async def read(self, connection: Any, told: deque[str]) -> None:
        """Read what several notifications name in one query."""
        ids: list[UUID] = []
        while told and len(ids) < READ_AT_ONCE:
            ids += _ids(told.popleft())
        rows = await connection.fetch(
            "select m.id, m.topic, m.event, m.private, m.payload::text as payload from realtime.messages m "
            "join unnest($1::uuid[]) with ordinality as wanted (id, n) on wanted.id = m.id "
            "where m.inserted_at > now() - interval '1 day' order by wanted.n",
            ids,
        )
        for row in rows:
            message = broadcast_of(row)
            if message is not None:
                self._deliver(message)


def _ids(told: str) -> list[UUID]:
    """The ids of a notification. Anybody may send one; what is none of ours says nothing."""
    try:
        return [UUID(one) for one in told.split(",") if one]
    except ValueError:
        return []


def broadcast_of(row: Any) -> Broadcast | None:
    """A row of realtime.messages as a message; None for one without an object, which no client would take."""
    payload = orjson.loads(row["payload"]) if row["payload"] else None
    if not isinstance(payload, dict):
        return None
    return Broadcast(str(row["id"]), row["topic"], row["event"] or "", bool(row["private"]), payload)
