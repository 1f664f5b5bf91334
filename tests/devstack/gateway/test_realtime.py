"""Realtime, as the real client speaks it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import websockets

from tests.devstack.gateway.conftest import ALICE, BOB, Project

SECONDS = 30.0


class Listener:
    """A joined channel, its states and its messages."""

    def __init__(self) -> None:
        self.states: asyncio.Queue[str] = asyncio.Queue()
        self.messages: asyncio.Queue[Any] = asyncio.Queue()
        self.channel: Any = None

    async def state(self) -> str:
        """The next state the client tells."""
        return await asyncio.wait_for(self.states.get(), SECONDS)

    async def message(self) -> Any:
        """The next message."""
        return await asyncio.wait_for(self.messages.get(), SECONDS)


@contextlib.asynccontextmanager
async def listening(
    client: Any,
    token: str | None,
    topic: str,
    *,
    event: str = "told",
    private: bool = True,
    own: bool = False,
) -> AsyncIterator[Listener]:
    """Join a topic as the real client does, and leave it."""
    if token is not None:
        await client.realtime.set_auth(token)
    listener = Listener()
    listener.channel = client.channel(
        topic,
        {"config": {"private": private, "broadcast": {"ack": False, "self": own}, "presence": {"key": ""}}},
    )
    listener.channel.on_broadcast(event, listener.messages.put_nowait)
    await listener.channel.subscribe(lambda state, _error: listener.states.put_nowait(state.name))
    try:
        yield listener
    finally:
        await client.remove_all_channels()
        await client.realtime.close()


def mine(project: Project, user: str) -> str:
    """The token of a person."""
    return project.gateway.user_token(user)


async def test_committed_messages_arrive_in_order_and_undone_ones_never(project: Project) -> None:
    topic = f"user:{ALICE}"
    async with listening(project.alice, mine(project, ALICE), topic) as listener:
        assert await listener.state() == "SUBSCRIBED"
        for number in range(5):
            await project.service.rpc("tell", {"p_topic": topic, "p_payload": {"n": number}}).execute()
            failing = {"p_topic": topic, "p_payload": {"n": -1}, "p_fail": True}
            with contextlib.suppress(Exception):
                await project.service.rpc("tell", failing).execute()
        received = [await listener.message() for _ in range(5)]
        assert [message["payload"]["n"] for message in received] == [0, 1, 2, 3, 4]
        assert all(message["payload"]["id"] == message["meta"]["id"] for message in received)
        assert listener.messages.empty()


async def test_private_topic_of_another_person_is_refused(project: Project) -> None:
    async with listening(project.bob, mine(project, BOB), f"user:{ALICE}") as listener:
        assert await listener.state() == "CHANNEL_ERROR"


async def test_plain_key_joins_no_private_topic(project: Project) -> None:
    async with listening(project.anon, None, f"user:{ALICE}") as listener:
        assert await listener.state() == "CHANNEL_ERROR"


async def test_private_and_public_channels_never_mix(project: Project) -> None:
    topic = f"user:{ALICE}"
    async with (
        listening(project.bob, mine(project, BOB), topic, private=False) as public,
        listening(project.alice, mine(project, ALICE), topic) as private,
    ):
        assert (await public.state(), await private.state()) == ("SUBSCRIBED", "SUBSCRIBED")
        await project.service.rpc("tell", {"p_topic": topic, "p_payload": {"n": 1}}).execute()
        assert (await private.message())["payload"]["n"] == 1
        await project.rows("select realtime.send('{\"n\": 2}', 'told', $1, false)", topic)
        assert (await public.message())["payload"]["n"] == 2
        assert public.messages.empty()
        assert private.messages.empty()


async def test_clients_talk_where_a_policy_lets_them(project: Project) -> None:
    topic = f"user:{ALICE}"
    phone = await project.gateway.client(project.gateway.anon_key)
    async with (
        listening(phone, mine(project, ALICE), topic) as other,
        listening(project.alice, mine(project, ALICE), topic) as own,
    ):
        assert (await own.state(), await other.state()) == ("SUBSCRIBED", "SUBSCRIBED")
        await own.channel.send_broadcast("told", {"typing": True})
        assert (await other.message())["payload"] == {"typing": True}
        assert own.messages.empty()


async def test_messages_of_one_commit_keep_their_order(project: Project) -> None:
    topic = f"user:{ALICE}"
    async with listening(project.alice, mine(project, ALICE), topic) as listener:
        assert await listener.state() == "SUBSCRIBED"
        async with project.database.connect() as connection:
            await connection.execute(
                "insert into realtime.messages (topic, extension, event, payload, private) "
                f"select 'user:{ALICE}', 'broadcast', 'told', jsonb_build_object('n', g), true "
                "from generate_series(1, 500) g"
            )
        assert [(await listener.message())["payload"]["n"] for _ in range(500)] == list(range(1, 501))


async def test_expired_token_closes_the_channel(project: Project) -> None:
    # Long enough to join on a slow machine.
    short = project.gateway.user_token(ALICE, seconds=6)
    async with listening(project.alice, short, f"user:{ALICE}") as listener:
        assert await listener.state() == "SUBSCRIBED"
        async with asyncio.timeout(SECONDS):
            while listener.channel.is_joined:
                await asyncio.sleep(0.02)


async def test_revoked_right_closes_the_channel_at_the_next_token(project: Project) -> None:
    async with listening(project.alice, mine(project, ALICE), f"user:{ALICE}") as listener:
        assert await listener.state() == "SUBSCRIBED"
        await project.alice.realtime.set_auth(mine(project, BOB))
        async with asyncio.timeout(SECONDS):
            while listener.channel.is_joined:
                await asyncio.sleep(0.02)


async def test_http_broadcast(project: Project) -> None:
    async with listening(project.anon, None, "news", private=False) as listener:
        assert await listener.state() == "SUBSCRIBED"
        body = json.dumps({"messages": [{"topic": "news", "event": "told", "payload": {"n": 1}}]})
        answer = await project.request("POST", "/realtime/v1/api/broadcast", content=body)
        assert answer.status_code == 202
        assert (await listener.message())["payload"] == {"n": 1}


async def test_listening_goes_on_after_the_database_came_back(own_project: Project) -> None:
    topic = f"user:{ALICE}"
    async with listening(own_project.alice, mine(own_project, ALICE), topic) as listener:
        assert await listener.state() == "SUBSCRIBED"
        await own_project.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        async with asyncio.timeout(SECONDS):
            while listener.messages.empty():
                with contextlib.suppress(Exception):
                    await own_project.service.rpc("tell", {"p_topic": topic, "p_payload": {"n": 1}}).execute()
                await asyncio.sleep(0.05)
        assert (await listener.message())["payload"]["n"] == 1


@pytest.mark.parametrize("query", ["", "?apikey=nonsense&vsn=1.0.0", "?apikey={anon}&vsn=2.0.0"])
async def test_refused_handshakes(project: Project, query: str) -> None:
    address = project.gateway.url.replace("http", "ws") + "/realtime/v1/websocket"
    with pytest.raises(websockets.exceptions.InvalidStatus) as error:
        await websockets.connect(address + query.format(anon=project.gateway.anon_key))
    assert error.value.response.status_code in (400, 401)


@pytest.mark.parametrize(
    "frame", ["nonsense", "[]", "{}", '{"topic": 1, "event": "phx_join", "payload": {}}', '"x"', "null"]
)
async def test_broken_frames_are_survived(project: Project, frame: str) -> None:
    address = project.gateway.url.replace("http", "ws") + "/realtime/v1/websocket"
    async with websockets.connect(f"{address}?apikey={project.gateway.anon_key}&vsn=1.0.0") as socket:
        await socket.send(frame)
        await socket.send('{"topic": "phoenix", "event": "heartbeat", "payload": {}, "ref": "9"}')
        answer = json.loads(await asyncio.wait_for(socket.recv(), SECONDS))
        assert (answer["topic"], answer["ref"], answer["payload"]["status"]) == ("phoenix", "9", "ok")
