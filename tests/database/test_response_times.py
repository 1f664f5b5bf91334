"""Clocks of the desk: they run from the moment a person is needed, in opening hours, to the first human answer."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from tests.database.engine import BUSINESS, Engine, message
from tests.database.test_availability import CHIARA, CHIARA_ROW, LUCA, act, ask_for_a_person, rules

pytestmark = pytest.mark.database

PHONE = "393470001111"
HOUR = timedelta(hours=1)


async def clocks(engine: Engine, conversation: uuid.UUID) -> dict[str, Any]:
    (row,) = await engine.rows(
        "select needed_since, response_due_at, handling_since, resolution_due_at, due_at "
        "from whatsapp_conversations where id = $1",
        conversation,
    )
    return row


async def kept(engine: Engine, conversation: uuid.UUID) -> list[tuple[str, int, bool, str | None]]:
    """What was measured, in whole minutes: the test's own seconds pass as well."""
    rows = await engine.rows(
        "select kind, seconds, answered, staff_id::text from response_times where conversation_id = $1 order by id",
        conversation,
    )
    return [(row["kind"], row["seconds"] // 60, row["answered"], row["staff_id"]) for row in rows]


async def earlier(engine: Engine, conversation: uuid.UUID, minutes: int) -> None:
    """Let so much time pass for one conversation."""
    await engine.admin.execute(
        "update whatsapp_conversations set needed_since = needed_since - $2::interval, "
        "response_due_at = response_due_at - $2::interval, handling_since = handling_since - $2::interval, "
        "resolution_due_at = resolution_due_at - $2::interval where id = $1",
        conversation,
        timedelta(minutes=minutes),
    )


async def test_from_the_escalation_to_the_first_human_answer_and_on_to_the_end(engine: Engine) -> None:
    await rules(engine, response_minutes=15, resolution_minutes=240)
    conversation = await ask_for_a_person(engine, PHONE)
    now = await clocks(engine, conversation)
    assert now["response_due_at"] - now["needed_since"] == timedelta(minutes=15)
    assert now["resolution_due_at"] - now["handling_since"] == 4 * HOUR
    assert now["due_at"] == now["response_due_at"]
    await earlier(engine, conversation, 5)
    # Neither the bot's answer nor a reaction nor taking it over is a person's answer.
    await engine.answer("e allora?", "Un attimo", sender=PHONE)
    await act(engine, CHIARA, "take_over", conversation, "k1")
    assert (await clocks(engine, conversation))["needed_since"] is not None
    await act(engine, CHIARA, "staff_send", conversation, "Eccomi", "k2")
    now = await clocks(engine, conversation)
    assert (now["needed_since"], now["due_at"]) == (None, now["resolution_due_at"])
    # What is written to a person needs one again; the conversation's own clock goes on.
    await engine.ingest(message("ok", sender=PHONE), message("e poi?", sender=PHONE))
    again = await clocks(engine, conversation)
    assert again["needed_since"] is not None
    assert again["handling_since"] == now["handling_since"]
    await earlier(engine, conversation, 20)
    assert (await engine.call("desk_counts", role="authenticated", claims={"sub": LUCA}))["overdue"] == 1
    await act(engine, LUCA, "resolve_conversation", conversation, "k3")
    assert set((await clocks(engine, conversation)).values()) == {None}
    assert await kept(engine, conversation) == [
        ("response", 5, True, CHIARA_ROW),
        ("response", 20, False, CHIARA_ROW),
        ("resolution", 25, True, CHIARA_ROW),
    ]
    report = await act(engine, LUCA, "service_times", BUSINESS, *(2 * [_today()]))
    response = report["kinds"]["response"]
    assert 300 <= response["p50"] == response["p95"] < 360
    assert response == {
        "done": 1,
        "missed": 1,
        "p50": response["p50"],
        "p95": response["p95"],
        "with_target": 2,
        "in_time": 1,
    }
    assert [(one["name"], one["done"]) for one in report["people"]] == [("Chiara Conti", 1)]


def _today() -> Any:
    return datetime.now(ZoneInfo("Europe/Rome")).date()


async def test_who_speaks_unasked_has_kept_nobody_waiting_and_handing_back_is_an_end(engine: Engine) -> None:
    await rules(engine, response_minutes=15)
    stored = await engine.answer("ciao", "Ciao!", sender=PHONE)
    conversation = uuid.UUID(stored["conversation_id"])
    await act(engine, CHIARA, "staff_send", conversation, "Buongiorno, sono Chiara", "k1")
    assert await kept(engine, conversation) == []
    await engine.ingest(message("grazie", sender=PHONE))
    await earlier(engine, conversation, 2)
    await act(engine, CHIARA, "hand_back", conversation, "k2")
    assert await kept(engine, conversation) == [("resolution", 2, True, CHIARA_ROW)]
    # Simulated talk has no clocks.
    await engine.admin.execute("update channel_accounts set simulated = true")
    await act(engine, CHIARA, "take_over", conversation, "k3")
    assert (await clocks(engine, conversation))["needed_since"] is None


async def test_minutes_run_while_the_shop_is_open(engine: Engine) -> None:
    await engine.admin.execute(
        """update businesses set timezone = 'Europe/Rome', hours = '{"mon": ["09:00", "13:00"],
           "tue": ["09:00", "24:00"], "thu": ["09:00", "18:00"], "closed": ["2026-11-26"]}' where id = $1""",
        BUSINESS,
    )
    rome = ZoneInfo("Europe/Rome")
    monday_noon, sunday = datetime(2026, 11, 23, 12, 30, tzinfo=rome), datetime(2026, 11, 22, 8, tzinfo=rome)

    async def after(start: datetime, minutes: int) -> datetime:
        found: datetime = await engine.value(
            "select private.after_minutes($1, $2, $3)", uuid.UUID(BUSINESS), start, minutes
        )
        return found.astimezone(rome)

    assert await after(monday_noon, 20) == monday_noon + timedelta(minutes=20)
    assert await after(monday_noon, 60) == datetime(2026, 11, 24, 9, 30, tzinfo=rome)
    assert await after(sunday, 10) == datetime(2026, 11, 23, 9, 10, tzinfo=rome)
    # Tuesday is full after fifteen hours; Thursday is a holiday.
    assert await after(monday_noon, 30 + 15 * 60 + 5) == datetime(2026, 11, 30, 9, 5, tzinfo=rome)
    between = "select private.seconds_between($1, $2, $3)"
    tuesday = datetime(2026, 11, 24, 9, 30, tzinfo=rome)
    assert await engine.value(between, uuid.UUID(BUSINESS), monday_noon, tuesday) == 3600
    await rules(engine, count_open_hours=False)
    assert await after(monday_noon, 60) == monday_noon + HOUR
    assert await engine.value(between, uuid.UUID(BUSINESS), monday_noon, tuesday) == 21 * 3600
    # Clocks go back in autumn: an hour of the night more is no hour of the shop.
    await rules(engine, count_open_hours=True)
    saturday = datetime(2026, 10, 24, 8, tzinfo=UTC)
    assert await after(saturday, 30) == datetime(2026, 10, 26, 9, 30, tzinfo=rome)


async def test_new_targets_count_for_what_is_open_and_are_checked(engine: Engine) -> None:
    conversation = await ask_for_a_person(engine, PHONE)
    assert (await clocks(engine, conversation))["due_at"] is None
    await rules(engine, response_minutes=30)
    now = await clocks(engine, conversation)
    assert now["due_at"] - now["needed_since"] == timedelta(minutes=30)
    await rules(engine, response_minutes=None)
    assert (await clocks(engine, conversation))["due_at"] is None
    with pytest.raises(asyncpg.PostgresError, match="response_minutes"):
        await rules(engine, response_minutes=0)
    with pytest.raises(asyncpg.PostgresError, match="no such field"):
        await rules(engine, minutes=1)
