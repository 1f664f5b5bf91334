"""`postgres_changes`: who listens to which table, and what they are told after each commit.

Changes are written down by triggers of the tables in the publication `supabase_realtime`, while they are listened
to (devstack/platform/60_realtime_changes.sql); a transaction sends one notification. They are told one transaction
after the other, in commit order.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import logging
import time
from collections import defaultdict, deque
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import asyncpg

from devstack.gateway.database import CONNECTION_ERRORS
from devstack.gateway.realtime.changes import tables
from devstack.gateway.realtime.changes.audience import Change, passes
from devstack.gateway.realtime.changes.bindings import (
    EXTENSION,
    BadBinding,
    Binding,
    Subscription,
    not_possible,
    not_published,
    read_binding,
)
from devstack.gateway.realtime.changes.filters import PATTERNS, Filter
from devstack.gateway.realtime.changes.telling import tell
from devstack.gateway.realtime.channel import Channel
from devstack.gateway.realtime.feed import Feed
from devstack.gateway.realtime.limits import Limits

log = logging.getLogger(__name__)

READ_AT_ONCE = 100
KEPT_SECONDS = 60
PRUNE_SECONDS = 10.0
AGAIN_SECONDS = 2.0
XID_DIGITS = 18

_READ = (
    "select id, entity::int8 as entity, action, record::text as record, old_record::text as old_record "
    "from realtime.changes where xid = $1 and id > $2 order by id limit $3"
)
_PRUNE = "delete from realtime.changes where id <= $1 and written_at < now() - make_interval(secs => $2)"
_FORGET_DEAD = (
    "delete from realtime.listeners l where not exists (select from pg_stat_activity a where a.pid = l.pid)"
)


class Changes(Feed):
    """The subscriptions of all channels, and the connection that hears of changes. Begins with the first of them."""

    channel = "realtime_changes"

    def __init__(self, dsn: str, pool: asyncpg.Pool[Any], limits: Limits) -> None:
        super().__init__(dsn)
        self._pool = pool
        self._limits = limits
        self._wanted: dict[Channel, tuple[Mapping[str, Any], ...]] = {}
        self._subscriptions: dict[int, dict[Subscription, None]] = defaultdict(dict)
        self._of_channel: dict[Channel, list[Subscription]] = {}
        self._registered: set[int] = set()
        self._registering = asyncio.Lock()
        self._pid = 0
        self._pruned_at = 0.0
        self._listening: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # Subscribing.

    def subscribe(self, channel: Channel, bindings: tuple[Mapping[str, Any], ...]) -> None:
        """Listen for a channel; it is told when it does, or why it can't."""
        if self._listening is None:
            self._listening = asyncio.create_task(self.run(), name="realtime changes")
        self._wanted[channel] = bindings
        self._later(self._subscribe(channel))

    def resubscribe(self, channel: Channel) -> None:
        """The channel has a new token."""
        if channel in self._wanted:
            self._later(self._subscribe(channel))

    def forget(self, channel: Channel) -> None:
        """The channel is left."""
        if self._wanted.pop(channel, None) is not None:
            self._drop(channel)
            self._later(self._register())

    async def stop(self) -> None:
        """End it."""
        tasks = [task for task in (self._listening, *self._tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._registered:
            # Otherwise triggers go on writing for nobody until the next gateway looks.
            with contextlib.suppress(*CONNECTION_ERRORS, asyncpg.PostgresError, TimeoutError):
                await self._pool.execute(
                    "delete from realtime.listeners where pid = $1", self._pid, timeout=1
                )

    async def _subscribe(self, channel: Channel) -> None:
        try:
            bindings = [read_binding(binding) for binding in self._wanted.get(channel, ())]
            while channel in self._wanted and not await self._attempt(channel, bindings):
                # The platform, too, tries again after a moment when its connection is not there.
                await asyncio.sleep(AGAIN_SECONDS)
        except BadBinding as error:
            self._drop(channel)
            if channel.is_joined:
                channel.tell(EXTENSION, "error", str(error))

    async def _attempt(self, channel: Channel, bindings: Sequence[Binding]) -> bool:
        """Whether the database could be asked. Raises BadBinding."""
        try:
            async with asyncio.timeout(10):
                await self.ready.wait()
                subscriptions = [s for binding in bindings for s in await self._checked(channel, binding)]
                if channel not in self._wanted:
                    return True
                self._drop(channel)
                self._of_channel[channel] = subscriptions
                for subscription in subscriptions:
                    self._subscriptions[subscription.entity][subscription] = None
                await self._register()
        except (*CONNECTION_ERRORS, asyncpg.PostgresError, TimeoutError) as error:
            log.warning("subscribing to changes failed: %s", type(error).__name__)
            return False
        if channel.is_joined:
            channel.tell(EXTENSION, "ok", "Subscribed to PostgreSQL")
        return True

    async def _checked(self, channel: Channel, binding: Binding) -> list[Subscription]:
        """A subscription for each table that fits. Raises BadBinding."""
        found = await tables.published(self._pool, binding.schema, binding.table)
        if not found:
            raise not_published(binding)
        for entity, is_partition in found.items():
            if is_partition:
                raise not_possible(binding, "a partitioned table is not followed by this stack")
            await self._check(channel, binding, entity)
        return [Subscription(channel=channel, binding=binding, entity=entity) for entity in found]

    async def _check(self, channel: Channel, binding: Binding, entity: int) -> None:
        try:
            table = await tables.load(self._pool, entity, str(channel.claims["role"]))
            if table is None:
                raise not_published(binding)
            for filter_ in binding.filters:
                column = table.column(filter_.column)
                if column is None:
                    raise not_possible(binding, f"invalid column for filter {filter_.column}")
                await self._try_values(filter_, column.sql_type)
            # An empty table of rows: compares nothing, but finds out whether it could.
            await passes(self._pool, table, [], binding.filters)
            for name in binding.columns or ():
                if table.column(name) is None:
                    raise not_possible(binding, f"invalid column for select {name}")
        except (*CONNECTION_ERRORS, BadBinding):
            raise
        except asyncpg.PostgresError as error:
            raise not_possible(binding, str(error)) from None

    async def _try_values(self, filter_: Filter, sql_type: str) -> None:
        """Read the values as the column's type. Raises errors of PostgreSQL."""
        if filter_.operator in PATTERNS:
            await self._pool.fetchval(
                "select '' ~ $1", filter_.values[0] if "match" in filter_.operator else ""
            )
        elif filter_.operator == "in":
            await self._pool.fetchval(f"select ($1::text[])::{sql_type}[] is null", list(filter_.values))
        elif filter_.operator != "is":
            await self._pool.fetchval(f"select ($1::text)::{sql_type} is null", filter_.values[0])

    def _drop(self, channel: Channel) -> None:
        for subscription in self._of_channel.pop(channel, ()):
            listeners = self._subscriptions[subscription.entity]
            listeners.pop(subscription, None)
            if not listeners:
                del self._subscriptions[subscription.entity]

    # Telling the triggers which tables are listened to.

    async def _register(self) -> None:
        async with self._registering:
            wanted = set(self._subscriptions)
            new, old = wanted - self._registered, self._registered - wanted
            if new:
                await self._pool.execute(
                    "insert into realtime.listeners (entity, pid, known) "
                    "select e::oid, $2, realtime.identity_columns(e::oid) from unnest($1::int8[]) e "
                    "on conflict do nothing",
                    list(new),
                    self._pid,
                )
            if old:
                await self._pool.execute(
                    "delete from realtime.listeners where entity = any ($1::int8[]::oid[]) and pid = $2",
                    list(old),
                    self._pid,
                )
            self._registered = wanted

    async def began(self, connection: Any) -> None:
        """A new connection: listeners are known by its process id; those of dead gateways are forgotten."""
        self._pid = connection.get_server_pid()
        await connection.execute(_FORGET_DEAD)
        self._registered = set()
        await self._register()
        await super().began(connection)

    # Telling.

    async def read(self, connection: Any, told: deque[str]) -> None:
        """Tell what one transaction changed."""
        payload = told.popleft()
        if not payload.isdecimal() or len(payload) > XID_DIGITS:
            return
        xid = int(payload)
        now = datetime.datetime.now(datetime.UTC)
        committed_at = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
        last = 0
        while self._subscriptions and (rows := await connection.fetch(_READ, xid, last, READ_AT_ONCE)):
            last = rows[-1]["id"]
            changes = [
                Change(
                    entity=row["entity"],
                    action=row["action"],
                    record=row["record"],
                    old_record=row["old_record"],
                )
                for row in rows
            ]
            await tell(
                connection,
                changes,
                self._subscriptions,
                committed_at=committed_at,
                max_bytes=self._limits.change_bytes,
            )
        if last and time.monotonic() - self._pruned_at > PRUNE_SECONDS:
            self._pruned_at = time.monotonic()
            await connection.execute(_PRUNE, last, KEPT_SECONDS)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Registered again with the next connection, or the next subscription.
            log.warning("registering listeners failed: %s", type(error).__name__)
