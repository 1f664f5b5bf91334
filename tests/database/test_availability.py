"""Who is online, and who gets a conversation that needs a person: in turn, once, and by whatever way it came."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from tests.database.engine import BUSINESS, Engine, message, together

pytestmark = pytest.mark.database

CHIARA, LUCA = (f"00000000-0000-4000-8000-0000000000{n}" for n in (21, 22))
CHIARA_ROW, LUCA_ROW = (f"00000000-0000-4000-8000-000000000{n}" for n in (121, 122))


async def act(engine: Engine, user: str, function: str, *arguments: Any) -> Any:
    return await engine.call(function, *arguments, role="authenticated", claims={"sub": user})


async def rules(engine: Engine, **changes: Any) -> Any:
    return await act(engine, LUCA, "save_desk_rules", BUSINESS, changes)


async def online(engine: Engine, user: str) -> Any:
    return await act(engine, user, "stay_at_desk")


async def ask_for_a_person(engine: Engine, sender: str) -> uuid.UUID:
    finished = await engine.answer("operatore", sender=sender, escalation="customer_asked")
    return uuid.UUID(finished["conversation_id"])


async def assignee(engine: Engine, conversation: uuid.UUID) -> str | None:
    found = await engine.value(
        "select assignee_id::text from whatsapp_conversations where id = $1", conversation
    )
    return found if found is None else str(found)


async def events(engine: Engine, conversation: uuid.UUID) -> list[tuple[str, str | None, str | None]]:
    found = await engine.rows(
        "select kind, staff_id::text, by_id::text from conversation_events "
        "where conversation_id = $1 order by created_at",
        conversation,
    )
    return [(row["kind"], row["staff_id"], row["by_id"]) for row in found]


@pytest_asyncio.fixture
async def desk(engine: Engine) -> AsyncIterator[Engine]:
    """The seeded business with nobody waiting for a person."""
    await engine.admin.execute("update whatsapp_conversations set escalated_at = null, owner = 'bot'")
    yield engine


async def test_ten_at_once_are_shared_fairly_among_three(desk: Engine) -> None:
    third = await desk.value("select user_id from staff where role = 'viewer'")
    await desk.admin.execute("update staff set role = 'agent' where role = 'viewer'")
    await rules(desk, assignment="round_robin", open_per_agent=50)
    for user in (CHIARA, LUCA, str(third)):
        await online(desk, user)
    await together(*(ask_for_a_person(desk, f"39347000{n:04d}") for n in range(10)))
    given = await desk.rows(
        "select s.name, count(*) as n from whatsapp_conversations c join staff s on s.id = c.assignee_id "
        "where c.phone like '39347000%' group by 1"
    )
    assert sorted(row["n"] for row in given) == [3, 3, 4]
    # Each is told once in its thread and once in the record.
    told = await desk.rows(
        "select e.kind, e.by_id, c.assignee_id = e.staff_id as right from conversation_events e "
        "join whatsapp_conversations c on c.id = e.conversation_id where c.phone like '39347000%'"
    )
    assert Counter((row["kind"], row["by_id"], row["right"]) for row in told) == {("given", None, True): 10}
    assert (
        await desk.value("select count(*) from audit_log where action = 'assign' and actor = 'system'") == 10
    )


async def test_nobody_online_waits_for_the_first_who_comes(desk: Engine) -> None:
    await rules(desk, assignment="round_robin")
    first = await ask_for_a_person(desk, "393470000001")
    second = await ask_for_a_person(desk, "393470000002")
    assert await assignee(desk, first) is None
    team = await online(desk, CHIARA)
    assert (team["state"], team["online"], team["open"]) == ("online", True, 2)
    assert {await assignee(desk, one) for one in (first, second)} == {CHIARA_ROW}
    # Two who come at the same instant share what waits, and nothing is given twice.
    await act(desk, CHIARA, "set_availability", "away", True, "k1")
    assert await assignee(desk, first) is None
    await together(*(online(desk, LUCA) for _ in range(4)))
    assert {await assignee(desk, one) for one in (first, second)} == {LUCA_ROW}
    assert await events(desk, first) == [
        ("given", CHIARA_ROW, None),
        ("released", CHIARA_ROW, CHIARA_ROW),
        ("given", LUCA_ROW, None),
    ]


async def test_whoever_has_enough_gets_no_more_until_one_is_done(desk: Engine) -> None:
    await rules(desk, assignment="round_robin", open_per_agent=1)
    await online(desk, CHIARA)
    first = await ask_for_a_person(desk, "393470000001")
    second = await ask_for_a_person(desk, "393470000002")
    assert (await assignee(desk, first), await assignee(desk, second)) == (CHIARA_ROW, None)
    await act(desk, CHIARA, "resolve_conversation", first, "k1")
    assert await assignee(desk, second) == CHIARA_ROW
    # One that sleeps takes no room; it comes back to whoever had it.
    third = await ask_for_a_person(desk, "393470000003")
    until = await desk.value("select now() + interval '1 hour'")
    await act(desk, CHIARA, "snooze_conversation", second, until, "k2")
    assert await assignee(desk, third) == CHIARA_ROW


async def test_what_was_put_off_is_open_again_when_its_time_comes(desk: Engine) -> None:
    await online(desk, CHIARA)
    held = await ask_for_a_person(desk, "393470000001")
    await act(desk, CHIARA, "take_over", held, "k1")
    until = await desk.value("select now() + interval '1 hour'")
    await act(desk, CHIARA, "snooze_conversation", held, until, "k2")
    assert (await desk.call("run_schedules"))["conversations_woken"] == 0
    past = "update whatsapp_conversations set snoozed_until = now() - interval '1 second' where id = $1"
    await desk.admin.execute(past, held)
    assert [(await desk.call("run_schedules"))["conversations_woken"] for _ in range(2)] == [1, 0]
    state = "select status, snoozed_until, assignee_id::text from whatsapp_conversations where id = $1"
    (row,) = await desk.admin.fetch(state, held)
    assert tuple(row) == ("open", None, CHIARA_ROW)
    assert (await events(desk, held))[-1] == ("woken", CHIARA_ROW, None)


async def test_away_and_hand_over_to_the_others_or_keep(desk: Engine) -> None:
    await rules(desk, assignment="round_robin")
    await online(desk, CHIARA)
    kept = await ask_for_a_person(desk, "393470000001")
    await act(desk, CHIARA, "set_availability", "away", False, "k1")
    assert await assignee(desk, kept) == CHIARA_ROW
    # The choice stays when the desk is opened again; nothing new is given meanwhile.
    assert (await online(desk, CHIARA))["state"] == "away"
    assert await assignee(desk, await ask_for_a_person(desk, "393470000002")) is None
    await online(desk, LUCA)
    await act(desk, CHIARA, "set_availability", "online", False, "k2")
    team = await act(desk, CHIARA, "set_availability", "away", True, "k3")
    assert await assignee(desk, kept) == LUCA_ROW
    assert (team["online"], team["open"]) == (False, 0)
    # A repeat of the same press does nothing again.
    await act(desk, CHIARA, "assign_conversation", kept, uuid.UUID(CHIARA_ROW), "k4")
    await act(desk, CHIARA, "set_availability", "away", True, "k3")
    assert await assignee(desk, kept) == CHIARA_ROW


async def test_a_desk_that_falls_silent_makes_its_agent_away(desk: Engine) -> None:
    await rules(desk, assignment="round_robin")
    await online(desk, CHIARA)
    await desk.admin.execute("update staff_availability set seen_until = now() - interval '1 second'")
    # At once for what is given, and by the clock for what colleagues were told.
    assert await assignee(desk, await ask_for_a_person(desk, "393470000001")) is None
    await desk.call("run_schedules")
    assert (
        await desk.value("select is_online from staff_availability where staff_id = $1", CHIARA_ROW) is False
    )
    assert await desk.value("select detail ->> 'silent' from audit_log where action = 'go_away'") == "true"
    team = await act(desk, LUCA, "my_team")
    assert [(p["name"], p["online"]) for p in team["people"] if p["name"] == "Chiara Conti"] == [
        ("Chiara Conti", False)
    ]


async def test_what_could_not_be_given_at_once_is_given_by_the_clock(desk: Engine) -> None:
    await rules(desk, assignment="round_robin")
    await online(desk, CHIARA)
    held = await ask_for_a_person(desk, "393470000001")
    await desk.admin.execute("alter table whatsapp_conversations disable trigger give_in_turn")
    await desk.admin.execute("update whatsapp_conversations set assignee_id = null where id = $1", held)
    await desk.admin.execute("alter table whatsapp_conversations enable trigger give_in_turn")
    assert (await desk.call("run_schedules"))["conversations_assigned"] == 1
    assert await assignee(desk, held) == CHIARA_ROW


async def test_by_hand_and_not_taking_part_give_nothing_by_themselves(desk: Engine) -> None:
    await online(desk, CHIARA)
    by_hand = await ask_for_a_person(desk, "393470000001")
    assert await assignee(desk, by_hand) is None
    await act(desk, LUCA, "set_taking_part", CHIARA_ROW, False)
    await rules(desk, assignment="round_robin")
    assert await assignee(desk, by_hand) is None
    await act(desk, LUCA, "set_taking_part", CHIARA_ROW, True)
    assert await assignee(desk, by_hand) == CHIARA_ROW
    with pytest.raises(asyncpg.PostgresError, match="assignment"):
        await rules(desk, assignment="random")
    with pytest.raises(asyncpg.PostgresError, match="open_per_agent"):
        await rules(desk, open_per_agent=0)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(desk, CHIARA, "save_desk_rules", BUSINESS, {"assignment": "manual"})


async def test_the_bot_goes_on_until_the_person_writes(desk: Engine) -> None:
    await rules(desk, assignment="round_robin")
    await online(desk, CHIARA)
    conversation = await ask_for_a_person(desk, "393470000001")
    assert (await desk.answer("e le candele?", "Eccole", sender="393470000001"))["status"] == "done"
    await act(desk, CHIARA, "staff_send", conversation, "Eccomi", "k1")
    stored = await desk.ingest(message("grazie", sender="393470000001"))
    assert stored["results"][0]["wants_turn"] is False
    # Who was given it had it already: writing in it is no news.
    assert await events(desk, conversation) == [("given", CHIARA_ROW, None)]
    await act(desk, CHIARA, "hand_back", conversation, "k2")
    await act(desk, LUCA, "assign_conversation", conversation, uuid.UUID(CHIARA_ROW), "k3")
    assert (await events(desk, conversation))[1:] == [
        ("handed_back", CHIARA_ROW, CHIARA_ROW),
        ("assigned", CHIARA_ROW, LUCA_ROW),
    ]


async def be_away(engine: Engine, minutes: int) -> None:
    """Everybody left so many minutes ago, and has had what they have since then at least."""
    await engine.admin.execute("update staff_availability set seen_until = now() - interval '1 second'")
    await engine.call("run_schedules")
    past = "now() - make_interval(mins => $1)"
    await engine.admin.execute(f"update staff_availability set changed_at = {past}", minutes)
    await engine.admin.execute(
        "update conversation_events set created_at = created_at - make_interval(mins => $1)", minutes
    )


async def test_what_waits_for_somebody_who_fell_silent_goes_to_the_next_in_turn(desk: Engine) -> None:
    await rules(desk, assignment="round_robin", count_open_hours=False, silent_minutes=20)
    await online(desk, CHIARA)
    waits, answered = [await ask_for_a_person(desk, f"39347000000{n}") for n in (1, 2)]
    await act(desk, CHIARA, "staff_send", answered, "Eccomi", "k1")
    await be_away(desk, 19)
    await desk.call("run_schedules")
    assert await assignee(desk, waits) == CHIARA_ROW
    await be_away(desk, 21)
    await desk.call("run_schedules")
    # Nobody is there: it is free, and the first who comes has it. What has its answer stays with who gave it.
    assert (await assignee(desk, waits), await assignee(desk, answered)) == (None, CHIARA_ROW)
    await online(desk, LUCA)
    assert await assignee(desk, waits) == LUCA_ROW
    assert [kind for kind, *_ in await events(desk, waits)] == ["given", "silent", "given"]
    told = await desk.rows(
        "select actor, detail ->> 'staff_id' as had from audit_log where action = 'release'"
    )
    assert [(row["actor"], row["had"]) for row in told] == [("system", CHIARA_ROW)]


async def test_silence_gives_time_keeps_hours_and_can_be_switched_off(desk: Engine) -> None:
    await rules(desk, count_open_hours=False, silent_minutes=None)
    await online(desk, CHIARA)
    await be_away(desk, 600)
    waits = await ask_for_a_person(desk, "393470000001")
    await act(desk, LUCA, "assign_conversation", waits, uuid.UUID(CHIARA_ROW), "k1")
    await be_away(desk, 600)
    await desk.call("run_schedules")
    assert await assignee(desk, waits) == CHIARA_ROW
    # Closed for days, with a rule: nobody had to be there.
    closed = '{"mon": [], "tue": [], "wed": [], "thu": [], "fri": [], "sat": [], "sun": []}'
    await desk.admin.execute("update businesses set hours = $1::text::jsonb", closed)
    await rules(desk, count_open_hours=True, silent_minutes=15)
    await desk.call("run_schedules")
    assert await assignee(desk, waits) == CHIARA_ROW
    await rules(desk, count_open_hours=False)
    await desk.call("run_schedules")
    assert await assignee(desk, waits) is None
    # Given by hand to somebody who is away, it has its time again.
    await act(desk, LUCA, "assign_conversation", waits, uuid.UUID(CHIARA_ROW), "k2")
    await desk.call("run_schedules")
    assert await assignee(desk, waits) == CHIARA_ROW
    with pytest.raises(asyncpg.PostgresError, match="silent_minutes"):
        await rules(desk, silent_minutes=0)
