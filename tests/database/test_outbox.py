"""No reply lost, none doubled by us; receipts only move forward; a person silences the bot at once."""

from __future__ import annotations

import itertools
import uuid

import pytest

from tests.database.engine import CUSTOMER, Engine, message, receipt, together

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}


async def status_of(engine: Engine, message_id: str) -> str:
    return str(
        await engine.value("select status from whatsapp_messages where id = $1", uuid.UUID(message_id))
    )


async def test_messages_of_a_conversation_leave_in_order_one_at_a_time(engine: Engine) -> None:
    await engine.answer("ciao", "uno", "due", "tre")
    seen = []
    while sends := await engine.claim_sends():
        assert len(sends) == 1
        seen.append(sends[0]["reply"]["text"])
        await engine.record(sends[0])
    assert seen == ["uno", "due", "tre"]


async def test_of_many_senders_one_gets_the_message(engine: Engine) -> None:
    await engine.answer("ciao", "una volta")
    claims = await together(*(engine.claim_sends() for _ in range(10)))
    assert sum(len(c) for c in claims) == 1


async def test_a_sender_that_died_leaves_an_unknown_that_its_receipt_settles(engine: Engine) -> None:
    await engine.answer("ciao", "forse partita")
    [send] = await engine.claim_sends()
    await engine.make_due("outbox")
    assert await engine.claim_sends() == []
    assert await status_of(engine, send["message_id"]) == "unknown"
    await engine.ingest(receipt("wamid.it-left", "delivered", callback=send["message_id"]))
    assert await status_of(engine, send["message_id"]) == "delivered"
    await engine.make_due("outbox")
    assert await engine.claim_sends() == []
    assert await engine.value("select sum(resends) from whatsapp_messages") == 0


async def test_without_a_receipt_an_unknown_is_sent_again_once_the_window_passed(engine: Engine) -> None:
    await engine.answer("ciao", "forse persa")
    [send] = await engine.claim_sends()
    await engine.record(send, "unknown", error="no answer")
    assert await engine.claim_sends() == []
    await engine.make_due("outbox")
    [again] = await engine.claim_sends()
    assert (again["message_id"], again["number"]) == (send["message_id"], 2)
    assert await engine.value("select sum(resends) from whatsapp_messages") == 1


async def test_a_late_result_of_a_lost_lease_changes_nothing(engine: Engine) -> None:
    await engine.answer("ciao", "ciao")
    [send] = await engine.claim_sends()
    await engine.ingest(receipt("wamid.real", "read", callback=send["message_id"]))
    await engine.record(send, "failed", code=131026, error="too late")
    assert await status_of(engine, send["message_id"]) == "read"
    assert await engine.value("select count(*) from escalations where reason = 'failed_message'") == 0


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
async def test_receipts_in_any_order_and_doubled_end_at_read(engine: Engine, order: tuple[str, ...]) -> None:
    await engine.answer("ciao", "ciao")
    [send] = await engine.claim_sends()
    external_id = await engine.record(send)
    seen = []
    for status in [*order, *order]:
        await engine.ingest(receipt(external_id, status))
        seen.append(await status_of(engine, send["message_id"]))
    ranks = [["sent", "delivered", "read"].index(s) for s in seen]
    assert ranks == sorted(ranks)
    assert seen[-1] == "read"
    count = await engine.value("select count(*) from message_receipts where external_id = $1", external_id)
    assert count == 3


async def test_failed_follows_sent_but_never_undoes_a_delivery(engine: Engine) -> None:
    await engine.answer("ciao", "a", "b")
    [first] = await engine.claim_sends()
    first_id = await engine.record(first)
    [second] = await engine.claim_sends()
    second_id = await engine.record(second)
    error = [{"code": 131026, "title": "Message undeliverable"}]
    await engine.ingest(receipt(first_id, "sent"), receipt(first_id, "failed", errors=error))
    await engine.ingest(receipt(second_id, "delivered"), receipt(second_id, "failed", errors=error))
    assert await status_of(engine, first["message_id"]) == "failed"
    assert await status_of(engine, second["message_id"]) == "delivered"
    assert await engine.value("select count(*) from escalations where reason = 'failed_message'") == 1
    assert await engine.value("select count(*) from notifications where kind = 'failed_message'") == 1


async def test_receipts_that_come_first_are_parked_and_applied(engine: Engine) -> None:
    await engine.answer("ciao", "ciao")
    [send] = await engine.claim_sends()
    await engine.ingest(receipt("wamid.early", "read"), receipt("wamid.early", "sent"))
    assert await engine.value("select count(*) from message_receipts where applied_at is null") == 2
    await engine.record(send, external_id="wamid.early")
    assert await status_of(engine, send["message_id"]) == "read"
    assert await engine.value("select count(*) from message_receipts where applied_at is null") == 0


async def test_a_parked_receipt_that_was_missed_is_settled_by_the_clock(engine: Engine) -> None:
    await engine.answer("ciao", "ciao")
    [send] = await engine.claim_sends()
    external_id = await engine.record(send)
    await engine.ingest(receipt(external_id, "delivered"))
    await engine.admin.execute("update message_receipts set applied_at = null")
    await engine.admin.execute(
        "update whatsapp_messages set status = 'sent' where meta_message_id = $1", external_id
    )
    assert (await engine.call("run_schedules"))["receipts_settled"] == 1
    assert await status_of(engine, send["message_id"]) == "delivered"


async def test_a_takeover_takes_back_what_was_not_claimed(engine: Engine) -> None:
    await engine.answer("ciao", "prima", "seconda")
    [send] = await engine.claim_sends()
    conversation = uuid.UUID(send["conversation_id"])
    await engine.call("take_over", conversation, role="authenticated", claims=AGENT)
    await engine.record(send)
    assert await engine.claim_sends() == []
    rows = await engine.rows(
        "select content, status from whatsapp_messages where phone = $1 and author = 'bot' order by sequence",
        CUSTOMER,
    )
    assert [(r["content"], r["status"]) for r in rows] == [("prima", "sent"), ("seconda", "cancelled")]


async def test_claims_and_takeovers_at_once_never_send_after_the_takeover(engine: Engine) -> None:
    people = [f"3934900003{n:02d}" for n in range(10)]
    for person in people:
        await engine.answer("ciao", "risposta", sender=person)
    ids = await engine.rows("select id from whatsapp_conversations where phone like '3934900003%'")
    results = await together(
        *(engine.call("take_over", row["id"], role="authenticated", claims=AGENT) for row in ids),
        *(engine.claim_sends(limit=3) for _ in range(10)),
    )
    assert [r for r in results if isinstance(r, Exception)] == []
    # Whatever was not claimed before its takeover is cancelled, and nothing can be claimed any more.
    assert await engine.claim_sends() == []
    left = await engine.rows(
        "select distinct status from whatsapp_messages where phone like '3934900003%' and author = 'bot'"
    )
    assert {r["status"] for r in left} <= {"sending", "cancelled"}


async def test_stop_silences_also_what_was_queued(engine: Engine) -> None:
    await engine.answer("ciao", "in coda")
    await engine.ingest(message("STOP"))
    turn = (await engine.claim())[0]
    await engine.finish(turn, "Va bene", preference="opt_out")
    sent = []
    while sends := await engine.claim_sends():
        sent.append(sends[0]["reply"]["text"])
        await engine.record(sends[0])
    assert sent == ["Va bene"]


async def test_sends_to_one_person_are_paced_after_a_burst(engine: Engine) -> None:
    await engine.answer("ciao", *(str(n) for n in range(50)))
    sent = 0
    while sends := await engine.claim_sends():
        sent += 1
        await engine.record(sends[0])
    assert sent == 45
    due = (await engine.call("claim_outbox", 5, 30, 120))["next_ms"]
    assert 1000 < due <= 6000


async def test_a_number_is_paced(engine: Engine) -> None:
    for n in range(12):
        await engine.answer("ciao", "ok", sender=f"3934900004{n:02d}")
    claimed = (await engine.call("claim_outbox", 50, 30, 120, 5))["messages"]
    assert len(claimed) == 5


async def test_retries_come_back_after_their_pause_and_end_as_failed_and_escalated(engine: Engine) -> None:
    await engine.answer("ciao", "difficile")
    for _ in range(6):
        [send] = await engine.claim_sends()
        await engine.record(send, "retry", code=131016, error="unavailable", retry_after_seconds=30)
        assert await engine.claim_sends() == []
        await engine.make_due("outbox")
    assert await status_of(engine, send["message_id"]) == "failed"
    attempts = await engine.rows("select number, outcome from message_attempts order by number")
    assert [a["outcome"] for a in attempts] == ["retry"] * 6
    assert await engine.value("select count(*) from escalations where reason = 'failed_message'") == 1


async def test_the_window_is_told_to_the_sender(engine: Engine) -> None:
    await engine.answer("ciao", "dentro")
    [send] = await engine.claim_sends()
    assert send["window_open"] is True
    await engine.record(send, "retry", code=1, error="x", retry_after_seconds=0)
    await engine.admin.execute(
        "update whatsapp_conversations set window_expires_at = now() - interval '1 minute'"
    )
    [send] = await engine.claim_sends()
    assert send["window_open"] is False


async def test_a_simulated_number_sends_nothing(engine: Engine) -> None:
    await engine.ingest(message("ciao", account="simulator"))
    [turn] = await engine.claim()
    await engine.finish(turn, "solo per finta")
    assert await engine.claim_sends() == []
    assert (
        await engine.value("select status from whatsapp_messages where content = 'solo per finta'") == "sent"
    )


async def test_a_page_whose_button_is_refused_is_sent_with_its_address(engine: Engine) -> None:
    page = {
        "kind": "cta_url",
        "text": "Paga qui sotto",
        "list_button": "Paga ora",
        "link": "https://checkout.example/c/pay/1",
    }
    stored = await engine.ingest(message("pago con carta"))
    conversation = uuid.UUID(stored["results"][0]["conversation_id"])
    [turn] = (await engine.call("claim_turns", 1, 30, conversation))["turns"]
    ids = [uuid.UUID(m["id"]) for m in turn["messages"]]
    await engine.call("finish_turn", uuid.UUID(turn["token"]), ids, {"replies": [page]})
    [send] = await engine.claim_sends()
    await engine.record(send, "failed", code=131009, error="Parameter value is not valid")
    [again] = await engine.claim_sends()
    assert again["reply"] == {"kind": "text", "text": f"{page['text']}\n{page['link']}"}


@pytest.mark.parametrize("late", [False, True])
async def test_a_picture_that_cannot_be_fetched_takes_no_words_with_it(engine: Engine, late: bool) -> None:
    picture = {
        "kind": "buttons",
        "text": "Candela: 9,90 €",
        "link": "https://shop.example/gone.jpg",
        "buttons": [{"id": "add:1", "title": "Aggiungi"}],
    }
    stored = await engine.ingest(message("candela"))
    conversation = uuid.UUID(stored["results"][0]["conversation_id"])
    [turn] = (await engine.call("claim_turns", 1, 30, conversation))["turns"]
    await engine.call(
        "finish_turn",
        uuid.UUID(turn["token"]),
        [uuid.UUID(m["id"]) for m in turn["messages"]],
        {"replies": [picture]},
    )
    [send] = await engine.claim_sends()
    if late:
        external = await engine.record(send)
        failed = receipt(external, "failed", errors=[{"code": 131053, "title": "Media upload error"}])
        await engine.ingest(failed, failed)
    else:
        await engine.record(send, "failed", code=131053, error="Media upload error")
    [again] = await engine.claim_sends()
    assert again["reply"]["text"] == picture["text"]
    assert again["reply"]["buttons"] == picture["buttons"]
    assert "link" not in again["reply"]
    assert (
        await engine.value("select count(*) from escalations where conversation_id = $1", conversation) == 0
    )
    # The words alone may fail as well; then it is a person's.
    await engine.record(again, "failed", code=131053, error="no")
    assert await engine.claim_sends() == []
    assert (
        await engine.value("select count(*) from escalations where conversation_id = $1", conversation) == 1
    )
