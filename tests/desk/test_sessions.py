"""Sessions: who gets one, how it is renewed, and everything that ends it."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
import pytest_asyncio

from dashboard.client import Storage, http_client
from dashboard.identity import Identity
from dashboard.sessions import RENEW_BEFORE_SECONDS, SEEN_SECONDS, Session, Sessions
from dashboard.vault import Seal, digest
from processors.errors import NotAllowed, NotSignedIn, StorageUnavailable
from tests.desk.conftest import AGENT, DLOOP, PASSWORD, RIDER, desk_settings
from tests.fixtures.gateway import RunningGateway


class Clock:
    """Unix seconds that a test may move on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Wire(httpx.AsyncBaseTransport):
    """The real wire, counted, and cut when a test says so."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.is_cut = False
        self.refreshes = 0
        self.before_refresh: Callable[[], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_cut:
            raise httpx.ConnectError("cut")
        if "grant_type=refresh_token" in str(request.url):
            self.refreshes += 1
            if self.before_refresh is not None:
                await self.before_refresh()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclasses.dataclass(kw_only=True)
class World:
    """Sessions on a real gateway with a clock and a wire to play with."""

    sessions: Sessions
    clock: Clock
    wire: Wire
    gateway: RunningGateway

    async def agent(self) -> tuple[Session, str]:
        return await self.sessions.open(AGENT, PASSWORD)

    async def sql(self, statement: str) -> None:
        async with self.gateway.database.connect() as connection:
            await connection.execute(statement)

    async def rows(self, statement: str) -> list[Any]:
        async with self.gateway.database.connect() as connection:
            return list(await connection.fetch(statement))


@pytest_asyncio.fixture
async def world(seeded_gateway: RunningGateway) -> AsyncIterator[World]:
    wire, clock = Wire(), Clock()
    settings = desk_settings(seeded_gateway)
    async with httpx.AsyncClient(transport=wire, timeout=10) as http:
        sessions = Sessions(Identity(settings, http), Storage(settings, http), hours=12, clock=clock)
        yield World(sessions=sessions, clock=clock, wire=wire, gateway=seeded_gateway)


def _let_it_near_its_end(session: Session, seconds: float) -> None:
    session.tokens = dataclasses.replace(session.tokens, expires_at=time.time() + seconds)


async def test_a_member_of_staff_gets_a_session_by_an_opaque_cookie(world: World) -> None:
    session, cookie = await world.agent()
    assert world.sessions.find(cookie) is session
    assert [str(business) for business in session.businesses] == [DLOOP]
    assert (session.name, session.memberships[0].role) == ("Chiara Conti", "agent")
    assert cookie not in repr(vars(session))
    assert session.tokens.access not in repr(session)
    assert session.tokens.refresh not in repr(session.tokens)


async def test_who_gets_no_session_is_told_apart(world: World) -> None:
    for email, password in ((AGENT, "wrong"), ("nobody@dloop.example", PASSWORD)):
        with pytest.raises(NotSignedIn):
            await world.sessions.open(email, password)
    with pytest.raises(NotAllowed):
        await world.sessions.open(RIDER, PASSWORD)
    for cookie in (None, "", "x", "é" * 10, "\ud800"):
        assert world.sessions.find(cookie) is None
    world.wire.is_cut = True
    with pytest.raises(StorageUnavailable):
        await world.agent()


async def test_a_token_near_its_end_is_renewed_once_for_all_who_wait(world: World) -> None:
    session, _ = await world.agent()
    first = session.tokens
    _let_it_near_its_end(session, RENEW_BEFORE_SECONDS - 5)
    tokens = await asyncio.gather(*(world.sessions.access_token(session) for _ in range(10)))
    assert set(tokens) == {session.tokens.access}
    assert session.tokens.refresh != first.refresh
    assert world.wire.refreshes == 1


async def test_a_renewal_under_way_outlives_the_one_who_asked_for_it(world: World) -> None:
    session, _ = await world.agent()
    _let_it_near_its_end(session, 5)
    asking = asyncio.create_task(world.sessions.access_token(session))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    # The refresh token is used up; without the answer to it this would end the session.
    assert await world.sessions.access_token(session) == session.tokens.access


async def test_a_living_token_is_good_enough_while_auth_is_down(world: World) -> None:
    session, cookie = await world.agent()
    _let_it_near_its_end(session, 20)
    world.wire.is_cut = True
    assert await world.sessions.access_token(session) == session.tokens.access
    world.clock.ahead = 30
    with pytest.raises(StorageUnavailable):
        await world.sessions.access_token(session)
    assert world.sessions.find(cookie) is session, "it may be renewed once Auth is back"


async def test_a_refused_renewal_ends_the_session_and_tells(world: World) -> None:
    ended: list[Session] = []
    world.sessions.watch(ended.append)
    session, cookie = await world.agent()
    await world.sql("delete from auth.sessions")
    _let_it_near_its_end(session, 5)
    with pytest.raises(NotSignedIn):
        await world.sessions.access_token(session)
    assert ended == [session]
    assert world.sessions.find(cookie) is None


async def test_a_session_ends_by_age(world: World) -> None:
    session, cookie = await world.agent()
    world.clock.ahead = 12 * 3600 + 1
    assert world.sessions.find(cookie) is None
    with pytest.raises(NotSignedIn):
        await world.sessions.access_token(session)


async def test_sign_out_ends_it_here_and_at_auth(world: World) -> None:
    session, cookie = await world.agent()
    refresh = session.tokens.refresh
    await world.sessions.close(session)
    assert world.sessions.find(cookie) is None
    settings = desk_settings(world.gateway)
    async with http_client(settings) as http:
        with pytest.raises(NotSignedIn):
            await Identity(settings, http).renew(refresh)


async def test_sign_out_ends_it_here_even_while_auth_is_down(world: World) -> None:
    session, cookie = await world.agent()
    world.wire.is_cut = True
    await world.sessions.close(session)
    assert world.sessions.find(cookie) is None


async def test_who_works_there_no_more_is_signed_out(world: World) -> None:
    session, cookie = await world.agent()
    assert await world.sessions.check(session) is False
    await world.sql("update public.staff set role = 'admin' where name = 'Chiara Conti'")
    assert await world.sessions.check(session) is True
    assert session.memberships[0].role == "admin"
    await world.sql("update public.staff set active = false where name = 'Chiara Conti'")
    with pytest.raises(NotSignedIn):
        await world.sessions.check(session)
    assert world.sessions.find(cookie) is None


# Across processes: the same cookie, another process's memory.


@pytest_asyncio.fixture
async def another(world: World) -> AsyncIterator[World]:
    """Another desk process, or this one after a restart."""
    wire, settings = Wire(), desk_settings(world.gateway)
    async with httpx.AsyncClient(transport=wire, timeout=10) as http:
        sessions = Sessions(Identity(settings, http), Storage(settings, http), hours=12, clock=world.clock)
        yield World(sessions=sessions, clock=world.clock, wire=wire, gateway=world.gateway)


async def test_a_process_that_starts_anew_finds_the_person_again(world: World, another: World) -> None:
    session, cookie = await world.agent()
    found = await asyncio.gather(*(another.sessions.look(cookie) for _ in range(5)))
    assert len({id(one) for one in found}) == 1
    assert found[0] is not None
    assert found[0].name == "Chiara Conti"
    assert abs(found[0].ends_at - session.ends_at) < 1
    assert await another.sessions.access_token(found[0]) == session.tokens.access
    assert another.wire.refreshes == 0
    assert await another.sessions.look("x" * 43) is None


async def test_what_is_stored_opens_with_the_cookie_alone(world: World, another: World) -> None:
    session, cookie = await world.agent()
    (row,) = await world.rows("select key, sealed, to_jsonb(s)::text as all from desk_sessions s")
    for secret in (cookie, session.tokens.access, session.tokens.refresh, session.tokens.email):
        assert secret not in row["all"]
    for other in (row["key"], "x" * 43):
        with pytest.raises(ValueError, match="cookie"):
            Seal(other).open(row["sealed"])
    assert await another.sessions.look(row["key"]) is None
    # Moved to another cookie's row, it does not open there.
    _, stranger = await world.agent()
    await world.sql(f"update desk_sessions set sealed = '{row['sealed']}' where key = '{digest(stranger)}'")
    assert await another.sessions.look(stranger) is None


async def test_a_sign_out_ends_it_at_every_process(world: World, another: World) -> None:
    session, cookie = await world.agent()
    elsewhere = await another.sessions.look(cookie)
    assert elsewhere is not None
    await world.sessions.close(session)
    assert await world.rows("select 1 from desk_sessions") == []
    world.clock.ahead = SEEN_SECONDS + 1
    with pytest.raises(NotSignedIn):
        await another.sessions.check(elsewhere)
    assert await another.sessions.look(cookie) is None
    assert await world.sessions.look(cookie) is None


async def test_a_sign_out_counts_while_another_process_finds_the_session_again(
    world: World, another: World
) -> None:
    session, cookie = await world.agent()
    world.clock.ahead = session.tokens.expires_at - time.time() - 5

    async def signed_out() -> None:
        await world.sql("delete from desk_sessions")

    another.wire.before_refresh = signed_out
    assert await another.sessions.look(cookie) is None
    assert another.wire.refreshes == 1
    assert another.sessions.find(cookie) is None


async def test_two_processes_renew_once_and_share_the_tokens(world: World, another: World) -> None:
    session, cookie = await world.agent()
    elsewhere = await another.sessions.look(cookie)
    assert elsewhere is not None
    for one in (session, elsewhere):
        _let_it_near_its_end(one, 5)
    tokens = await asyncio.gather(
        *(world.sessions.access_token(session) for _ in range(3)),
        *(another.sessions.access_token(elsewhere) for _ in range(3)),
    )
    assert len(set(tokens)) == 1
    assert world.wire.refreshes + another.wire.refreshes == 1


async def test_a_session_outlives_a_restart_while_storage_is_away(world: World, another: World) -> None:
    session, cookie = await world.agent()
    another.wire.is_cut = True
    with pytest.raises(StorageUnavailable):
        await another.sessions.look(cookie)
    world.wire.is_cut = True
    world.clock.ahead = SEEN_SECONDS + 1
    assert await world.sessions.look(cookie) is session, "who is known stays"
    await world.sessions.close(session)
    world.wire.is_cut = another.wire.is_cut = False
    # The sign-out that storage missed is told to it with the next thing that it is asked.
    fresh, other = await world.agent()
    world.clock.ahead += SEEN_SECONDS + 1
    assert await world.sessions.look(other) is fresh
    assert await another.sessions.look(cookie) is None


async def test_who_works_there_no_more_is_not_brought_back(world: World, another: World) -> None:
    _, cookie = await world.agent()
    await world.sql("update public.staff set active = false where name = 'Chiara Conti'")
    assert await another.sessions.look(cookie) is None
    assert await world.rows("select 1 from desk_sessions") == []
