"""The feed on a real gateway behind a wire that can be cut: it comes back by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from dashboard.live import feed as feeds
from dashboard.live.feed import Feed
from processors.errors import NotSignedIn, StorageUnavailable
from tests.desk.conftest import DLOOP, MARCO, desk_settings
from tests.fixtures.gateway import RunningGateway

AGENT_ID = "00000000-0000-4000-8000-000000000021"
ORDERS: set[UUID] = set()
"""Heard instead of conversations: that orders changed."""
WAIT_SECONDS = 30.0


class Wire:
    """A TCP relay to the gateway."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._writers: set[asyncio.StreamWriter] = set()
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Wire]:
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Drop every connection as it is."""
        for writer in self._writers:
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, far_writer}
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._writers -= {writer, far_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def _feeding(
    gateway: RunningGateway, url: str, user_id: str = AGENT_ID
) -> AsyncIterator[tuple[asyncio.Queue[bool], asyncio.Queue[set[UUID]]]]:
    states: asyncio.Queue[bool] = asyncio.Queue()
    heard: asyncio.Queue[set[UUID]] = asyncio.Queue()

    async def token() -> str:
        return gateway.user_token(user_id, seconds=3600)

    settings = desk_settings(gateway, supabase_url=url)
    feed = Feed(
        settings,
        UUID(DLOOP),
        token,
        on_ids=heard.put_nowait,
        on_orders=lambda: heard.put_nowait(ORDERS),
        on_state=states.put_nowait,
        on_event={},
    )
    running = asyncio.create_task(feed.run())
    try:
        yield states, heard
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _hint(gateway: RunningGateway) -> None:
    async with gateway.database.connect() as connection:
        await connection.execute(
            "update public.whatsapp_conversations set updated_at = now() where id = $1", MARCO
        )


async def test_a_feed_that_was_cut_joins_again_and_hears_again(seeded_gateway: RunningGateway) -> None:
    async with Wire(seeded_gateway.url).open() as wire, _feeding(seeded_gateway, wire.url) as (states, heard):
        async with asyncio.timeout(WAIT_SECONDS):
            assert await states.get() is True
            await _hint(seeded_gateway)
            assert await heard.get() == {UUID(MARCO)}
            wire.cut()
            assert await states.get() is False
            assert await states.get() is True
            await _hint(seeded_gateway)
            assert await heard.get() == {UUID(MARCO)}


async def test_a_feed_says_when_orders_changed(seeded_gateway: RunningGateway) -> None:
    async with _feeding(seeded_gateway, seeded_gateway.url) as (states, heard):
        async with asyncio.timeout(WAIT_SECONDS):
            assert await states.get() is True
            async with seeded_gateway.database.connect() as connection:
                await connection.execute(
                    "update public.market_orders set updated_at = now() where code = 'D1000'"
                )
            assert await heard.get() == {UUID(MARCO)}
            assert await heard.get() == ORDERS
            await _hint(seeded_gateway)
            await _hint(seeded_gateway)
            assert await heard.get() == await heard.get() == {UUID(MARCO)}


async def test_a_stranger_is_not_let_in(seeded_gateway: RunningGateway) -> None:
    rider = "00000000-0000-4000-8000-000000000031"
    async with _feeding(seeded_gateway, seeded_gateway.url, rider) as (states, heard):
        await asyncio.sleep(0.7)
        await _hint(seeded_gateway)
        await asyncio.sleep(0.3)
        assert states.empty()
        assert heard.empty()


@pytest.mark.parametrize(("refusal", "cut"), [(NotSignedIn, False), (StorageUnavailable, True)])
async def test_a_feed_that_nobody_wants_any_more_is_not_cut_off(
    seeded_gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch, refusal: type[Exception], cut: bool
) -> None:
    asked = asyncio.Event()

    async def token() -> str:
        asked.set()
        raise refusal("no token")

    monkeypatch.setattr(feeds, "JOINING_SECONDS", -1.0)
    settings = desk_settings(seeded_gateway)
    feed = Feed(settings, UUID(DLOOP), token, on_ids=print, on_orders=print, on_state=print, on_event={})
    running = asyncio.create_task(feed.run())
    await asyncio.wait_for(asked.wait(), WAIT_SECONDS)
    await asyncio.sleep(0)
    assert feed.is_cut is cut
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
