"""The hub: who is connected, what changed, and who gets to know.

People with the same businesses see the same rows, so each change is read once for all of them, under the token
of one of them. Numbers given out before each read tell the page which of two answers is the newer one.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

import orjson
from postgrest import AsyncPostgrestClient

from dashboard.client import Storage, rows
from dashboard.live.connection import RIGHTS_CHANGED, SIGNED_OUT, Connection
from dashboard.live.elsewhere import Elsewhere, State
from dashboard.live.feed import Feed
from dashboard.live.feeds import Feeds
from dashboard.live.presence import Presence
from dashboard.live.readings import Reading, readings
from dashboard.live.shown import Rights, Shown
from dashboard.live.steps import all_of, repeat
from dashboard.queries import inbox, thread
from dashboard.queries.panel import panels
from dashboard.sessions import Session, Sessions
from dashboard.settings import DeskSettings
from processors.errors import NotSignedIn, StorageError
from processors.model import Json

log = logging.getLogger(__name__)

FLUSH_GAP_SECONDS = 0.02
FLUSH_GAP_PER_PAGE_SECONDS = 0.0024
LONGEST_FLUSH_GAP_SECONDS = 0.15
"""What comes within the gap travels together: the more pages a flush is sent to, the longer the gap."""

PANEL_GAP_SECONDS = 0.5
PANEL_GAP_PER_PAGE_SECONDS = 0.01
LONGEST_PANEL_GAP_SECONDS = 1.0
PRESENCE_GAP_SECONDS = 0.2
PRESENCE_SECONDS = 4.0
GOODBYE_SECONDS = 3.0
PANEL_AFTER_SECONDS = 0.03
CATCH_UP_SECONDS = 10.0
CATCH_UP_DEAF_SECONDS = 2.0
"""How often everything on screen is compared with storage: with hints, and while there are none."""

CHECK_SECONDS = 15.0
"""How often it is looked up whether people still work where they did."""

PANELS_PER_READ = 10

Read = Callable[[AsyncPostgrestClient], Awaitable[Any]]
FeedFactory = Callable[..., Feed]


class Hub:
    """Runs in the lifespan of the desk. Everything happens on one event loop."""

    def __init__(
        self, settings: DeskSettings, sessions: Sessions, storage: Storage, *, feed: FeedFactory = Feed
    ) -> None:
        self._settings = settings
        self._sessions = sessions
        self._storage = storage
        self._feed = feed
        self._connections: set[Connection] = set()
        self._elsewhere = Elsewhere(
            self._connections, self._show, changed=lambda conversation_id: self.presence.tell(conversation_id)
        )
        self.presence = Presence(self._connections, self._elsewhere)
        self._feeds = Feeds(self._feed_of)
        self._numbers = itertools.count(1)
        self._changed: dict[UUID, set[UUID]] = defaultdict(set)
        self._panels: dict[tuple[Rights, UUID], Json] = {}
        self._shown = Shown()
        self._telling: set[asyncio.Task[None]] = set()
        self._flush_bell = asyncio.Event()
        self._panel_bell = asyncio.Event()
        self._catch_up_bell = asyncio.Event()
        sessions.watch(self._drop)

    # Who is connected.

    def join(self, connection: Connection) -> None:
        """A desk was opened."""
        self._connections.add(connection)
        self._feeds.start(connection.session.businesses)

    def leave(self, connection: Connection) -> None:
        """A desk was closed."""
        self._connections.discard(connection)
        self.presence.look(connection, None)

    def is_live(self, session: Session) -> bool:
        """Whether hints arrive for all that this person sees."""
        return self._feeds.are_joined(session.businesses)

    def is_deaf(self, session: Session) -> bool:
        """Whether hints should arrive and don't. Nobody listens for a business whose inbox nobody has open."""
        return self._feeds.is_any_cut(session.businesses)

    def number(self) -> int:
        """The number of a read that is about to begin."""
        return next(self._numbers)

    async def client(self, session: Session) -> AsyncPostgrestClient:
        """Storage as this person. Raises NotSignedIn, StorageUnavailable."""
        return self._storage.of(await self._sessions.access_token(session))

    def _drop(self, session: Session) -> None:
        for connection in [c for c in self._connections if c.session is session]:
            connection.close(SIGNED_OUT)

    # What changed.

    def changed(self, business_id: UUID, ids: Iterable[UUID]) -> None:
        """Conversations of a business changed; everybody who may see them is told soon."""
        self._changed[business_id].update(ids)
        self._flush_bell.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(repeat("flush", self._flush, self._flush_bell, None))
                tasks.create_task(repeat("panels", self._flush_panels, self._panel_bell, None))
                tasks.create_task(repeat("catch-up", self._catch_up, self._catch_up_bell, self._pace))
                tasks.create_task(
                    repeat("presence", self._flush_presence, self._elsewhere.bell, lambda: PRESENCE_SECONDS)
                )
                tasks.create_task(repeat("check", self._check, asyncio.Event(), lambda: CHECK_SECONDS))
        finally:
            await self._feeds.stop()
            if self._telling:
                await asyncio.wait(self._telling, timeout=GOODBYE_SECONDS)

    def _pace(self) -> float:
        live = all(self.is_live(session) for session in self._present())
        return CATCH_UP_SECONDS if live else CATCH_UP_DEAF_SECONDS

    async def _flush(self) -> None:
        changed, self._changed = self._changed, defaultdict(set)
        jobs = []
        for rights, members in self._groups().items():
            ids = set().union(*(changed.get(business_id, ()) for business_id in rights))
            jobs += [self._tell(rights, members, reading) for reading in readings(ids, _opened(members))]
        await all_of(jobs)
        # Whatever comes within the gap travels together in the next flush.
        gap = FLUSH_GAP_SECONDS + FLUSH_GAP_PER_PAGE_SECONDS * len(self._connections)
        await asyncio.sleep(min(gap, LONGEST_FLUSH_GAP_SECONDS))

    async def _tell(self, rights: Rights, members: list[Connection], reading: Reading) -> None:
        number = self.number()
        found = await self._look(members, reading)
        for look in found:
            self._shown.is_news(rights, "row", UUID(look.row["id"]), look.row)
        _push(members, {"op": "rows", "number": number, "rows": [look.row for look in found]})
        for look in found:
            self._tell_thread(rights, members, look, number)

    async def _look(self, members: list[Connection], reading: Reading) -> list[thread.Look]:
        found: list[thread.Look] = await self._read(
            members, lambda client: thread.looks(client, reading.ids, opened=reading.opened)
        )
        return found

    def _tell_thread(
        self,
        rights: Rights,
        members: list[Connection],
        look: thread.Look,
        number: int,
        *,
        only_news: bool = False,
    ) -> None:
        """Send those who have a conversation open how it looks now."""
        if look.thread is None:
            return
        conversation_id, now = UUID(look.row["id"]), look.thread
        body = {"rows": now.page.rows, "more": now.page.more, "notes": now.asides}
        is_news = self._shown.is_news(rights, "thread", conversation_id, body)
        if only_news and not is_news:
            return
        watchers = [member for member in members if member.open_id == conversation_id]
        _push(watchers, {"op": "messages", "id": str(conversation_id), "number": number, **body})
        self._panels[(rights, conversation_id)] = look.row
        self._panel_bell.set()

    async def _flush_panels(self) -> None:
        due, self._panels = self._panels, {}
        jobs = []
        for rights, members in self._groups().items():
            watched = _opened(members)
            found = [row for (whose, i), row in due.items() if whose == rights and i in watched]
            chunks = [found[i : i + PANELS_PER_READ] for i in range(0, len(found), PANELS_PER_READ)]
            jobs += [self._tell_panels(members, chunk) for chunk in chunks]
        await all_of(jobs)
        # Messages come in bursts; what stands beside them is read at most this often.
        gap = PANEL_GAP_SECONDS + PANEL_GAP_PER_PAGE_SECONDS * len(self._connections)
        await asyncio.sleep(min(gap, LONGEST_PANEL_GAP_SECONDS))

    def tell_panel_soon(self, connection: Connection, row: Json) -> None:
        """Send a page what stands beside the conversation that it opened."""

        async def tell() -> None:
            # The messages go first; and nobody who steps through the list waits for what they have left behind.
            await asyncio.sleep(PANEL_AFTER_SECONDS)
            if connection.open_id == UUID(row["id"]):
                await self._tell_panels([connection], [row])

        task = asyncio.create_task(all_of([tell()]))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell_panels(self, members: list[Connection], found: list[Json]) -> None:
        number = self.number()
        beside = await self._read(members, lambda client: panels(client, found))
        for row, shown in zip(found, beside, strict=True):
            watchers = [member for member in members if member.open_id == UUID(row["id"])]
            _push(watchers, {"op": "panel", "id": row["id"], "number": number, "panel": shown})

    # Who is where, for the other desk processes.

    async def _flush_presence(self) -> None:
        # Shielded: what is being told when the desk stops is told to its end.
        task = asyncio.create_task(self._elsewhere.flush())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        await asyncio.shield(task)
        await asyncio.sleep(PRESENCE_GAP_SECONDS)

    async def _show(self, session: Session, conversation_id: UUID, state: State, asks: bool) -> None:
        client = await self.client(session)
        asked: dict[str, Any] = {"p_conversation_id": str(conversation_id), "p_state": state, "p_asks": asks}
        await rows(client.rpc("show_at_conversation", asked | {"p_desk": self._elsewhere.desk}))

    # Hints may be lost: what is on screen is compared with storage every so often.

    async def _catch_up(self) -> None:
        groups = self._groups()
        self._shown.keep_only(groups)
        await all_of([self._catch_up_group(rights, members) for rights, members in groups.items()])

    async def _catch_up_group(self, rights: Rights, members: list[Connection]) -> None:
        number = self.number()
        page: inbox.Page = await self._read(members, lambda client: inbox.conversations(client, rights))
        news = [row for row in page.rows if self._shown.is_news(rights, "row", UUID(row["id"]), row)]
        if news:
            _push(members, {"op": "rows", "number": number, "rows": news})

        async def compare(reading: Reading) -> None:
            number = self.number()
            for look in await self._look(members, reading):
                self._tell_thread(rights, members, look, number, only_news=True)

        opened = _opened(members)
        await all_of([compare(reading) for reading in readings(opened, opened)])

    # Reading for a group.

    def _groups(self) -> dict[Rights, list[Connection]]:
        groups: dict[Rights, list[Connection]] = defaultdict(list)
        for connection in self._connections:
            if not connection.session.ended:
                groups[connection.session.businesses].append(connection)
        return groups

    def _present(self) -> list[Session]:
        return list({connection.session.key: connection.session for connection in self._connections}.values())

    async def _read(self, members: list[Connection], read: Read) -> Any:
        """Read as one of the members; a session whose token is refused ends, and the next one is asked."""
        for session in list({member.session.key: member.session for member in members}.values()):
            try:
                return await read(await self.client(session))
            except NotSignedIn:
                self._sessions.end(session)
        raise NotSignedIn("nobody of this group is signed in any more")

    async def _check(self) -> None:
        for session in self._present():
            try:
                if await self._sessions.check(session):
                    self.rights_changed(session)
            except NotSignedIn:
                continue
            except StorageError as error:
                # Of this one person; whether the others still work here is looked up all the same.
                log.info("check: one was not looked up (%s)", error.code or type(error).__name__)
        self._feeds.keep_only(set().union(*(session.businesses for session in self._present())))

    def rights_changed(self, session: Session) -> None:
        """The person's pages start anew with what they may see and do now."""
        for connection in [c for c in self._connections if c.session is session]:
            connection.close(RIGHTS_CHANGED)

    # What is heard of a business.

    def _feed_of(self, business_id: UUID) -> Feed:
        def heard(ids: set[UUID]) -> None:
            self.changed(business_id, ids)

        def state(_: bool) -> None:
            # What was missed while nobody listened is found by looking once.
            self._catch_up_bell.set()
            for connection in self._connections:
                if business_id in connection.session.businesses:
                    connection.send({"op": "live", "live": self.is_live(connection.session)})

        def tell(op: str) -> None:
            _push([c for c in self._connections if business_id in c.session.businesses], {"op": op})

        return self._feed(
            self._settings,
            business_id,
            lambda: self._token_for(business_id),
            on_ids=heard,
            on_orders=lambda: tell("orders"),
            on_state=state,
            on_event={"team": lambda _: tell("team"), "present": self._elsewhere.hear},
        )

    async def _token_for(self, business_id: UUID) -> str:
        for session in self._present():
            if business_id in session.businesses and not session.ended:
                try:
                    return await self._sessions.access_token(session)
                except NotSignedIn:
                    continue
        raise NotSignedIn("nobody of this business is connected")


def _push(members: Iterable[Connection], message: dict[str, Any]) -> None:
    frame = orjson.dumps(message)
    for member in members:
        member.send_bytes(frame)


def _opened(members: Iterable[Connection]) -> set[UUID]:
    return {member.open_id for member in members if member.open_id is not None}
