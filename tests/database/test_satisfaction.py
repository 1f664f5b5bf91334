"""How it was: asked once after a person helped, answered by tap or word, thanked once, and never a turn of the bot."""

from __future__ import annotations

import json
import uuid
from typing import Any

import asyncpg
import pytest

from processors.customer.satisfaction import question
from tests.database.engine import BUSINESS, Engine, message, together
from tests.database.test_availability import CHIARA, CHIARA_ROW, LUCA, act, rules
from tests.database.test_response_times import _today

pytestmark = pytest.mark.database

PHONE = "393470002222"


async def helped(engine: Engine, phone: str = PHONE, key: str = "k1") -> uuid.UUID:
    """A customer asks, Chiara answers and resolves."""
    stored = await engine.ingest(message("ciao", sender=phone))
    conversation = uuid.UUID(stored["results"][0]["conversation_id"])
    await act(engine, CHIARA, "staff_send", conversation, "Ecco fatto", key)
    await act(engine, CHIARA, "resolve_conversation", conversation, key + "r", question())
    return conversation


async def said(engine: Engine, conversation: uuid.UUID) -> list[dict[str, Any]]:
    rows = await engine.rows(
        "select payload from whatsapp_messages where conversation_id = $1 and author = 'system' order by sequence",
        conversation,
    )
    return [json.loads(row["payload"]) for row in rows]


async def asked(engine: Engine) -> list[tuple[int | None, str | None]]:
    rows = await engine.rows("select score, staff_id::text from satisfaction order by asked_at")
    return [(row["score"], row["staff_id"]) for row in rows]


def tap(reply: dict[str, Any], button: int, phone: str = PHONE) -> dict[str, Any]:
    """The customer presses a button of a message."""
    chosen = reply["buttons"][button]
    return message(
        chosen["title"],
        sender=phone,
        type="interactive",
        payload={"choice_id": chosen["id"], "choice_title": chosen["title"]},
    )


async def test_asked_once_answered_by_a_tap_and_thanked_once(engine: Engine) -> None:
    await rules(engine, ask_satisfaction=True)
    conversation = await helped(engine)
    [ask] = await said(engine, conversation)
    assert (ask["kind"], len(ask["buttons"])) == ("buttons", 3)
    answer = tap(ask, 0)
    for _ in range(2):
        await together(*(engine.ingest(answer) for _ in range(4)))
    # The same button again is a message of its own, and no news.
    await engine.ingest(tap(ask, 0))
    assert await asked(engine) == [(5, CHIARA_ROW)]
    assert len(await said(engine, conversation)) == 2
    # It started no turn, opened no conversation and left this one closed.
    states = await engine.rows(
        "select c.status, c.unread_count, c.waiting_since, q.conversation_id from whatsapp_conversations c "
        "left join turn_queue q on q.conversation_id = c.id where c.phone = $1",
        PHONE,
    )
    assert [tuple(row.values()) for row in states] == [("resolved", 0, None, None)]
    # Within some days nobody is asked again.
    await helped(engine, key="k9")
    assert len(await asked(engine)) == 1
    report = await act(engine, LUCA, "satisfaction_report", BUSINESS, _today(), _today())
    assert {name: report[name] for name in ("asked", "answered", "happy", "unhappy")} == {
        "asked": 1,
        "answered": 1,
        "happy": 1,
        "unhappy": 0,
    }
    assert report["people"][0]["name"] == "Chiara Conti"


async def test_an_old_tap_leaves_the_order_that_is_under_way_alone(engine: Engine) -> None:
    await rules(engine, ask_satisfaction=True)
    old = await helped(engine)
    [ask] = await said(engine, old)
    await engine.admin.execute("update satisfaction set asked_at = now() - interval '40 days'")
    cart = [{"product_id": await engine.product("C02"), "quantity": 1, "variant": {}}]
    ordering = await engine.answer("un guinzaglio", "Aggiunto", sender=PHONE, cart=cart)
    await engine.ingest(message("e una cuccia", sender=PHONE))
    stored = await engine.ingest(tap(ask, 2))
    assert stored["results"][0]["conversation_id"] == str(old)
    [turn] = await engine.claim()
    assert turn["conversation_id"] == ordering["conversation_id"]
    assert [m["content"] for m in turn["messages"]] == ["e una cuccia"]
    assert len(turn["cart"]) == 1
    assert await asked(engine) == [(1, CHIARA_ROW)]
    # Whoever is unhappy is offered a person; that tap is a turn like any other.
    sorry = (await said(engine, old))[-1]
    offered = await engine.ingest(tap(sorry, 0))
    assert offered["results"][0]["conversation_id"] == ordering["conversation_id"]
    assert offered["results"][0]["wants_turn"] is True
    # Somebody else's button says nothing.
    foreign = await engine.ingest(tap(ask, 0, phone="393470003333"))
    assert foreign["results"][0]["wants_turn"] is True
    assert await asked(engine) == [(1, CHIARA_ROW)]


async def test_a_number_a_sign_or_a_word_right_after_is_an_answer(engine: Engine) -> None:
    await rules(engine, ask_satisfaction=True)
    answers = {
        "4": 4,
        "Benissimo!": 5,
        "👍": 5,
        "❤️": 5,
        "So-so": 3,
        "male.": 1,
        "⭐⭐": 2,
        "Lumayan": 3,
    }
    for place, (words, score) in enumerate(answers.items()):
        phone = f"39347000555{place}"
        conversation = await helped(engine, phone, f"k{place}")
        stored = await engine.ingest(message(words, sender=phone))
        assert stored["results"][0]["conversation_id"] == str(conversation), words
        assert (await asked(engine))[-1] == (score, CHIARA_ROW), words


async def test_anything_else_and_words_that_come_later_are_talk_as_ever(engine: Engine) -> None:
    await rules(engine, ask_satisfaction=True)
    conversation = await helped(engine)
    stored = await engine.ingest(message("vorrei 2 candele", sender=PHONE))
    assert stored["results"][0]["wants_turn"] is True
    assert stored["results"][0]["conversation_id"] != str(conversation)
    # Within the new conversation a number is a quantity.
    stored = await engine.ingest(message("4", sender=PHONE))
    assert stored["results"][0]["wants_turn"] is True
    assert await asked(engine) == [(None, CHIARA_ROW)]


async def test_who_is_not_asked(engine: Engine) -> None:
    conversation = await helped(engine, "393470004441", "a")
    assert await said(engine, conversation) == [], "off unless chosen"
    await rules(engine, ask_satisfaction=True)
    # The bot alone helped.
    stored = await engine.answer("ciao", "Ciao!", sender="393470004442")
    await act(engine, CHIARA, "resolve_conversation", uuid.UUID(stored["conversation_id"]), "b", question())
    for phone, change in (
        ("393470004443", "update contacts set opted_out_at = now() where phone = $1"),
        ("393470004444", "update contacts set blocked_at = now() where phone = $1"),
        ("393470004445", "update whatsapp_conversations set window_expires_at = now() where phone = $1"),
    ):
        stored = await engine.ingest(message("ciao", sender=phone))
        closing = uuid.UUID(stored["results"][0]["conversation_id"])
        await act(engine, CHIARA, "staff_send", closing, "Ecco", phone)
        await engine.admin.execute(change, phone)
        await act(engine, CHIARA, "resolve_conversation", closing, phone + "r", question())
    assert await asked(engine) == []
    stored = await engine.ingest(message("ciao", sender="393470004446"))
    closing = uuid.UUID(stored["results"][0]["conversation_id"])
    await act(engine, CHIARA, "staff_send", closing, "Ecco", "k7")
    with pytest.raises(asyncpg.PostgresError, match="question"):
        await act(engine, CHIARA, "resolve_conversation", closing, "k8", {"languages": {}})


async def test_no_question_makes_an_answer_that_can_t_be_taken_in(engine: Engine) -> None:
    await rules(engine, ask_satisfaction=True)
    asking = question()
    elsewhere = {"kind": "text", "text": "grazie", "media": {"path": "another-business/file.pdf"}}
    broken = (
        {**asking, "words": {"ok": "tanto"}},
        {**asking, "words": {"ok": 9}},
        {**asking, "languages": {"it": {**asking["languages"]["it"], "thanks": elsewhere}}},
    )
    for n, words in enumerate(broken):
        phone = f"39347000333{n}"
        stored = await engine.ingest(message("ciao", sender=phone))
        conversation = uuid.UUID(stored["results"][0]["conversation_id"])
        await act(engine, CHIARA, "staff_send", conversation, "Ecco fatto", f"{phone}s")
        with pytest.raises(asyncpg.PostgresError, match="question"):
            await act(engine, CHIARA, "resolve_conversation", conversation, f"{phone}r", words)
    assert await asked(engine) == []
