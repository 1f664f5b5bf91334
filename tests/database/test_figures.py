"""Figures that are kept by day, against the same figures counted from the rows at that moment."""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from tests.database.engine import Engine

AGENT = "00000000-0000-4000-8000-000000000021"
"""Somebody who can sign in; here they get a business more."""
MESSAGE = (
    "insert into whatsapp_messages (business_id, conversation_id, account_id, direction, author, type, created_at, "
    "turn_id, sent_at) values ($1, $2, $3, $4, $5, 'text', $6, $7, $8)"
)
CLOCKS = {
    # Where and when the clock is changed, or begins at odd minutes.
    "Europe/Rome": date(2026, 10, 24),
    "Asia/Kathmandu": date(2026, 10, 24),
    "Australia/Lord_Howe": date(2026, 10, 3),
    "America/Havana": date(2026, 10, 31),
}
DAYS = 3


@dataclass(kw_only=True)
class Shop:
    """A business with rows made by chance, and whoever looks at its figures."""

    connection: asyncpg.Connection
    business: uuid.UUID
    chance: random.Random
    first: date
    conversations: list[uuid.UUID]
    account: uuid.UUID

    @classmethod
    async def open(cls, engine: Engine, zone: str, first: date, seed: int = 7) -> Shop:
        connection, chance = engine.admin, random.Random(seed)
        business, account, ghost = (uuid.uuid4() for _ in range(3))
        await connection.execute(
            "insert into businesses (id, name, slug, timezone) values ($1, 'N', $2, $3)",
            business,
            business.hex,
            zone,
        )
        await connection.execute(
            "insert into staff (business_id, user_id, role, name) values ($1, $2, 'agent', 'Chiara')",
            business,
            uuid.UUID(AGENT),
        )
        for one, simulated in ((account, False), (ghost, True)):
            await connection.execute(
                "insert into channel_accounts (id, business_id, channel, external_id, simulated) "
                "values ($1, $2, 'whatsapp', $3, $4)",
                one,
                business,
                one.hex,
                simulated,
            )
        shop = cls(
            connection=connection,
            business=business,
            chance=chance,
            first=first,
            conversations=[],
            account=account,
        )
        for n in range(12):
            contact, conversation = uuid.uuid4(), uuid.uuid4()
            await connection.execute(
                "insert into contacts (id, business_id, name) values ($1, $2, 'P')", contact, business
            )
            await connection.execute(
                "insert into whatsapp_conversations (id, business_id, account_id, contact_id) values ($1, $2, $3, $4)",
                conversation,
                business,
                ghost if n == 11 else account,
                contact,
            )
            shop.conversations.append(conversation)
        begin = datetime.combine(first, datetime.min.time(), ZoneInfo(zone)) - timedelta(hours=2)
        for _ in range(120):
            moment = begin + timedelta(seconds=chance.randrange((DAYS * 24 + 4) * 3600))
            await shop.says(chance.choice(shop.conversations), moment.astimezone(UTC))
        return shop

    async def says(self, conversation: uuid.UUID, at: datetime) -> None:
        """A message, maybe its answer by the bot or with a model, maybe an order."""
        c, ids = self.chance, (self.business, conversation)
        account = await self.connection.fetchval(
            "select account_id from whatsapp_conversations where id = $1", conversation
        )
        turn = uuid.uuid4() if c.random() < 0.7 else None
        answered = at + timedelta(seconds=c.uniform(1, 90))
        if turn:
            await self.connection.execute(
                "insert into turns (id, business_id, conversation_id, outcome, attempts, intent, claimed_at, "
                "received_at, finished_at, showed_products, filled_cart) "
                "values ($1, $2, $3, $4, 1, $5, $6, $6, $7, $8, $9)",
                turn,
                *ids,
                c.choice(["answered", "answered", "silent"]),
                c.choice(["order_request", "general_chat", None]),
                at,
                answered,
                c.random() < 0.4,
                c.random() < 0.2,
            )
        await self.connection.execute(
            MESSAGE, *ids, account, "inbound", c.choice(["customer", "customer", "dealer"]), at, turn, None
        )
        if turn:
            sent = answered if c.random() < 0.9 else None
            await self.connection.execute(MESSAGE, *ids, account, "outbound", "bot", answered, turn, sent)
            if c.random() < 0.3:
                await self.connection.execute(
                    "insert into ai_calls (business_id, conversation_id, turn_id, purpose, model, outcome, "
                    "input_tokens, cost_usd, latency_ms, created_at) "
                    "values ($1, $2, $3, 'turn', $4, $5, 10, 0.001, $6, $7)",
                    *ids,
                    turn,
                    c.choice(["m1", "m2"]),
                    c.choice(["ok", "timeout"]),
                    c.randrange(100, 5000),
                    answered,
                )
        if c.random() < 0.2:
            await self.orders(conversation, at)

    async def orders(self, conversation: uuid.UUID, at: datetime) -> None:
        """An order, offered, accepted or delivered within two days."""
        relay, c = uuid.uuid4(), self.chance
        status = c.choice(["offered", "accepted", "delivered", "delivered"])
        await self.connection.execute(
            "insert into whatsapp_order_relays (id, business_id, conversation_id, contact_id, code, "
            "total_price, currency, status, confirmed_at, simulated) "
            "select $1::uuid, c.business_id, c.id, c.contact_id, $1::text, 12, 'EUR', 'created', $3, a.simulated "
            "from whatsapp_conversations c join channel_accounts a on a.id = c.account_id where c.id = $2",
            relay,
            conversation,
            at,
        )
        await self.connection.execute(
            "insert into market_orders (business_id, relay_id, code, status, lines, total_price, currency, "
            "accepted_at, delivered_at) values ($1, $2::uuid, $2::text, $3, '[]', $4, 'EUR', $5, $6)",
            self.business,
            relay,
            status,
            c.randrange(500, 5000) / 100,
            at if status != "offered" else None,
            at + timedelta(hours=c.uniform(0, 40)) if status == "delivered" else None,
        )

    async def figures(self, last: date | None = None) -> Any:
        """The answer of `analytics` for somebody who works here; what has no order is sorted."""
        last = last or self.first + timedelta(days=DAYS - 1)
        async with self.connection.transaction():
            claims = json.dumps({"sub": AGENT, "role": "authenticated"})
            await self.connection.execute("select set_config('request.jwt.claims', $1, true)", claims)
            await self.connection.execute("set local role authenticated")
            found = json.loads(
                await self.connection.fetchval(
                    "select analytics($1, $2, $3)", self.business, self.first, last
                )
            )
        for rows in (found["hours"], found["week"], found["orders"]["delivered"]):
            rows.sort(key=json.dumps)
        return found

    async def counted(self, last: date | None = None) -> Any:
        """The same, with nothing kept."""
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await self.connection.execute("delete from private.figures_days")
            return await self.figures(last)
        finally:
            await transaction.rollback()

    async def keep(self, engine: Engine) -> int:
        """Let the job count until nothing is due; how many days it counted."""
        done = 0
        while found := await engine.call("refresh_figures", 500):
            done += found
        return done

    async def run(self, query: str, *arguments: Any) -> None:
        """Change exactly one row, or as many as it says."""
        assert not (await self.connection.execute(query, *arguments)).endswith(" 0"), query


@pytest_asyncio.fixture(params=CLOCKS)
async def shop(request: pytest.FixtureRequest, engine: Engine) -> AsyncIterator[Shop]:
    yield await Shop.open(engine, request.param, CLOCKS[request.param])


async def test_kept_days_say_what_the_rows_say(shop: Shop, engine: Engine) -> None:
    counted = await shop.figures()
    zone = await shop.connection.fetchval("select timezone from businesses where id = $1", shop.business)
    rows = await shop.connection.fetch(
        "select m.author, m.created_at, c.contact_id, m.direction from whatsapp_messages m "
        "join whatsapp_conversations c on c.id = m.conversation_id join channel_accounts a on a.id = m.account_id "
        "where m.business_id = $1 and not a.simulated",
        shop.business,
    )
    last = shop.first + timedelta(days=DAYS - 1)
    said = [(row, row["created_at"].astimezone(ZoneInfo(zone))) for row in rows]
    said = [(row, at) for row, at in said if shop.first <= at.date() <= last]
    written = Counter((at.date().isoformat(), row["author"]) for row, at in said)
    assert {(day, a): n for day, of in counted["written"].items() for a, n in of.items()} == written
    assert {(h, a): n for h, a, n in counted["hours"]} == Counter((at.hour, r["author"]) for r, at in said)
    people = {row["contact_id"] for row, _ in said if row["author"] == "customer"}
    assert counted["people"]["total"] == len(people)

    assert await shop.keep(engine) >= DAYS * 2
    assert await shop.figures() == counted
    assert await shop.keep(engine) == 0, "what was counted is not counted again"
    # That the page reads what is kept shows when somebody tampers with it.
    await shop.run(
        "update private.figures set n = n + 1000 where business_id = $1 and kind = 'confirmed'", shop.business
    )
    assert sum((await shop.figures())["orders"]["confirmed"].values()) >= 1000 * DAYS


async def test_late_changes_are_seen_at_once_and_kept_later(engine: Engine) -> None:
    shop = await Shop.open(engine, "Europe/Rome", CLOCKS["Europe/Rome"])
    await shop.keep(engine)
    mine = "where business_id = $1"
    bot = (
        "(select m.id from whatsapp_messages m join turns t on t.id = m.turn_id and t.outcome = 'answered' "
        "where m.business_id = $1 and m.author = 'bot' and m.sent_at is not null and m.account_id = $2 "
        "and m.created_at > '2026-10-25' order by m.created_at limit 1)"
    )
    contact = await shop.connection.fetchval(
        "select contact_id from whatsapp_conversations where id = $1", shop.conversations[1]
    )
    changes: list[tuple[str, list[Any]]] = [
        (
            f"update whatsapp_messages set sent_at = created_at + interval '9 minutes' where id = {bot}",
            [shop.account],
        ),
        (
            f"update whatsapp_messages set sent_at = created_at {mine} and author = 'bot' and sent_at is null",
            [],
        ),
        (f"delete from whatsapp_messages where id = {bot}", [shop.account]),
        (
            "update market_orders set status = 'delivered', accepted_at = created_at, "
            f"delivered_at = timestamptz '2026-10-25 12:00+00' {mine} and status = 'offered'",
            [],
        ),
        (f"update market_orders set status = 'cancelled' {mine} and status = 'delivered'", []),
        (
            f"update whatsapp_conversations set contact_id = $2, status = 'resolved' {mine} and id = $3",
            [contact, shop.conversations[0]],
        ),
        (f"update channel_accounts set simulated = not simulated {mine}", []),
        ("update businesses set timezone = 'Asia/Kolkata' where id = $1", []),
    ]
    for query, arguments in changes:
        before = await shop.figures()
        await shop.run(query, shop.business, *arguments)
        after = await shop.figures()
        assert after == await shop.counted(), query
        assert after != before, query
        await shop.keep(engine)
        assert await shop.figures() == after, query
    # A message that is stored late, as when a phone's history is taken over.
    await shop.says(shop.conversations[2], datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert await shop.figures() == await shop.counted()
    # Whoever deletes a contact deletes them from the figures, too.
    await shop.keep(engine)
    await shop.run("delete from whatsapp_order_relays where business_id = $1", shop.business)
    await shop.run(
        "delete from whatsapp_conversations where business_id = $1 and id = $2",
        shop.business,
        shop.conversations[3],
    )
    await shop.run(
        "delete from contacts k where business_id = $1 "
        "and not exists (select from whatsapp_conversations where contact_id = k.id)",
        shop.business,
    )
    assert await shop.figures() == await shop.counted()
    await shop.keep(engine)
    assert await shop.figures() == await shop.counted()
    # A business that is gone leaves nothing to do.
    await shop.run("delete from whatsapp_conversations where business_id = $1", shop.business)
    await shop.run("delete from businesses where id = $1", shop.business)
    assert await engine.call("refresh_figures", 500) == 0
    assert await shop.connection.fetchval("select count(*) from private.figures_stale") == 0


async def test_the_current_hour_is_read_live(engine: Engine) -> None:
    today = datetime.now(ZoneInfo("Europe/Rome")).date()
    shop = await Shop.open(engine, "Europe/Rome", today - timedelta(days=DAYS - 1))
    await shop.connection.execute(
        "delete from whatsapp_messages where business_id = $1 and created_at > now()", shop.business
    )
    await shop.keep(engine)
    before = (await shop.figures())["written"].get(today.isoformat(), {}).get("customer", 0)
    assert await shop.keep(engine) == 0
    await shop.run(
        MESSAGE,
        shop.business,
        shop.conversations[0],
        shop.account,
        "inbound",
        "customer",
        datetime.now(UTC),
        None,
        None,
    )
    found = await shop.figures()
    assert found["written"][today.isoformat()]["customer"] == before + 1
    assert found == await shop.counted()
