"""Talks are summed up every ten messages: claimed once, written once, never in the way of a turn."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.database.engine import CUSTOMER, Engine, message, together

pytestmark = pytest.mark.database


async def talked(engine: Engine, times: int) -> None:
    for n in range(times):
        await engine.answer(f"domanda {n}", "risposta")


async def claim(engine: Engine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await engine.call("claim_summaries", 5, 60)
    return found


async def save(engine: Engine, talk: dict[str, Any], words: str = "in breve") -> bool:
    through = max(m["sequence"] for m in talk["messages"])
    saved: bool = await engine.call(
        "save_summary",
        uuid.UUID(talk["conversation_id"]),
        uuid.UUID(talk["token"]),
        words,
        "model",
        through,
        talk["message_count"],
        [{"purpose": "summary", "model": "m", "outcome": "ok", "cost_usd": "0.001"}],
    )
    return saved


async def test_ten_messages_make_one_summary_and_the_next_ten_the_next(engine: Engine) -> None:
    await talked(engine, 4)
    assert await claim(engine) == []
    await talked(engine, 2)
    claims = await together(*(claim(engine) for _ in range(6)))
    [talk] = [one for found in claims for one in found]
    assert [m["content"] for m in talk["messages"]][:2] == ["domanda 0", "risposta"]
    assert await save(engine, talk)
    await talked(engine, 1)
    assert await claim(engine) == []
    await talked(engine, 5)
    [after] = await claim(engine)
    assert after["summary"] == "in breve"
    assert after["through_sequence"] == max(m["sequence"] for m in talk["messages"])


async def test_a_lost_lease_writes_nothing_and_a_second_save_neither(engine: Engine) -> None:
    await talked(engine, 6)
    [old] = await claim(engine)
    await engine.make_due("conversation_summaries")
    [new] = await claim(engine)
    assert await save(engine, old, "vecchio") is False
    assert await save(engine, new, "nuovo") is True
    assert await save(engine, new, "ancora") is False
    assert (
        await engine.value("select summary from whatsapp_conversations where phone = $1", CUSTOMER) == "nuovo"
    )
    assert await engine.value("select count(*) from ai_calls where purpose = 'summary'") == 1


async def test_what_fails_again_and_again_stops_until_there_is_more_to_tell(engine: Engine) -> None:
    await talked(engine, 6)
    for _ in range(5):
        assert len(await claim(engine)) == 1
        await engine.make_due("conversation_summaries")
    assert await claim(engine) == []
    assert await engine.value("select run_at from conversation_summaries") is None
    await talked(engine, 1)
    assert len(await claim(engine)) == 1


async def test_turns_and_summaries_of_one_talk_never_wait_in_a_circle(engine: Engine) -> None:
    await talked(engine, 6)
    for round_ in range(3):
        await engine.admin.execute(
            "update conversation_summaries set run_at = now(), through_count = 0, attempts = 0"
        )
        [talk] = await claim(engine)
        await engine.ingest(message(f"ancora {round_}"))
        [turn] = await engine.claim()
        async with asyncio.timeout(20):
            results = await together(save(engine, talk), engine.finish(turn, "ok"))
        assert results[0] is True
        assert results[1]["status"] == "done"
