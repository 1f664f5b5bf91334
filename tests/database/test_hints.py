"""Realtime topics: what a transaction changed is told once when it commits, with ids only."""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from tests.database.engine import BUSINESS, Engine, message

INBOX = f"business:{BUSINESS}:inbox"
MARCO = "00000000-0000-4000-8000-000000000062"
GIULIA = "00000000-0000-4000-8000-000000000061"
TOUCH = "update public.whatsapp_conversations set updated_at = now() where id = any ($1::uuid[])"


class Told:
    """The messages that Realtime would deliver, in the order of commits."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection

    async def take(self) -> dict[str, list[dict[str, Any]]]:
        """Payloads by topic since the last call, without the ids of the messages."""
        rows = await self._connection.fetch("delete from realtime.messages returning topic, payload")
        told: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            payload = json.loads(row["payload"])
            del payload["id"]
            told.setdefault(row["topic"], []).append(payload)
        return told


@pytest_asyncio.fixture
async def told(engine: Engine) -> Told:
    # Realtime makes the partitions when somebody connects; here nobody does.
    await engine.admin.execute("create table realtime.messages_all partition of realtime.messages default")
    return Told(engine.admin)


async def test_a_row_changed_by_hand_is_told_to_its_inbox_and_its_conversation(
    engine: Engine, told: Told
) -> None:
    await engine.admin.execute(TOUCH, [MARCO])
    assert await told.take() == {
        INBOX: [{"conversations": [MARCO]}],
        f"conversation:{MARCO}": [{"conversation": MARCO}],
    }


@pytest.mark.parametrize(
    "statement",
    [
        "insert into public.notes (business_id, conversation_id, staff_id, body) "
        "select business_id, $1, id, 'chiamare' from public.staff limit 1",
        "insert into public.escalations (business_id, conversation_id, reason) "
        "select business_id, $1, 'asked' from public.whatsapp_conversations where id = $1",
        "update public.whatsapp_messages set status = 'read' where conversation_id = $1 and direction = 'outbound'",
        "insert into public.reminders (business_id, conversation_id, staff_id, remind_at, body) "
        "select business_id, $1, id, now(), 'richiamare' from public.staff limit 1",
        "insert into public.message_media (business_id, message_id, external_id, kind) "
        "select business_id, id, '1', 'image' from public.whatsapp_messages where conversation_id = $1 limit 1",
        "insert into public.carts (business_id, conversation_id) "
        "select business_id, id from public.whatsapp_conversations where id = $1 "
        "on conflict (conversation_id) do update set note = 'al citofono'",
        "insert into public.conversation_events (business_id, conversation_id, kind) "
        "select business_id, id, 'reopened' from public.whatsapp_conversations where id = $1",
        "insert into public.satisfaction (business_id, conversation_id, contact_id, texts) "
        "select business_id, id, contact_id, '{}' from public.whatsapp_conversations where id = $1",
        "insert into public.order_events (business_id, relay_id, kind) "
        "select business_id, id, 'cancelled' from public.whatsapp_order_relays where conversation_id = $1 limit 1",
        "update public.whatsapp_order_relays set updated_at = now() where conversation_id = $1",
        "update public.market_orders set updated_at = now() where relay_id in "
        "(select id from public.whatsapp_order_relays where conversation_id = $1)",
    ],
)
async def test_what_belongs_to_a_conversation_is_told_of_it(
    engine: Engine, told: Told, statement: str
) -> None:
    await engine.admin.execute(statement, MARCO)
    assert (await told.take())[f"conversation:{MARCO}"] == [{"conversation": MARCO}]


async def test_a_batch_tells_an_inbox_once(engine: Engine, told: Told) -> None:
    people = [f"39333555{n:04}" for n in range(12)]
    await engine.ingest(*(message(f"ciao {n}", sender=phone) for phone in people for n in range(3)))
    heard = await told.take()
    (inbox,) = heard.pop(INBOX)
    assert heard.pop("workers") == [{}]
    assert set(heard) == {f"conversation:{one}" for one in inbox["conversations"]}
    assert len(heard) == len(people)
    assert all(len(payloads) == 1 for payloads in heard.values())


async def test_businesses_hear_of_their_own(engine: Engine, told: Told) -> None:
    other = await engine.value(
        "insert into public.businesses (name, slug) values ('Altra', 'altra') returning id"
    )
    await engine.admin.execute(
        "update public.whatsapp_conversations set business_id = $1 where id = $2", other, GIULIA
    )
    await told.take()
    await engine.admin.execute(TOUCH, [MARCO, GIULIA])
    heard = await told.take()
    assert heard[INBOX] == [{"conversations": [MARCO]}]
    assert heard[f"business:{other}:inbox"] == [{"conversations": [GIULIA]}]


async def test_what_is_rolled_back_is_not_told(engine: Engine, told: Told) -> None:
    async with engine.admin.transaction():
        undone = engine.admin.transaction()
        await undone.start()
        await engine.admin.execute(TOUCH, [MARCO])
        await undone.rollback()
        await engine.admin.execute(TOUCH, [GIULIA])
    assert set(await told.take()) == {INBOX, f"conversation:{GIULIA}"}
    assert await engine.admin.fetchval("select count(*) from private.hints") == 0


async def test_what_changes_nothing_tells_nothing(engine: Engine, told: Told) -> None:
    await engine.admin.execute(TOUCH, ["00000000-0000-4000-8000-00000000dead"])
    assert await told.take() == {}
