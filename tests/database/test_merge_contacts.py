"""Two contacts become one: nothing that refers to either is lost. And what people agree to, with where and when."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.database.engine import ADDRESS, CUSTOMER, DEALERS, Engine, message, together

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
VIEWER = {"sub": "00000000-0000-4000-8000-000000000023"}
OTHER = "393479999999"

ROWS = {
    "public.contact_identities": None,
    "public.whatsapp_conversations": None,
    "public.whatsapp_order_relays": None,
    "public.contact_addresses": None,
    "public.contact_preferences": "insert into contact_preferences (business_id, contact_id, category, value) "
    "select business_id, id, 'marketing_messages', 'stop' from contacts where id = $1",
    "public.stock_watches": "insert into stock_watches (business_id, contact_id, conversation_id, product_id, reply) "
    "select k.business_id, k.id, c.id, p.id, '{}' from contacts k join whatsapp_conversations c on c.contact_id = k.id "
    "cross join (select id from products order by sku limit 1) p where k.id = $1",
    "public.satisfaction": "insert into satisfaction (business_id, conversation_id, contact_id, texts) "
    "select business_id, id, contact_id, '{}' from whatsapp_conversations where contact_id = $1",
    "public.broadcast_recipients": "with b as (insert into broadcasts (business_id, name) "
    "select business_id, 'x' from contacts where id = $1 returning *) "
    "insert into broadcast_recipients (broadcast_id, contact_id, business_id) select id, $1, business_id from b",
    "public.model_spend": "insert into model_spend (business_id, day, contact_id, calls) "
    "select business_id, current_date, id, 3 from contacts where id = $1",
}
"""How a contact gets a row in each table that refers to contacts; None where an order leaves one."""

GO_WITH_THE_CONTACT = {"private.figures_people"}
"""Tables whose rows are nobody's loss. The days of these are counted anew."""


async def act(engine: Engine, function: str, *arguments: Any, claims: Any = AGENT) -> Any:
    return await engine.call(function, *arguments, role="authenticated", claims=claims)


async def reason(call: Any) -> str | None:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await call
    return caught.value.detail


async def contact(engine: Engine, phone: str) -> uuid.UUID:
    sql = "select contact_id from contact_identities where value = $1 and scope = '' and retired_at is null"
    return uuid.UUID(str(await engine.value(sql, phone)))


async def people(engine: Engine) -> tuple[uuid.UUID, uuid.UUID]:
    """Two customers, each with an order."""
    for phone in (CUSTOMER, OTHER):
        assert (await engine.order(("C07", 1), sender=phone))["outcome"] == "created"
    return await contact(engine, CUSTOMER), await contact(engine, OTHER)


async def merge(engine: Engine, keep: uuid.UUID, drop: uuid.UUID, key: str = "") -> Any:
    return await act(engine, "merge_contact", keep, drop, key or uuid.uuid4().hex)


async def test_every_table_that_refers_to_contacts_moves_along(engine: Engine) -> None:
    referring = await engine.rows(
        "select n.nspname || '.' || t.relname as name, a.attname as key from pg_constraint f "
        "join pg_class t on t.oid = f.conrelid join pg_namespace n on n.oid = t.relnamespace "
        "join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1] "
        "where f.contype = 'f' and f.confrelid = 'public.contacts'::regclass"
    )
    tables = {row["name"]: row["key"] for row in referring}
    # A new table: name it in private.merge_contacts, then here.
    assert set(tables) == set(ROWS) | GO_WITH_THE_CONTACT
    keep, drop = await people(engine)
    for sql in filter(None, ROWS.values()):
        await engine.admin.execute(sql, drop)

    async def count(table: str, who: uuid.UUID) -> int:
        return int(await engine.value(f"select count(*) from {table} where {tables[table]} = $1", who))

    before = {table: (await count(table, keep), await count(table, drop)) for table in ROWS}
    assert all(theirs > 0 for _, theirs in before.values()), before
    moved = [await merge(engine, keep, drop, "key-12345") for _ in range(2)]
    assert moved[0] == moved[1] == {"conversations": 1, "orders": 1}
    for table, (ours, theirs) in before.items():
        # The two ordered to one address, which is one row from now on.
        shared = 1 if table == "public.contact_addresses" else 0
        assert await count(table, keep) == ours + theirs - shared, table
    assert await engine.value("select count(*) from contacts where id = $1", drop) == 0
    assert (
        await engine.value(
            "select detail #>> '{dropped,phone}' from audit_log where action = 'merge_contact'"
        )
        == OTHER
    )


async def test_what_both_have_is_one(engine: Engine) -> None:
    keep, drop = await people(engine)
    await engine.admin.execute(ROWS["public.stock_watches"] or "", keep)
    await engine.admin.execute(ROWS["public.stock_watches"] or "", drop)
    await engine.admin.execute(ROWS["public.model_spend"] or "", keep)
    await engine.admin.execute(ROWS["public.model_spend"] or "", drop)
    await engine.admin.execute(
        "update contact_addresses set used_at = now() + interval '1 hour' where contact_id = $1", drop
    )
    await engine.admin.execute(
        "insert into contact_preferences (business_id, contact_id, category, value, changed_at) "
        "select business_id, id, 'marketing_messages', case when id = $1 then 'stop' else 'resume' end, now() "
        "from contacts where id in ($1, $2)",
        drop,
        keep,
    )
    await merge(engine, keep, drop)
    assert await engine.value("select count(*) from stock_watches where contact_id = $1", keep) == 1
    assert await engine.value("select calls from model_spend where contact_id = $1", keep) == 6
    assert await engine.value("select used_at > now() from contact_addresses where contact_id = $1", keep)
    assert await engine.value("select value from contact_preferences where contact_id = $1", keep) == "stop"


async def test_of_two_conversations_under_way_one_goes_on_with_all_that_is_open(engine: Engine) -> None:
    keep, drop = await people(engine)
    ball, brush = await engine.product("C17"), await engine.product("T04")
    await engine.answer("metto", cart=[{"product_id": ball, "quantity": 1, "variant": {"colore": "rosso"}}])
    await engine.answer(
        "metto",
        sender=OTHER,
        cart=[
            {"product_id": brush, "quantity": 2, "variant": {}},
            {"product_id": ball, "quantity": 2, "variant": {"colore": "rosso"}},
        ],
        actions=[{"kind": "set_delivery", "args": {"address": ADDRESS, "note": "citofono"}, "outcomes": {}}],
    )
    conversations = {
        row["contact_id"]: row["id"]
        for row in await engine.rows(
            "select id, contact_id from whatsapp_conversations where status = 'open'"
        )
    }
    other = conversations[drop]
    await act(engine, "take_over", other, "k-takeover")
    await act(
        engine, "set_reminder", other, datetime.now(UTC) + timedelta(days=1), "richiamare", "k-reminder"
    )
    await act(engine, "add_note", other, "parla piano", [], "k-note")
    await act(engine, "set_labels", other, ["vip"], "k-label")
    await engine.admin.execute("select private.escalate($1, 'asked', 'x')", other)
    await merge(engine, keep, drop)
    rows = {
        row["id"]: row
        for row in await engine.rows("select * from whatsapp_conversations where contact_id = $1", keep)
    }
    kept, closed = rows[conversations[keep]], rows[other]
    assert (kept["status"], closed["status"]) == ("open", "resolved")
    assert (kept["owner"], kept["labels"], kept["escalated_at"] is not None) == ("human", ["vip"], True)
    assert closed["escalated_at"] is None
    assert (
        await engine.value(
            "select count(*) from escalations where conversation_id = $1 and status = 'open'", kept["id"]
        )
        == 1
    )
    assert await engine.value("select count(*) from reminders where conversation_id = $1", kept["id"]) == 1
    # What was said stays where it was said.
    assert await engine.value("select count(*) from notes where conversation_id = $1", closed["id"]) == 1
    cart = await act(engine, "staff_cart", kept["id"])
    assert [(line["sku"], line["quantity"]) for line in cart["lines"]] == [("C17", 3), ("T04", 2)]
    assert cart["quote"]["note"] == "citofono"
    # Whoever writes from either number comes into the one that goes on.
    for phone in (CUSTOMER, OTHER):
        stored = await engine.ingest(message("eccomi", sender=phone))
        assert stored["results"][0]["conversation_id"] == str(kept["id"])


async def test_a_turn_under_way_in_the_one_that_closes_goes_on_in_the_other(engine: Engine) -> None:
    keep, drop = await people(engine)
    ball = {"product_id": await engine.product("C17"), "quantity": 2, "variant": {"colore": "rosso"}}
    stored = await engine.ingest(message("2 palline rosse", sender=OTHER))
    [turn] = (await engine.call("claim_turns", 1, 30, uuid.UUID(stored["results"][0]["conversation_id"])))[
        "turns"
    ]
    await merge(engine, keep, drop)
    assert (await engine.finish(turn, "Ecco", cart=[ball]))["status"] == "stale"
    [again] = await engine.claim()
    assert [m["content"] for m in again["messages"]] == ["2 palline rosse"]
    assert again["conversation_id"] != turn["conversation_id"]
    assert (await engine.finish(again, "Ecco", cart=[ball]))["status"] == "done"
    carts = await engine.rows("select conversation_id::text from carts where lines <> '[]'")
    assert [row["conversation_id"] for row in carts] == [again["conversation_id"]]
    assert await engine.claim() == []
    assert (
        await engine.value("select count(*) from whatsapp_conversations where pending_since is not null") == 0
    )


async def test_what_waits_for_an_answer_goes_to_the_person_who_has_the_other_one(engine: Engine) -> None:
    keep, drop = await people(engine)
    kept = await engine.value(
        "select id from whatsapp_conversations where contact_id = $1 and status = 'open'", keep
    )
    await act(engine, "take_over", kept, "k-takeover")
    await engine.ingest(message("ci siete?", sender=OTHER))
    await merge(engine, keep, drop)
    assert await engine.claim() == []
    assert (
        await engine.value("select conversation_id from whatsapp_messages where content = 'ci siete?'")
        == kept
    )


async def test_who_is_not_of_one_kind_or_business_stays_apart(engine: Engine) -> None:
    keep, drop = await people(engine)
    await engine.dealer_conversation(DEALERS[0])
    assert await reason(merge(engine, keep, await contact(engine, DEALERS[0]))) == "merge_kinds"
    await engine.admin.execute(
        "update contact_identities set scope = 'simulated' where contact_id = $1", drop
    )
    assert await reason(merge(engine, keep, drop)) == "merge_simulated"
    foreign = await engine.value(
        "with b as (insert into businesses (name, slug) values ('Altra', 'altra') returning id) "
        "insert into contacts (business_id, name) select id, 'x' from b returning id"
    )
    for pair in ((keep, foreign), (foreign, keep), (keep, uuid.uuid4())):
        assert await reason(merge(engine, *pair)) == "no_contact"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(engine, "merge_contact", keep, drop, "key-12345", claims=VIEWER)
    assert await merge(engine, keep, keep) == {"conversations": 0, "orders": 0}


async def test_two_who_merge_the_same_people_at_once_lose_nobody(engine: Engine) -> None:
    keep, drop = await people(engine)
    results = await together(merge(engine, keep, drop), merge(engine, drop, keep), merge(engine, keep, drop))
    assert sum(isinstance(result, dict) for result in results) == 1
    assert await engine.value("select count(*) from contacts where id in ($1, $2)", keep, drop) == 1
    assert (
        await engine.value(
            "select count(distinct contact_id) from whatsapp_order_relays where phone in ($1, $2)",
            CUSTOMER,
            OTHER,
        )
        == 1
    )


async def test_consent_is_recorded_with_where_and_when_and_the_latest_word_holds(engine: Engine) -> None:
    await engine.ingest(message("ciao"))
    who = await contact(engine, CUSTOMER)
    now = datetime.now(UTC)

    async def record(allowed: bool, source: str, at: datetime, key: str = "") -> Any:
        return await act(engine, "record_consent", who, allowed, source, at, key or uuid.uuid4().hex)

    for _ in range(2):
        await record(True, " al banco ", now - timedelta(days=3), "key-12345")
    [row] = await engine.rows(
        "select value, source, changed_at from contact_preferences where contact_id = $1", who
    )
    assert (row["value"], row["source"], row["changed_at"].date()) == (
        "resume",
        "al banco",
        (now - timedelta(days=3)).date(),
    )
    await record(False, "al telefono", now)
    assert await reason(record(True, "modulo", now - timedelta(days=1))) == "consent_older"
    assert await engine.value("select value from contact_preferences where contact_id = $1", who) == "stop"
    assert await reason(record(True, " ", now)) == "consent_source"
    assert await reason(record(True, "x", now + timedelta(days=3))) == "consent_day"
    assert await engine.value("select count(*) from audit_log where action = 'record_consent'") == 2
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(engine, "record_consent", who, True, "x", now, "key-12345", claims=VIEWER)
