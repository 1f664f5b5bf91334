"""What needs a person: found on a real database under the person's own rights, and mended from there."""

from __future__ import annotations

from typing import Any

import pytest
from postgrest import AsyncPostgrestClient

from dashboard.queries.attention import Attention, attention, attention_count, remedies_of, remedy
from processors.errors import NotAllowed
from tests.desk.conftest import AGENT, DLOOP, EMILY, GIULIA, MARCO, PASSWORD, STORE, VIEWER, RunningDesk

ACCOUNT = "00000000-0000-4000-8000-000000000011"
ADMIN = "admin@dloop.example"


async def client_of(desk: RunningDesk, email: str = AGENT) -> AsyncPostgrestClient:
    session, _ = await desk.desk.sessions.open(email, PASSWORD)
    return desk.desk.storage.of(session.tokens.access)


async def message(desk: RunningDesk, conversation: str, **values: Any) -> str:
    """A message of ours in a conversation; returns its id."""
    row = {
        "business_id": DLOOP,
        "conversation_id": conversation,
        "account_id": ACCOUNT,
        "direction": "outbound",
    }
    row |= {"author": "bot", "type": "text", "content": "Ciao", **values}
    places = ", ".join(f"{value}" if name.endswith("_at") else f"'{value}'" for name, value in row.items())
    found = await desk.sql(
        f"insert into public.whatsapp_messages ({', '.join(row)}) values ({places}) returning id::text"
    )
    return str(found[0][0])


def of_kind(found: Attention, kind: str) -> list[Any]:
    return [item for item in found.items if item["kind"] == kind]


async def _trouble(desk: RunningDesk) -> dict[str, str]:
    """One of everything, beside the escalation of the seed."""
    failed = await message(
        desk, GIULIA, status="failed", error_code=131026, failed_at="now() - interval '1 hour'"
    )
    late = await message(desk, MARCO, status="pending", created_at="now() - interval '5 minutes'")
    heard = await message(
        desk, MARCO, direction="inbound", author="customer", type="document", status="received"
    )
    await desk.sql("update whatsapp_conversations set failed_at = now() where id = $1::text::uuid", GIULIA)
    await desk.sql(
        "insert into outbox (message_id, business_id, account_id, conversation_id, sequence, run_at) "
        "select id, business_id, account_id, conversation_id, sequence, now() + interval '1 hour' "
        "from whatsapp_messages where id = $1::text::uuid",
        late,
    )
    await desk.sql(
        "insert into turn_queue (conversation_id, run_at, first_pending_at, attempts) "
        "values ($1::text::uuid, now() + interval '9 minutes', now() - interval '10 minutes', 2)",
        STORE,
    )
    await desk.sql("update devices set disabled_at = now() where value = 'seed-rider-paolo-phone'")
    await desk.sql(
        "with n as (insert into notifications (business_id, kind, audience, dedupe_key) "
        "values ($1::text::uuid, 'new_order', 'rider', 'k') returning id) "
        "insert into notification_deliveries (business_id, notification_id, device_id, status, attempts, error) "
        "select $1::text::uuid, n.id, d.id, 'failed', 5, 'UNAVAILABLE' from n, devices d "
        "where d.value = 'seed-rider-anna-phone'",
        DLOOP,
    )
    await desk.sql(
        "insert into message_media (business_id, message_id, external_id, kind, state, reason, run_at) "
        "values ($1::text::uuid, $2::text::uuid, 'm', 'document', 'failed', 'unavailable', null)",
        DLOOP,
        heard,
    )
    await desk.sql(
        "insert into webhook_events (business_id, channel, field, dedupe_key, payload, error) values "
        "($1::text::uuid, 'whatsapp', 'flows', 'a', '{}', 'unknown field'), "
        "($1::text::uuid, 'whatsapp', 'flows', 'b', '{}', 'unknown field'), "
        "(null, 'whatsapp', 'messages', 'c', '{}', 'no account with id 999')",
        DLOOP,
    )
    return {"failed": failed, "late": late}


async def test_everything_that_is_wrong_is_found_worst_first_and_nothing_else(
    seeded_desk: RunningDesk,
) -> None:
    ids = await _trouble(seeded_desk)
    # None of these needs anybody: a turn that waits on purpose, a push under way, an event that was used.
    await seeded_desk.sql(
        "insert into turn_queue (conversation_id, run_at, first_pending_at, not_before) "
        "values ($1::text::uuid, now() + interval '1 hour', now() - interval '10 minutes', now() + interval '1 hour')",
        GIULIA,
    )
    await seeded_desk.sql(
        "insert into webhook_events (business_id, channel, field, dedupe_key, payload) "
        "values ($1::text::uuid, 'whatsapp', 'account_update', 'd', '{}')",
        DLOOP,
    )
    client = await client_of(seeded_desk)
    found = await attention(client)
    assert [(item["kind"], item["name"] or item["detail"].get("who")) for item in found.items] == [
        ("escalation", "Emily Carter"),
        ("message", "Giulia Bianchi"),
        ("turn", "Dloop Store Milano"),
        ("send", "Marco Rossi"),
        ("push", "Anna Ferri"),
        ("device", "Paolo Neri"),
        ("file", "Marco Rossi"),
        ("event", None),
    ]
    assert of_kind(found, "event")[0]["detail"]["count"] == 2
    assert of_kind(found, "message")[0]["id"] == ids["failed"]
    assert found.total == await attention_count(client) == 8
    # Events of a number that nobody set up concern whoever can set it up.
    assert len(of_kind(await attention(await client_of(seeded_desk, ADMIN)), "event")) == 2


async def test_each_remedy_ends_what_it_is_for(seeded_desk: RunningDesk) -> None:
    ids = await _trouble(seeded_desk)
    await seeded_desk.sql(
        "update whatsapp_conversations set window_expires_at = now() + interval '1 hour' where id = $1::text::uuid",
        GIULIA,
    )
    client = await client_of(seeded_desk)
    for item in (await attention(client)).items:
        for name in remedies_of(item)[:1]:
            await remedy(client, name, item)
    found = await attention(client)
    # Emily is taken, not yet answered; a phone is brought back only by its owner; what is due waits for a worker.
    assert {item["kind"] for item in found.items} == {"escalation", "device", "send", "turn"}
    assert of_kind(found, "escalation")[0]["detail"]["assignee"] == "Chiara Conti"
    due = await seeded_desk.sql(
        "select (select run_at <= now() from outbox where message_id = $1::text::uuid), "
        "(select run_at <= now() and attempts = 0 from turn_queue), "
        "(select status from notification_deliveries), (select state from message_media), "
        "(select count(*) from whatsapp_messages where client_key = 'retry:' || $2)",
        ids["late"],
        ids["failed"],
    )
    assert tuple(due[0]) == (True, True, "pending", "pending", 1)
    (emily,) = of_kind(found, "escalation")
    assert remedies_of(emily) == ["resolve"]
    await remedy(client, "resolve", emily)
    assert of_kind(await attention(client), "escalation") == []
    acts = await seeded_desk.sql("select action from audit_log order by id")
    assert {
        "take_over",
        "send",
        "hurry_turn",
        "hurry_send",
        "retry_push",
        "retry_file",
        "put_aside_event",
    } <= {row["action"] for row in acts}
    assert of_kind(await attention(client), "message") == []
    assert emily["conversation_id"] == EMILY


async def test_viewers_see_and_may_not_act_and_others_see_nothing(seeded_desk: RunningDesk) -> None:
    await _trouble(seeded_desk)
    viewer = await client_of(seeded_desk, VIEWER)
    found = await attention(viewer)
    assert found.total == 8
    for item in found.items:
        for name in remedies_of(item):
            with pytest.raises(NotAllowed):
                await remedy(viewer, name, item)
    await seeded_desk.sql("insert into public.businesses (name, slug) values ('Altra', 'altra')")
    await seeded_desk.sql(
        "update staff set business_id = (select id from businesses where slug = 'altra') where name = 'Sara Greco'"
    )
    assert (await attention(viewer)).total == 0


async def test_the_page_and_the_badge_each_ask_storage_once(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    client = await client_of(seeded_desk)
    asked: list[str] = []

    async def hear(request: Any) -> None:
        asked.append(request.url.path)

    seeded_desk.desk.http.event_hooks["request"] = [hear]
    await attention(client)
    answer = await browser.http.get("/badges")
    assert (answer.status_code, answer.json()) == (200, {"attention": 1})
    assert asked == ["/rest/v1/rpc/attention", "/rest/v1/rpc/attention_count"]
    assert (await (await seeded_desk.browser()).http.get("/badges")).status_code == 401


async def test_what_the_model_could_not_answer_is_shown_to_a_person_once(seeded_desk: RunningDesk) -> None:
    client = await client_of(seeded_desk)
    for error in ("refusal", "refusal", "timeout"):
        await seeded_desk.sql(
            "insert into ai_calls (business_id, conversation_id, purpose, model, outcome, error) "
            "values ($1::text::uuid, $2::text::uuid, 'turn', 'm', 'failed', $3)",
            DLOOP,
            EMILY,
            error,
        )
    [item] = [one for one in (await attention(client)).items if one["kind"] == "model"]
    assert (item["detail"]["error"], item["detail"]["count"]) == ("refusal", 2)
    assert remedies_of(item) == ["take", "put_aside_model"]
    await remedy(client, "put_aside_model", item)
    assert "model" not in (await attention(client)).counts
