"""The figures of a range of days, against what a person would count from the rows that were put there."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from postgrest import AsyncPostgrestClient

from dashboard.client import Refused
from dashboard.queries.analytics import businesses, report
from dashboard.spreadsheet import as_csv
from tests.desk.conftest import AGENT, PASSWORD, RunningDesk

ROME = "Europe/Rome"
NEW = UUID("00000000-0000-4000-8000-0000000000f1")
REAL, SIMULATED = "00000000-0000-4000-8000-0000000000f2", "00000000-0000-4000-8000-0000000000f3"
CHIARA = "00000000-0000-4000-8000-000000000121"
USER = "00000000-0000-4000-8000-000000000021"
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 4)


class Shop:
    """A business of its own, whose agent is Chiara, and what happens in it."""

    def __init__(self, desk: RunningDesk) -> None:
        self.desk = desk

    async def open(self, timezone: str = ROME) -> AsyncPostgrestClient:
        await self.desk.sql(
            "insert into businesses (id, name, slug, timezone) values ($1::text::uuid, 'Nuova', 'nuova', $2)",
            str(NEW),
            timezone,
        )
        await self.desk.sql("delete from staff where id = $1::text::uuid", CHIARA)
        await self.desk.sql(
            "insert into staff (id, business_id, user_id, role, name) "
            "values ($1::text::uuid, $2::text::uuid, $3::text::uuid, 'agent', 'Chiara Conti')",
            CHIARA,
            str(NEW),
            USER,
        )
        await self.desk.sql(
            "insert into channel_accounts (id, business_id, channel, external_id, simulated) values "
            "($1::text::uuid, $3::text::uuid, 'whatsapp', '1', false), ($2::text::uuid, $3::text::uuid, "
            "'whatsapp', '2', true)",
            REAL,
            SIMULATED,
            str(NEW),
        )
        session, _ = await self.desk.desk.sessions.open(AGENT, PASSWORD)
        return self.desk.desk.storage.of(session.tokens.access)

    async def person(self, account: str = REAL, contact: str | None = None, status: str = "open") -> str:
        """A conversation, with a new contact unless one is given; returns its id."""
        contact = contact or str(
            await self._one("insert into contacts (business_id, name) values ($1::text::uuid, 'P')", str(NEW))
        )
        return await self._one(
            "insert into whatsapp_conversations (business_id, account_id, contact_id, status) "
            "values ($1::text::uuid, $2::text::uuid, $3::text::uuid, $4)",
            str(NEW),
            account,
            contact,
            status,
        )

    async def contact_of(self, conversation: str) -> str:
        found = await self.desk.sql(
            "select contact_id::text from whatsapp_conversations where id = $1::text::uuid", conversation
        )
        return str(found[0][0])

    async def says(
        self, conversation: str, at: str, *, account: str = REAL, author: str = "customer", **values: Any
    ) -> None:
        inbound = author in ("customer", "dealer")
        row = {
            "direction": "inbound" if inbound else "outbound",
            "status": "received" if inbound else "sent",
            **values,
        }
        names = ", ".join(row)
        places = ", ".join(
            f"${n}" if name not in ("turn_id", "staff_id") else f"${n}::text::uuid"
            for n, name in enumerate(row, 6)
        )
        await self.desk.sql(
            f"insert into whatsapp_messages (business_id, conversation_id, account_id, author, type, "
            f"created_at, {names}) "
            f"values ($1::text::uuid, $2::text::uuid, $3::text::uuid, $4, 'text', $5, {places})",
            str(NEW),
            conversation,
            account,
            author,
            _time(at),
            *row.values(),
        )

    async def turn(
        self,
        conversation: str,
        received: str,
        sent: str,
        *,
        shown: bool = False,
        cart: bool = False,
        intent: str = "general_chat",
        model: str | None = None,
    ) -> None:
        """A message that came in, and the answer to it."""
        turn = str(uuid.uuid4())
        await self.desk.sql(
            "insert into turns (id, business_id, conversation_id, outcome, attempts, intent, claimed_at, "
            "finished_at, received_at, "
            "showed_products, filled_cart) values ($1::text::uuid, $2::text::uuid, $3::text::uuid, "
            "'answered', 1, $4, $5, $5, $6, $7, $8)",
            turn,
            str(NEW),
            conversation,
            intent,
            _time(sent),
            _time(received),
            shown,
            cart,
        )
        await self.says(conversation, received, turn_id=turn)
        await self.says(conversation, sent, author="bot", turn_id=turn, sent_at=_time(sent))
        if model:
            await self.desk.sql(
                "insert into ai_calls (business_id, conversation_id, turn_id, purpose, model, outcome, "
                "input_tokens, output_tokens, cost_usd, "
                "latency_ms, created_at) values ($1::text::uuid, $2::text::uuid, $3::text::uuid, 'turn', "
                "$4, 'ok', 100, 20, 0.002, 300, $5)",
                str(NEW),
                conversation,
                turn,
                model,
                _time(sent),
            )

    async def order(
        self,
        conversation: str,
        confirmed: str,
        *,
        accepted: str | None = None,
        delivered: str | None = None,
        simulated: bool = False,
        total: str = "10.00",
        fee: str = "2.50",
    ) -> None:
        relay = await self._one(
            "insert into whatsapp_order_relays (business_id, conversation_id, contact_id, code, "
            "total_price, currency, status, confirmed_at, simulated) "
            "values ($1::text::uuid, $2::text::uuid, $3::text::uuid, $4, 12, 'EUR', 'created', $5, $6)",
            str(NEW),
            conversation,
            await self.contact_of(conversation),
            uuid.uuid4().hex[:8],
            _time(confirmed),
            simulated,
        )
        await self._one(
            "insert into market_orders (business_id, relay_id, code, status, lines, total_price, "
            "currency, delivery_fee, accepted_at, delivered_at) "
            "values ($1::text::uuid, $2::text::uuid, $3, $4, '[]', $5, 'EUR', $6, $7, $8)",
            str(NEW),
            relay,
            uuid.uuid4().hex[:8],
            "delivered" if delivered else "accepted" if accepted else "offered",
            Decimal(total),
            Decimal(fee),
            _time(accepted),
            _time(delivered),
        )

    async def _one(self, query: str, *arguments: Any) -> str:
        return str((await self.desk.sql(f"{query} returning id::text", *arguments))[0][0])


def _time(text: str | None) -> Any:
    return datetime.fromisoformat(f"{text}+00:00") if text else None


async def test_a_business_where_nothing_happened_has_every_day_and_no_figure(
    seeded_desk: RunningDesk,
) -> None:
    client = await Shop(seeded_desk).open()
    found = await report(client, NEW, FIRST, LAST)
    assert [day.day.day for day in found.days] == [2, 3, 4]
    assert (found.received, found.sent, found.revenue, found.offline_share) == (0, 0, Decimal(0), None)
    assert found.raw["people"]["total"] == 0
    assert set(found.raw["funnel"].values()) == {0}
    assert (found.raw["times"]["p50"], found.raw["agents"], found.raw["failed"], found.raw["ai"]) == (
        None,
        [],
        [],
        [],
    )
    assert sum(found.by_hour().values()) == 0


async def test_days_begin_at_midnight_of_the_business(seeded_desk: RunningDesk) -> None:
    shop = Shop(seeded_desk)
    client = await shop.open()
    person = await shop.person()
    # In Rome it is an hour later in winter: 23:30 UTC is tomorrow there, 22:59 still today.
    for at in (
        "2026-03-01 22:59",
        "2026-03-01 23:00",
        "2026-03-02 22:59:59",
        "2026-03-02 23:30",
        "2026-03-04 22:59",
        "2026-03-04 23:00",
    ):
        await shop.says(person, at)
    found = await report(client, NEW, FIRST, LAST)
    assert [day.received for day in found.days] == [2, 1, 1]
    assert {key: n for key, n in found.by_hour().items() if n} == {
        (0, 0): 1,
        (0, 23): 1,
        (1, 0): 1,
        (2, 23): 1,
    }
    # The night in which the clock goes forward has 23 hours, and none of its messages is lost or told twice.
    for at in ("2026-03-29 00:59", "2026-03-29 01:00", "2026-03-29 21:59", "2026-03-29 22:00"):
        await shop.says(person, at)
    spring = await report(client, NEW, date(2026, 3, 29), date(2026, 3, 30))
    assert [day.received for day in spring.days] == [3, 1]
    assert {hour for (_, hour), n in spring.by_hour().items() if n} == {1, 3, 23, 0}
    (business,) = await businesses(client)
    assert business.today(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)) == date(2026, 3, 3)


async def test_every_figure_is_what_one_counts_by_hand(seeded_desk: RunningDesk) -> None:
    shop = Shop(seeded_desk)
    client = await shop.open()
    ada, bea, carlo, dino = [await shop.person() for _ in range(4)]
    ghost = await shop.person(SIMULATED)
    # Ada only says hello; Bea sees products; Carlo fills a cart; Dino has an order delivered, in two conversations.
    await shop.turn(ada, "2026-03-02 09:00:00", "2026-03-02 09:00:02")
    await shop.turn(
        bea, "2026-03-02 10:00:00", "2026-03-02 10:00:04", shown=True, intent="product_inquiry", model="m1"
    )
    await shop.turn(
        carlo, "2026-03-03 10:00:00", "2026-03-03 10:00:01", shown=True, cart=True, intent="order_request"
    )
    await shop.turn(
        dino, "2026-03-03 11:00:00", "2026-03-03 11:00:20", cart=True, intent="order_request", model="m1"
    )
    await shop.order(dino, "2026-03-03 11:05", accepted="2026-03-03 11:10", delivered="2026-03-04 12:00")
    await seeded_desk.sql(
        "update whatsapp_conversations set status = 'resolved' where id = $1::text::uuid", dino
    )
    again = await shop.person(contact=await shop.contact_of(dino))
    await shop.says(again, "2026-03-04 08:00")
    # Outside the range, simulated, or not delivered: counted nowhere.
    await shop.turn(ada, "2026-03-05 09:00", "2026-03-05 09:10", shown=True)
    await shop.says(ghost, "2026-03-03 10:00", account=SIMULATED)
    await shop.order(
        ghost, "2026-03-03 10:00", accepted="2026-03-03 10:10", delivered="2026-03-03 12:00", simulated=True
    )
    await shop.order(ada, "2026-03-01 10:00", accepted="2026-03-01 10:10")
    # People at work: Chiara answers whoever asked, twelve minutes later, and once more; a message of hers fails.
    await seeded_desk.sql(
        "insert into escalations (business_id, conversation_id, reason, created_at) values "
        "($1::text::uuid, $2::text::uuid, 'asked', $3)",
        str(NEW),
        ada,
        _time("2026-03-02 14:00"),
    )
    await shop.says(ada, "2026-03-02 14:12", author="agent", staff_id=CHIARA)
    await shop.says(
        ada,
        "2026-03-02 15:00",
        author="agent",
        staff_id=CHIARA,
        status="failed",
        failed_at=_time("2026-03-02 15:00:01"),
        error_code=131026,
    )

    found = await report(client, NEW, FIRST, LAST)
    raw = found.raw
    assert [(day.received, day.sent, day.people) for day in found.days] == [(2, 4, 2), (2, 2, 2), (1, 0, 1)]
    assert raw["people"]["total"] == 4, "Dino is one person in two conversations"
    assert raw["funnel"] == {"wrote": 4, "shown": 3, "cart": 2, "confirmed": 1, "accepted": 1, "delivered": 1}
    assert raw["times"]["p50"] == pytest.approx(median([2, 4, 1, 20]))
    assert [found.days[0].p50, found.days[0].p95] == pytest.approx([3, 3.9])
    assert found.days[2].p50 is None
    assert raw["turns"]["intents"] == {"general_chat": 1, "product_inquiry": 1, "order_request": 2}
    assert [(day.confirmed, day.delivered, day.revenue) for day in found.days] == [
        (0, 0, 0),
        (1, 0, 0),
        (0, 1, Decimal("12.50")),
    ]
    assert found.revenue == Decimal("12.50")
    assert [(row["code"], row["messages"]) for row in raw["failed"]] == [(131026, 1)]
    assert found.offline_share == 0.5
    (model,) = raw["ai"]
    assert (model["calls"], model["input_tokens"], model["output_tokens"], Decimal(model["cost_usd"])) == (
        2,
        200,
        40,
        Decimal("0.004"),
    )
    (chiara,) = raw["agents"]
    assert (chiara["name"], chiara["answers"], chiara["conversations"], chiara["first_response"]) == (
        "Chiara Conti",
        2,
        1,
        720,
    )


async def test_turns_remember_when_they_were_asked_and_what_they_showed(seeded_desk: RunningDesk) -> None:
    """What the figures rest on is written by the engine itself."""
    service = await seeded_desk.gateway.client()
    options = {"quiet_ms": 0, "quiet_max_ms": 0}
    event = {
        "kind": "message",
        "channel": "whatsapp",
        "account": "106540352242922",
        "external_id": "wamid.x",
        "type": "text",
        "content": "candele",
        "wants_turn": True,
        "sender": {"phone": "393479990001"},
        "payload": {},
        "raw": {},
    }
    await service.rpc("ingest_events", {"p_items": [{"events": [event]}], "p_options": options}).execute()
    claimed: Any = (await service.rpc("claim_turns", {"p_limit": 1, "p_lease_seconds": 30}).execute()).data
    (turn,) = claimed["turns"]
    rows = [{"id": f"add:{uuid.uuid4()}", "title": "Candela"}]
    decision = {
        "replies": [{"kind": "list", "text": "Ecco", "rows": rows}],
        "cart": [{"product_id": str(uuid.uuid4()), "quantity": 1}],
    }
    asked = {"p_token": turn["token"], "p_message_ids": [turn["messages"][0]["id"]], "p_decision": decision}
    await service.rpc("finish_turn", asked).execute()
    (row,) = await seeded_desk.sql(
        "select t.showed_products, t.filled_cart, t.received_at = m.created_at from turns t join "
        "whatsapp_messages m on m.turn_id = t.id "
        "and m.direction = 'inbound' where t.id = $1::text::uuid",
        turn["token"],
    )
    assert tuple(row) == (True, True, True)


async def test_a_range_that_makes_no_sense_and_another_business_are_refused(seeded_desk: RunningDesk) -> None:
    client = await Shop(seeded_desk).open()
    for first, last in ((LAST, FIRST), (date(2024, 1, 1), LAST)):
        with pytest.raises(Refused) as refused:
            await report(client, NEW, first, last)
        assert refused.value.reason == "date_range"
    with pytest.raises(Refused) as refused:
        await report(client, UUID("00000000-0000-4000-8000-000000000001"), FIRST, LAST)
    assert refused.value.reason == "gone"


def test_a_downloaded_table_is_read_by_a_spreadsheet_and_runs_nothing_there() -> None:
    table = [{"Operatore": '=HYPERLINK("x")', "Risposte": 3}, {"Operatore": "Zoë, la brava", "Risposte": -2}]
    text = as_csv(table).decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"Operatore": '\'=HYPERLINK("x")', "Risposte": "3"},
        {"Operatore": "Zoë, la brava", "Risposte": "-2"},
    ]
