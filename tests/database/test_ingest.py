"""Acknowledged means stored, once; people are recognised; what is odd is kept."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.database.engine import CUSTOMER, NUMBER, Engine, message, together

pytestmark = pytest.mark.database


async def test_a_message_opens_a_conversation_with_window_unread_and_turn(engine: Engine) -> None:
    sent = int(time.time()) - 60
    await engine.ingest(message("vorrei candele", provider_time=sent))
    [row] = await engine.rows(
        "select *, extract(epoch from window_expires_at)::bigint as window_ends "
        "from whatsapp_conversations where phone = $1",
        CUSTOMER,
    )
    assert row["unread_count"] == 1
    assert row["preview"] == "vorrei candele"
    assert row["window_ends"] == sent + 24 * 3600
    assert row["pending_since"] is not None
    assert len(await engine.claim()) == 1


async def test_the_same_message_many_times_at_once_is_one_row(engine: Engine) -> None:
    event = message("una volta sola")
    results = await together(*(engine.ingest(event, event) for _ in range(12)))
    assert sum(r["counts"].get("message_new", 0) for r in results) == 1
    count = await engine.value(
        "select count(*) from whatsapp_messages where meta_message_id = $1", event["external_id"]
    )
    assert count == 1


async def test_first_messages_of_one_person_at_once_make_one_contact_and_conversation(engine: Engine) -> None:
    sender = {"phone": "393490000001", "bsuid": "IT.77"}
    await together(*(engine.ingest(message(str(n), sender=sender)) for n in range(12)))
    assert await engine.value("select count(*) from contacts where phone = '393490000001'") == 1
    assert await engine.value("select count(*) from whatsapp_conversations where phone = '393490000001'") == 1
    assert await engine.value("select count(*) from whatsapp_messages where phone = '393490000001'") == 12


async def test_concurrent_batches_with_the_same_people_never_deadlock(engine: Engine) -> None:
    people = [f"3934900001{n:02d}" for n in range(8)]

    def batch() -> list[dict[str, object]]:
        return [message("x", sender=p) for p in random.sample(people, len(people))]

    results = await together(*(engine.ingest(*batch()) for _ in range(30)))
    assert [r for r in results if isinstance(r, Exception)] == []
    assert await engine.value("select count(*) from whatsapp_messages where phone like '3934900001%'") == 240


async def test_a_bsuid_only_sender_who_later_shows_a_number_is_one_person(engine: Engine) -> None:
    await engine.ingest(message("a", sender={"bsuid": "IT.1", "name": "Ada"}))
    await engine.ingest(message("b", sender="393490000002"))
    await engine.ingest(message("c", sender={"bsuid": "IT.1", "phone": "393490000002"}))
    contacts = await engine.rows(
        "select id, name, phone from contacts where name = 'Ada' or phone = '393490000002'"
    )
    assert len(contacts) == 1
    assert (contacts[0]["name"], contacts[0]["phone"]) == ("Ada", "393490000002")
    open_ones = await engine.value(
        "select count(*) from whatsapp_conversations where contact_id = $1 and status <> 'resolved'",
        contacts[0]["id"],
    )
    assert open_ones == 1
    messages = await engine.value(
        "select count(*) from whatsapp_messages m join whatsapp_conversations c on c.id = m.conversation_id "
        "where c.contact_id = $1",
        contacts[0]["id"],
    )
    assert messages == 3


async def test_a_changed_number_keeps_the_person_and_frees_the_old_number(engine: Engine) -> None:
    await engine.ingest(message("prima", sender={"phone": "393490000003", "bsuid": "IT.3", "name": "Ugo"}))
    change = {
        "old_phone": "393490000003",
        "old_bsuid": "IT.3",
        "new_phone": "393490000004",
        "new_bsuid": "IT.4",
    }
    event = message(
        "",
        type="system",
        wants_turn=False,
        identity_change=change,
        sender={"phone": "393490000003", "bsuid": "IT.3"},
    )
    await engine.ingest(event)
    await engine.ingest(message("dopo", sender={"phone": "393490000004", "bsuid": "IT.4"}))
    await engine.ingest(message("un altro", sender={"phone": "393490000003", "bsuid": "IT.5", "name": "Pia"}))
    ugo = await engine.rows("select phone from contacts where name = 'Ugo'")
    pia = await engine.rows("select phone from contacts where name = 'Pia'")
    assert [c["phone"] for c in ugo] == ["393490000004"]
    assert [c["phone"] for c in pia] == ["393490000003"]


async def test_an_unknown_number_is_kept_raw_and_repeats_do_nothing(engine: Engine) -> None:
    event = message("per chi?", account="999")
    assert (await engine.ingest(event))["counts"] == {"message_unknown_account": 1}
    await engine.ingest(event)
    rows = await engine.rows(
        "select error, payload from webhook_events where external_id = $1", event["external_id"]
    )
    assert len(rows) == 1
    assert "999" in rows[0]["error"]


async def test_an_edit_changes_what_will_be_answered_and_a_revoke_takes_it_back(engine: Engine) -> None:
    first, second = message("2 candele"), message("anzi un profumo")
    await engine.ingest(first, second)
    edit = message("3 candele", type="edit", wants_turn=False, target_id=first["external_id"])
    revoke = message("", type="revoke", wants_turn=False, target_id=second["external_id"])
    await engine.ingest(edit, revoke)
    [turn] = await engine.claim()
    assert [m["content"] for m in turn["messages"]] == ["3 candele"]
    assert turn["messages"][0]["payload"]["original_content"] == "2 candele"


async def test_one_batch_does_what_one_call_for_each_would(engine: Engine) -> None:
    first, second = message("2 candele"), message("anzi un profumo")
    edit = message("3 candele", type="edit", wants_turn=False, target_id=first["external_id"])
    others = [message("ciao", sender=f"39349000012{n}") for n in range(3)]
    stored = await engine.ingest(
        first, others[0], first, second, others[1], edit, others[2], message("e basta")
    )
    assert stored["counts"] == {"message_new": 7, "message_duplicate": 1}
    assert sorted(r["external_id"] for r in stored["results"] if r["result"] == "duplicate") == [
        first["external_id"]
    ]
    turns = [[m["content"] for m in turn["messages"]] for turn in await engine.claim()]
    assert sorted(turns) == [["3 candele", "anzi un profumo", "e basta"], ["ciao"], ["ciao"], ["ciao"]]
    [row] = await engine.rows(
        "select unread_count, message_count, preview from whatsapp_conversations where phone = $1", CUSTOMER
    )
    assert row == {"unread_count": 3, "message_count": 4, "preview": "e basta"}


async def test_two_contacts_that_one_batch_makes_one_lose_nothing(engine: Engine) -> None:
    await engine.ingest(message("a", sender={"bsuid": "IT.90"}), message("b", sender="393490000090"))
    # In the order of senders the number comes first, and only the last message tells whose it is.
    stored = await engine.ingest(
        message("c", sender="393490000090"),
        message("d", sender={"bsuid": "IT.90"}),
        message("e", sender="393490000089"),
        message("f", sender={"bsuid": "IT.90", "phone": "393490000090"}),
    )
    assert stored["counts"] == {"message_new": 4}
    [row] = await engine.rows(
        "select c.unread_count, array_agg(m.content order by m.content) as said from whatsapp_conversations c "
        "join contacts k on k.id = c.contact_id join whatsapp_messages m on m.conversation_id = c.id "
        "where k.phone = '393490000090' and c.status <> 'resolved' group by c.id"
    )
    assert {"c", "d", "f"} <= set(row["said"])
    assert row["unread_count"] == 5


async def test_the_limit_counts_within_a_batch(engine: Engine) -> None:
    limits = {"per_minute": 2, "per_hour": 100, "rate_notice": {"it": "Piano!"}}
    await engine.ingest(*(message(str(n)) for n in range(5)), **limits)
    assert await engine.value("select count(*) from whatsapp_messages where content = 'Piano!'") == 1
    [row] = await engine.rows(
        "select rate_minute_count, message_count, unread_count from whatsapp_conversations where phone = $1",
        CUSTOMER,
    )
    assert row == {"rate_minute_count": 5, "message_count": 6, "unread_count": 5}


async def test_over_the_limit_everything_is_kept_and_said_once(engine: Engine) -> None:
    limits = {"per_minute": 3, "per_hour": 100, "rate_notice": {"it": "Piano!"}}
    await engine.ingest(message("1"), message("2"), **limits)
    [turn] = await engine.claim()
    await engine.finish(turn, "ok")
    for n in range(3, 9):
        await engine.ingest(message(str(n)), **limits)
        for late in await engine.claim():
            await engine.finish(late, "ok")
    notices = await engine.value("select count(*) from whatsapp_messages where content = 'Piano!'")
    assert notices == 1
    assert (
        await engine.value(
            "select count(*) from whatsapp_messages where phone = $1 and direction = 'inbound'", CUSTOMER
        )
        == 8
    )
    await engine.make_due("turn_queue")
    [turn] = await engine.claim()
    assert [m["content"] for m in turn["messages"]] == ["4", "5", "6", "7", "8"]


async def test_dealers_have_no_limit(engine: Engine) -> None:
    for n in range(6):
        await engine.ingest(message(str(n), sender="393331000001"), per_minute=2, per_hour=2)
        [turn] = await engine.claim()
        assert turn["conversation_type"] == "dealer"
        assert turn["dealer"]["name"] == "Dloop Store Milano"
        await engine.finish(turn)


async def test_an_echo_of_the_phone_silences_the_bot(engine: Engine) -> None:
    await engine.answer("ciao", "risposta del bot")
    echo = {
        "effect": "echo",
        "external_id": "wamid.echo-1",
        "recipient": {"phone": CUSTOMER, "bsuid": None},
        "type": "text",
        "content": "Ciao, sono Luca",
        "payload": {},
        "provider_time": int(time.time()),
        "target_id": None,
    }
    field = {"kind": "field", "channel": "whatsapp", "account": NUMBER, "waba_id": "102290129340398"}
    await engine.ingest(
        {**field, "field": "smb_message_echoes", "payload": {"n": 1}, "error": None, "effects": [echo]}
    )
    assert await engine.claim_sends() == []
    statuses = await engine.rows(
        "select author, status from whatsapp_messages where phone = $1 order by sequence", CUSTOMER
    )
    assert [(r["author"], r["status"]) for r in statuses] == [
        ("customer", "received"),
        ("bot", "cancelled"),
        ("phone", "sent"),
    ]
    await engine.ingest(message("e quindi?"))
    assert await engine.claim() == []


async def test_a_late_opt_out_never_overrides_a_newer_opt_in(engine: Engine) -> None:
    now = int(time.time())
    field = {"kind": "field", "channel": "whatsapp", "account": NUMBER, "waba_id": "102290129340398"}

    def preference(value: str, at: int) -> dict[str, object]:
        effect = {"effect": "preference", "phone": CUSTOMER, "bsuid": None, "category": "marketing_messages"}
        effects = [{**effect, "value": value, "provider_time": at}]
        return {
            **field,
            "field": "user_preferences",
            "payload": {"v": value, "at": at},
            "error": None,
            "effects": effects,
        }

    await engine.ingest(preference("resume", now))
    await engine.ingest(preference("stop", now - 100))
    assert await engine.value("select value from contact_preferences") == "resume"


async def test_news_of_a_template_counts_again_at_another_time(engine: Engine) -> None:
    name, language = "nuovo_ordine", "it"

    async def tell(event: str, at: int) -> str:
        effect = {"effect": "template", "name": name, "language": language, "event": event}
        field = {"kind": "field", "channel": "whatsapp", "account": None, "waba_id": "102290129340398"}
        news = {"field": "message_template_status_update", "payload": {"event": event}, "occurred_at": at}
        await engine.ingest({**field, **news, "error": None, "effects": [effect]})
        sql = "select status from message_templates where name = $1 and language = $2"
        return str(await engine.value(sql, name, language))

    for at, event in enumerate(("PAUSED", "APPROVED", "PAUSED"), 1):
        assert await tell(event, at) == event
    # A late repeat of the second one changes nothing.
    assert await tell("APPROVED", 2) == "PAUSED"


async def test_a_broken_item_of_any_shape_is_kept(engine: Engine) -> None:
    field = {"kind": "field", "channel": "whatsapp", "account": None, "waba_id": None, "field": "messages"}
    shapes: list[Any] = [None, 5, "x", [1], {"a": {"b": []}}]
    for payload in shapes:
        await engine.ingest({**field, "payload": payload, "error": "not an object", "effects": []})
    assert await engine.value("select count(*) from webhook_events where error = 'not an object'") == 5


async def test_a_number_played_in_the_simulator_is_not_the_real_person(engine: Engine) -> None:
    await engine.answer("ciao", "ciao")
    await engine.ingest(message("STOP", account="simulator"))
    turn = next(t for t in await engine.claim() if t["account"]["simulated"])
    await engine.finish(turn, "va bene", preference="opt_out")
    people = await engine.rows(
        "select opted_out_at from contacts where phone = $1 order by created_at", CUSTOMER
    )
    assert [p["opted_out_at"] is None for p in people] == [True, False]
    dealer = await engine.ingest(message("ordini", sender="393331000001", account="simulator"))
    conversation = dealer["results"][0]["conversation_id"]
    kind = await engine.value(
        "select conversation_type from whatsapp_conversations where id::text = $1", conversation
    )
    assert kind == "dealer"


async def test_a_dealer_is_called_as_the_business_calls_them(engine: Engine) -> None:
    for phone in ("393331000001", "393331000002"):
        await engine.ingest(message("ordini", sender={"phone": phone, "name": "Anna privata"}))
    names = await engine.rows("select name from contacts where phone like '39333100000%' order by phone")
    assert [n["name"] for n in names] == ["Dloop Store Milano", "Zampa Felice"]
