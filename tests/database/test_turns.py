"""One live turn per conversation; a stale token writes nothing; nobody's message is left behind."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from tests.database.engine import ADDRESS, CUSTOMER, Engine, message, together

pytestmark = pytest.mark.database


async def test_of_many_claimants_one_gets_the_turn(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    claims = await together(*(engine.claim() for _ in range(12)))
    assert sum(len(c) for c in claims) == 1


async def test_an_expired_lease_is_retaken_and_the_old_token_writes_nothing(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    [old] = await engine.claim()
    await engine.make_due("turn_queue")
    [new] = await engine.claim()
    assert new["attempts"] == 2
    assert (await engine.finish(old, "vecchia"))["status"] == "stale"
    assert (await engine.finish(new, "nuova"))["status"] == "done"
    assert (await engine.finish(new, "ancora"))["status"] == "stale"
    replies = await engine.rows(
        "select content from whatsapp_messages where phone = $1 and direction = 'outbound'", CUSTOMER
    )
    assert [r["content"] for r in replies] == ["nuova"]


async def test_two_finishes_of_one_turn_at_once_answer_once(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    [turn] = await engine.claim()
    results = await together(*(engine.finish(turn, f"risposta {n}") for n in range(8)))
    assert sorted(r["status"] for r in results) == ["done", *["stale"] * 7]
    assert await engine.value("select count(*) from outbox") == 1


async def test_what_comes_during_a_turn_waits_for_the_next(engine: Engine) -> None:
    await engine.ingest(message("uno"))
    [turn] = await engine.claim()
    await engine.ingest(message("due"))
    assert await engine.claim() == []
    assert (await engine.finish(turn, "ok"))["more"] is True
    [following] = await engine.claim()
    assert [m["content"] for m in following["messages"]] == ["due"]


async def test_messages_beyond_the_claim_are_not_stranded(engine: Engine) -> None:
    for _ in range(3):
        await engine.ingest(*(message(str(n)) for n in range(40)))
    seen = 0
    while turns := await engine.claim():
        seen += len(turns[0]["messages"])
        await engine.finish(turns[0], "ok")
    assert seen == 120
    assert await engine.value("select count(*) from turn_queue") == 0


async def test_the_quiet_window_gathers_a_burst(engine: Engine) -> None:
    await engine.ingest(message("vorrei"), quiet_ms=60_000, quiet_max_ms=90_000)
    assert await engine.claim() == []
    await engine.ingest(message("due candele"), quiet_ms=60_000, quiet_max_ms=90_000)
    due_in = (await engine.call("claim_turns", 5, 30))["next_ms"]
    assert 0 < due_in <= 60_000
    await engine.make_due("turn_queue")
    [turn] = await engine.claim()
    assert [m["content"] for m in turn["messages"]] == ["vorrei", "due candele"]


async def test_a_given_back_turn_is_due_again_after_its_pause(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    [turn] = await engine.claim()
    assert await engine.call("fail_turn", uuid.UUID(turn["token"]), 0) is True
    assert await engine.call("fail_turn", uuid.UUID(turn["token"]), 0) is False
    [again] = await engine.claim()
    assert again["attempts"] == 2


async def test_every_message_belongs_to_exactly_one_turn_under_concurrency(engine: Engine) -> None:
    people = [f"3934900002{n:02d}" for n in range(6)]
    done = asyncio.Event()

    async def talk(person: str) -> None:
        for n in range(15):
            await engine.ingest(message(str(n), sender=person), per_minute=1000)

    async def work() -> None:
        while not (done.is_set() and (await engine.call("engine_health"))["turns_waiting"] == 0):
            for turn in await engine.claim(limit=3):
                await engine.finish(turn, "ok")
            await asyncio.sleep(0)

    workers = [asyncio.create_task(work()) for _ in range(4)]
    await asyncio.gather(*(talk(p) for p in people))
    done.set()
    await asyncio.gather(*workers)
    assert (
        await engine.value(
            "select count(*) from whatsapp_messages where phone like '3934900002%' and direction = "
            "'inbound' and turn_id is null"
        )
        == 0
    )
    doubled = await engine.value(
        "select count(*) from (select turn_id from whatsapp_messages where phone like "
        "'3934900002%' and direction = 'outbound' "
        "group by turn_id having count(*) > 1) x"
    )
    assert doubled == 0
    turns = await engine.value(
        "select count(*) from turns t join whatsapp_conversations c on c.id = t.conversation_id "
        "where c.phone like '3934900002%'"
    )
    replies = await engine.value(
        "select count(*) from whatsapp_messages where phone like '3934900002%' and direction = 'outbound'"
    )
    assert turns == replies


async def test_a_takeover_during_the_turn_silences_it(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    [turn] = await engine.claim()
    agent = {"sub": "00000000-0000-4000-8000-000000000021"}
    await engine.call("take_over", uuid.UUID(turn["conversation_id"]), role="authenticated", claims=agent)
    assert (await engine.finish(turn, "troppo tardi"))["status"] in ("stale", "silenced")
    assert await engine.claim_sends() == []
    await engine.ingest(message("c'è qualcuno?"))
    assert await engine.claim() == []
    await engine.call("hand_back", uuid.UUID(turn["conversation_id"]), role="authenticated", claims=agent)
    [back] = await engine.claim()
    assert [m["content"] for m in back["messages"]] == ["ciao", "c'è qualcuno?"]


async def test_a_decision_is_all_or_nothing(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    [turn] = await engine.claim()
    bad = [{"product_id": "not-a-uuid", "quantity": 1}]
    actions = [{"kind": "propose_order", "args": {"relay_id": "nonsense"}, "outcomes": {}}]
    results = await together(engine.finish(turn, "prima parte", cart=bad, actions=actions))
    assert isinstance(results[0], Exception)
    assert await engine.value("select count(*) from outbox") == 0
    assert (await engine.finish(turn, "intera"))["status"] == "done"


async def test_replies_are_filled_from_the_outcome(engine: Engine) -> None:
    product = await engine.product("H01")
    outcomes = {"proposed": [{"kind": "text", "text": 'Ordine {order_code}: {total} "ok"'}]}
    await engine.answer(
        "2 candele",
        cart=[{"product_id": product, "quantity": 2, "variant": {}}],
        actions=[
            {"kind": "set_delivery", "args": {"address": ADDRESS}, "outcomes": {}},
            {"kind": "propose_order", "args": {"relay_id": str(uuid.uuid4())}, "outcomes": outcomes},
        ],
    )
    [reply] = await engine.rows(
        "select content from whatsapp_messages where phone = $1 and direction = 'outbound'", CUSTOMER
    )
    [relay] = await engine.rows(
        "select code, total_price from whatsapp_order_relays where phone = $1", CUSTOMER
    )
    assert reply["content"] == f'Ordine {relay["code"]}: {relay["total_price"]} "ok"'
