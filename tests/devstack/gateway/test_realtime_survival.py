"""An agent at the desk hears every event of their business and none of another's, whatever breaks in between.

Nothing is replayed, so "every" means: from the moment the client says SUBSCRIBED (again). What was sent before
that is found by reading, which is why the desk reads after each join.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates

from devstack.credentials import api_key
from tests.fixtures.cluster import Database
from tests.fixtures.gateway import RunningGateway, run_gateway

SECONDS = 30.0
AGENT = "00000000-0000-4000-8000-000000000021"
BUSINESS = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-0000000000b2"


@dataclass
class Relay:
    """An address that stays while gateways behind it come and go, and whose connections can be cut."""

    server: asyncio.Server | None = None
    port: int = 0
    target: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer, far_writer}
        await asyncio.gather(self.pump(reader, far_writer), self.pump(far_reader, writer))

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
        self.open.discard(writer)

    def cut(self) -> None:
        for writer in list(self.open):
            writer.transport.abort()


@contextlib.asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    made = Relay()
    made.server = await asyncio.start_server(made.accept, "127.0.0.1", 0)
    made.port = made.server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.cut()
        made.server.close()


@dataclass
class Traffic:
    """Sends numbered events to both businesses, a transaction each, and now and then one that is undone."""

    database: Database
    next: int = 0
    stopped: bool = False

    async def run(self) -> None:
        async with self.database.connect(self.database.owner) as connection:
            while not self.stopped:
                number = self.next
                for business in (OTHER, BUSINESS):
                    await connection.execute(
                        "select realtime.send($1::text::jsonb, 'changed', $2, true)",
                        json.dumps({"n": number, "business": business}),
                        f"business:{business}:inbox",
                    )
                if number % 10 == 0:
                    await connection.execute(
                        "begin; select realtime.send('{\"undone\": true}', 'changed', "
                        f"'business:{BUSINESS}:inbox', true); rollback"
                    )
                self.next = number + 1
                await asyncio.sleep(0.005)

    async def pass_by(self, count: int) -> range:
        """Let some events be sent. Returns their numbers."""
        # The one that is just being sent may have been told already.
        first = self.next + 1
        async with asyncio.timeout(SECONDS):
            while self.next < first + count:
                await asyncio.sleep(0.01)
        return range(first, first + count)


@dataclass
class Agent:
    """The real client, at the inbox of its business."""

    client: AsyncRealtimeClient
    heard: list[dict[str, Any]] = field(default_factory=list)
    states: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    channel: Any = None

    async def join(self, token: str, topic: str) -> None:
        await self.client.connect()
        await self.client.set_auth(token)
        self.channel = self.client.channel(
            topic, {"config": {"private": True, "broadcast": None, "presence": None}}
        )
        self.channel.on_broadcast("changed", lambda message: self.heard.append(message["payload"]))
        await self.channel.subscribe(lambda state, _: self.states.put_nowait(state.name))

    async def subscribed(self) -> None:
        """Wait for the next SUBSCRIBED."""
        async with asyncio.timeout(SECONDS):
            while await self.states.get() != RealtimeSubscribeStates.SUBSCRIBED.name:
                pass

    async def hears(self, numbers: range) -> None:
        """Wait until all of these were heard."""
        async with asyncio.timeout(SECONDS):
            while not set(numbers) <= {event["n"] for event in self.heard}:
                await asyncio.sleep(0.01)


@pytest.mark.filterwarnings(
    "ignore:ConnectionClosed:DeprecationWarning"
)  # The client's own, on each lost connection.
async def test_an_agent_hears_everything_of_their_business_and_nothing_else(
    seeded_database: Database, tmp_path: Path
) -> None:
    secret = secrets.token_hex(32)
    keys = {
        "jwt_secret": secret,
        "anon_key": api_key("anon", secret),
        "service_role_key": api_key("service_role", secret),
    }
    async with seeded_database.connect() as connection:
        await connection.execute(
            "insert into public.businesses (id, name, slug) values ($1, 'Another', 'another')", OTHER
        )

    traffic = Traffic(seeded_database)
    async with relay() as way, contextlib.AsyncExitStack() as stack:

        async def start() -> tuple[RunningGateway, contextlib.AsyncExitStack]:
            own = await stack.enter_async_context(contextlib.AsyncExitStack())
            gateway = await own.enter_async_context(run_gateway(seeded_database, tmp_path, **keys))
            way.target = int(gateway.url.rpartition(":")[2])
            return gateway, own

        gateway, running = await start()
        client = AsyncRealtimeClient(
            f"http://127.0.0.1:{way.port}/realtime/v1",
            gateway.anon_key,
            max_retries=1000,
            initial_backoff=0.01,
        )
        agent = Agent(client)
        sending = asyncio.create_task(traffic.run())
        stack.push_async_callback(client.close)

        await agent.join(gateway.user_token(AGENT), f"business:{BUSINESS}:inbox")
        await agent.subscribed()
        await agent.hears(await traffic.pass_by(30))

        # The connection breaks.
        way.cut()
        await agent.subscribed()
        await agent.hears(await traffic.pass_by(30))

        # A new token, while events go on: nobody joins again, so not one may be missing.
        before = traffic.next + 1
        await client.set_auth(gateway.user_token(AGENT, renewed=True))
        await traffic.pass_by(30)
        await agent.hears(range(before, traffic.next))
        assert agent.channel.is_joined

        # The database ends the connections; the channel stays, and hears again once the gateway listens again.
        async with seeded_database.connect() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where datname = current_database() and application_name like 'gateway%'"
            )
        async with asyncio.timeout(SECONDS):
            heard = len(agent.heard)
            while len(agent.heard) == heard or not gateway.app.realtime.feed.ready.is_set():
                await asyncio.sleep(0.01)
        await agent.hears(await traffic.pass_by(30))

        # The gateway ends, and another one takes its place.
        await running.aclose()
        gateway, running = await start()
        await agent.subscribed()
        await agent.hears(await traffic.pass_by(30))

        traffic.stopped = True
        await sending
        numbers = [event["n"] for event in agent.heard]
        assert numbers == sorted(set(numbers)), "in order, and none twice"
        assert {event["business"] for event in agent.heard} == {BUSINESS}
        assert not any("undone" in event for event in agent.heard)
        # Another agent's topic is not to be had, however often one asks.
        await agent.client.remove_all_channels()
