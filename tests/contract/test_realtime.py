"""Realtime: joining private channels, hearing what the database commits, and being refused."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from realtime import AsyncRealtimeClient, RealtimeSubscribeStates

from tests.contract.target import AGENT_EMAIL, BUSINESS, Callers, unique

WAIT_SECONDS = 30.0
INBOX = f"business:{BUSINESS}:inbox"


@pytest.fixture
def callers(listeners: Callers) -> Callers:
    """Only the async client: the sync one has no Realtime."""
    return listeners


class Ear:
    """A client on one channel, and what it heard."""

    def __init__(self, client: AsyncRealtimeClient, channel: Any) -> None:
        self.client = client
        self.channel = channel
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.states: asyncio.Queue[RealtimeSubscribeStates] = asyncio.Queue()

    async def state(self) -> RealtimeSubscribeStates:
        """The next outcome of joining."""
        return await asyncio.wait_for(self.states.get(), WAIT_SECONDS)

    async def next(self, mark: str) -> dict[str, Any]:
        """The next message that holds a mark; others belong to other tests."""
        async with asyncio.timeout(WAIT_SECONDS):
            while mark not in str(message := await self.heard.get()):
                pass
        return message


@pytest_asyncio.fixture
async def listen(callers: Callers) -> AsyncIterator[Any]:
    """`await listen(topic, event, token)` joins a private channel."""
    opened: list[AsyncRealtimeClient] = []

    async def join(topic: str, event: str, token: str, *, private: bool = True, key: str = "") -> Ear:
        url = f"{callers.target.url}/realtime/v1"
        client = AsyncRealtimeClient(url, key or callers.target.anon_key)
        opened.append(client)
        await client.connect()
        await client.set_auth(token)
        config: Any = {"private": private, "broadcast": {"ack": True, "self": True}, "presence": None}
        ear = Ear(client, client.channel(topic, {"config": config}))
        ear.channel.on_broadcast(event, ear.heard.put_nowait)
        await ear.channel.subscribe(lambda state, _: ear.states.put_nowait(state))
        return ear

    yield join
    for client in opened:
        await client.close()


@pytest.mark.covers("realtime: join private")
async def test_a_commit_is_heard(callers: Callers, listen: Any, conversation: str) -> None:
    """What SQL sends with realtime.send arrives after its transaction. Source: supabase/realtime, realtime.send."""
    token = await callers.token(AGENT_EMAIL)
    ear = await listen(INBOX, "changed", token)
    assert await ear.state() == RealtimeSubscribeStates.SUBSCRIBED
    agent = await callers.agent()
    await callers.rows(agent.rpc("take_over", {"p_conversation_id": conversation}))
    message = await ear.next(conversation)
    assert message["event"] == "changed"
    assert conversation in message["payload"]["conversations"]


async def test_a_conversation_tells_that_it_changed(callers: Callers, listen: Any, conversation: str) -> None:
    """A deferred trigger sends as well as a function does. Source: supabase/realtime, realtime.send."""
    ear = await listen(f"conversation:{conversation}", "changed", await callers.token(AGENT_EMAIL))
    assert await ear.state() == RealtimeSubscribeStates.SUBSCRIBED
    agent = await callers.agent()
    await callers.rows(agent.rpc("take_over", {"p_conversation_id": conversation}))
    payload = (await ear.next(conversation))["payload"]
    assert set(payload) == {"id", "conversation"}
    assert payload["conversation"] == conversation


async def test_what_is_rolled_back_is_not_heard(callers: Callers, listen: Any, conversation: str) -> None:
    """A refused call sends nothing; the next one does. Source: delivery by logical replication, after commit."""
    ear = await listen(INBOX, "changed", await callers.token(AGENT_EMAIL))
    assert await ear.state() == RealtimeSubscribeStates.SUBSCRIBED
    agent = await callers.agent()
    with pytest.raises(Exception, match="conversation"):
        await callers.rows(agent.rpc("take_over", {"p_conversation_id": str(uuid.uuid4())}))
    await callers.rows(agent.rpc("hand_back", {"p_conversation_id": conversation}))
    assert (await ear.next(conversation))["event"] == "changed"


@pytest.mark.covers("realtime: join private")
async def test_policies_decide_who_joins(callers: Callers, listen: Any) -> None:
    """A topic of others and no topic at all are refused. Source: supabase/realtime, authorization probe."""
    token = await callers.token(AGENT_EMAIL)
    for topic in (f"business:{uuid.uuid4()}:inbox", unique(), "workers"):
        ear = await listen(topic, "changed", token)
        assert await ear.state() == RealtimeSubscribeStates.CHANNEL_ERROR
        await ear.client.close()
    ear = await listen(INBOX, "changed", callers.target.anon_key)
    assert await ear.state() == RealtimeSubscribeStates.CHANNEL_ERROR


async def test_the_service_may_listen_to_everything(callers: Callers, listen: Any) -> None:
    """service_role passes row security, so it hears `workers`. Source: supabase/postgres roles, BYPASSRLS."""
    ear = await listen(
        "workers", "work", callers.target.service_role_key, key=callers.target.service_role_key
    )
    assert await ear.state() == RealtimeSubscribeStates.SUBSCRIBED


async def test_people_may_not_send_where_no_policy_lets_them(callers: Callers, listen: Any) -> None:
    """A broadcast on a channel that is only to be heard is dropped. Source: supabase/realtime, write probe."""
    token = await callers.token(AGENT_EMAIL)
    one, other = await listen(INBOX, "forged", token), await listen(INBOX, "forged", token)
    assert await one.state() == RealtimeSubscribeStates.SUBSCRIBED
    assert await other.state() == RealtimeSubscribeStates.SUBSCRIBED
    await one.channel.send_broadcast("forged", {"conversations": []})
    await asyncio.sleep(1)
    assert other.heard.empty()


@pytest.mark.covers("realtime: access_token")
async def test_a_new_token_keeps_the_channel(callers: Callers, listen: Any, conversation: str) -> None:
    """Policies are asked again and the channel goes on. Source: supabase/realtime, access_token event."""
    token = await callers.token(AGENT_EMAIL)
    ear = await listen(INBOX, "changed", token)
    assert await ear.state() == RealtimeSubscribeStates.SUBSCRIBED
    await ear.client.set_auth(token)
    agent = await callers.agent()
    await callers.rows(agent.rpc("take_over", {"p_conversation_id": conversation}))
    assert (await ear.next(conversation))["event"] == "changed"


async def test_staff_see_who_is_at_a_conversation(callers: Callers, listen: Any, conversation: str) -> None:
    """Presence where a policy lets people read and write it. Source: supabase/realtime, presence_state and _diff."""
    token = await callers.token(AGENT_EMAIL)
    one, other = [
        AsyncRealtimeClient(f"{callers.target.url}/realtime/v1", callers.target.anon_key) for _ in "ab"
    ]
    came: asyncio.Queue[str] = asyncio.Queue()
    left: asyncio.Queue[str] = asyncio.Queue()
    channels = []
    try:
        for client, key in ((one, "one"), (other, "other")):
            await client.connect()
            await client.set_auth(token)
            config: Any = {"private": True, "broadcast": None, "presence": {"key": key, "enabled": True}}
            channels.append(client.channel(f"conversation:{conversation}", {"config": config}))
        channels[1].on_presence_join(lambda key, _, __: came.put_nowait(key))
        channels[1].on_presence_leave(lambda key, _, __: left.put_nowait(key))
        for channel in channels:
            await channel.subscribe()
            assert channel.is_joined
        await channels[0].track({"typing": True})
        assert await asyncio.wait_for(came.get(), WAIT_SECONDS) == "one"
        assert channels[1].presence_state()["one"][0]["typing"] is True  # type: ignore[typeddict-item]  # Our own key.
        await one.close()
        assert await asyncio.wait_for(left.get(), WAIT_SECONDS) == "one"
    finally:
        await one.close()
        await other.close()
