"""Presence: who is there, as the real client and as the wire show it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.devstack.gateway.conftest import ALICE, BOB, Project
from tests.devstack.gateway.phoenix import Phoenix, phoenix
from tests.fixtures.gateway import GatewayFor

SECONDS = 30.0
HERE = {"key": "", "enabled": True}


def names(state: dict[str, Any]) -> list[str]:
    return sorted(meta["name"] for key in state for meta in state[key]["metas"])


async def tracked(socket: Phoenix, topic: str, payload: Any) -> Any:
    """Track and return the reply."""
    ref = await socket.send(topic, "presence", {"type": "presence", "event": "track", "payload": payload})
    return await socket.next("phx_reply", ref=ref)


async def test_the_client_sees_people_come_change_and_go(project: Project) -> None:
    topic = "room:people"
    watcher: Any = await project.gateway.client(project.gateway.anon_key)
    channel = watcher.channel(
        topic, {"config": {"private": False, "presence": {"key": "w", "enabled": True}}}
    )
    joins: asyncio.Queue[Any] = asyncio.Queue()
    leaves: asyncio.Queue[Any] = asyncio.Queue()
    channel.on_presence_join(lambda key, _, new: joins.put_nowait((key, new)))
    channel.on_presence_leave(lambda key, _, left: leaves.put_nowait((key, left)))
    await channel.subscribe()
    async with phoenix(project.gateway) as socket:
        await socket.join(topic, presence={"key": "anna", "enabled": True})
        await tracked(socket, topic, {"name": "Anna", "typing": False})
        key, [came] = await asyncio.wait_for(joins.get(), SECONDS)
        assert (key, came["name"]) == ("anna", "Anna")
        await tracked(socket, topic, {"name": "Anna", "typing": True})
        assert (await asyncio.wait_for(joins.get(), SECONDS))[1][0]["typing"] is True
        assert (await asyncio.wait_for(leaves.get(), SECONDS))[1][0]["typing"] is False
        assert [p["typing"] for p in channel.presence_state()["anna"]] == [True]
    # The socket is closed without a word: so is the presence.
    assert (await asyncio.wait_for(leaves.get(), SECONDS))[0] == "anna"
    assert channel.presence_state() == {}
    await watcher.remove_all_channels()


async def test_who_comes_later_is_told_who_is_there(project: Project) -> None:
    topic = "room:later"
    async with phoenix(project.gateway) as first, phoenix(project.gateway) as second:
        await first.join(topic, presence=HERE)
        assert await first.next("presence_state") == {}
        await tracked(first, topic, {"name": "Anna"})
        await second.join(topic, presence=HERE)
        assert names(await second.next("presence_state")) == ["Anna"]
        await first.next("presence_diff")
        await first.send(topic, "presence", {"event": "untrack"})
        assert names((await second.next("presence_diff"))["leaves"]) == ["Anna"]
        await tracked(second, topic, {"name": "Bruno"})
        await second.send(topic, "phx_leave")
        assert names((await first.next("presence_diff"))["leaves"]) == ["Anna"]
        assert names((await first.next("presence_diff"))["joins"]) == ["Bruno"]
        assert names((await first.next("presence_diff"))["leaves"]) == ["Bruno"]


async def test_a_change_names_what_it_replaces_and_saying_the_same_is_not_told(project: Project) -> None:
    topic = "room:change"
    async with phoenix(project.gateway) as socket:
        await socket.join(topic, presence={"key": "k", "enabled": True})
        for typing in (False, True, True):
            assert (await tracked(socket, topic, {"name": "A", "typing": typing}))["status"] == "ok"
        first, second = await socket.next("presence_diff"), await socket.next("presence_diff")
        [before], [after] = second["leaves"]["k"]["metas"], second["joins"]["k"]["metas"]
        assert before["phx_ref"] == first["joins"]["k"]["metas"][0]["phx_ref"] == after["phx_ref_prev"]
        await socket.alive()
        assert socket.received("presence_diff") == []


async def test_who_tracks_without_having_asked_for_presence_is_told_who_is_there(project: Project) -> None:
    topic = "room:unasked"
    async with phoenix(project.gateway) as first, phoenix(project.gateway) as second:
        await first.join(topic, presence=HERE)
        await tracked(first, topic, {"name": "Anna"})
        await second.join(topic)
        await tracked(second, topic, {"name": "Bruno"})
        assert names(await second.next("presence_state")) == ["Anna", "Bruno"]


async def test_policies_decide_who_shows_up_on_a_private_topic(project: Project) -> None:
    # The policies of the test's project let people see presence on their topic, not track themselves.
    gateway, topic = project.gateway, f"user:{ALICE}"
    async with phoenix(gateway) as socket, phoenix(gateway) as service:
        await service.join(topic, gateway.service_role_key, private=True, presence=HERE)
        await socket.join(topic, gateway.user_token(ALICE), private=True, presence=HERE)
        assert await socket.next("presence_state") == {}
        assert await tracked(socket, topic, {"name": "Alice"}) == {"status": "error", "response": {}}
        assert (await tracked(service, topic, {"name": "bot"}))["status"] == "ok"
        assert names((await socket.next("presence_diff"))["joins"]) == ["bot"]
        refused = await socket.join(topic + "x", gateway.user_token(BOB), private=True, presence=HERE)
        assert refused["response"]["reason"].startswith("Unauthorized: ")


async def test_private_and_public_presence_never_mix(project: Project) -> None:
    gateway, topic = project.gateway, f"user:{BOB}"
    async with phoenix(gateway) as private, phoenix(gateway) as public:
        await private.join(topic, gateway.user_token(BOB), private=True, presence=HERE)
        await public.join(topic, presence=HERE)
        assert (await tracked(public, topic, {"name": "stranger"}))["status"] == "ok"
        await private.alive()
        assert private.received("presence_diff") == []


async def test_five_calls_in_half_a_minute_then_the_channel_ends(project: Project) -> None:
    topic = "room:busy"
    async with phoenix(project.gateway) as socket:
        await socket.join(topic, presence=HERE)
        for number in range(5):
            assert (await tracked(socket, topic, {"name": str(number)}))["status"] == "ok"
        await socket.send(topic, "presence", {"event": "track", "payload": {"name": "6"}})
        assert (await socket.next("system"))["message"] == "Client presence rate limit exceeded"
        await socket.next("phx_close")


async def test_what_can_not_be_shown_is_refused(project: Project) -> None:
    topic = "room:odd"
    async with phoenix(project.gateway) as socket:
        await socket.join(topic, presence=HERE)
        answer = await tracked(socket, topic, "hello")
        assert answer["response"]["reason"] == "Presence track payload must be a map"
        ref = await socket.send(topic, "presence", {"event": "dance"})
        assert (await socket.next("phx_reply", ref=ref))["status"] == "error"
        nested: Any = {}
        for _ in range(400):
            nested = {"n": nested}
        await socket.send(topic, "presence", {"event": "track", "payload": nested})
        assert (await socket.next("system"))["message"] == "Track message size exceeded"


async def test_staff_see_each_other_at_a_conversation_of_their_business(
    gateway_for: GatewayFor, seeded_database: Any
) -> None:
    gateway = await gateway_for(seeded_database)
    agent = gateway.user_token("00000000-0000-4000-8000-000000000021")
    viewer = gateway.user_token("00000000-0000-4000-8000-000000000023")
    stranger = gateway.user_token("00000000-0000-4000-8000-0000000000ff")
    async with seeded_database.connect() as connection:
        conversation = await connection.fetchval("select id from public.whatsapp_conversations limit 1")
        if conversation is None:
            conversation = await make_conversation(connection)
    topic = f"conversation:{conversation}"
    async with phoenix(gateway) as one, phoenix(gateway) as two, phoenix(gateway) as three:
        assert (await one.join(topic, agent, private=True, presence=HERE))["status"] == "ok"
        assert (await two.join(topic, viewer, private=True, presence=HERE))["status"] == "ok"
        assert (await tracked(one, topic, {"name": "Chiara", "typing": True}))["status"] == "ok"
        assert names((await two.next("presence_diff"))["joins"]) == ["Chiara"]
        # Broadcasting is not for clients: it is dropped without a word.
        await one.send(topic, "broadcast", {"type": "broadcast", "event": "x", "payload": {}})
        await one.alive()
        await two.alive()
        assert two.received("broadcast") == []
        for token in (stranger, None):
            refused = await three.join(topic, token, private=True, presence=HERE)
            assert refused["response"]["reason"].endswith(f"read from this Channel topic: {topic}")
        for wrong in ("conversation:nonsense", f"conversation:{ALICE}", "conversation:", "workers"):
            assert (await three.join(wrong, agent, private=True, presence=HERE))["status"] == "error"


async def make_conversation(connection: Any) -> Any:
    """A conversation of the seeded business."""
    return await connection.fetchval(
        "with contact as (insert into public.contacts (business_id, name) "
        "select '00000000-0000-4000-8000-000000000001', 'Anna' returning id) "
        "insert into public.whatsapp_conversations (business_id, contact_id, account_id, phone) "
        "select '00000000-0000-4000-8000-000000000001', contact.id, a.id, '393470000001' "
        "from contact, public.channel_accounts a limit 1 returning id"
    )
