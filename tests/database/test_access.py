"""Nobody reads what is not theirs, told as stories; test_access_matrix.py tries everything."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest

from tests.database.engine import BUSINESS, CUSTOMER, Engine

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
VIEWER = {"sub": "00000000-0000-4000-8000-000000000023"}
RIDER = {"sub": "00000000-0000-4000-8000-000000000031"}
STRANGER = {"sub": "00000000-0000-4000-8000-0000000000ff"}


async def count(engine: Engine, table: str, role: str, claims: dict[str, Any] | None = None) -> int:
    """Rows that a role sees; -1 when it may not even ask."""
    async with engine.pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "select set_config('role', $1, true), set_config('request.jwt.claim.sub', $2, true)",
            role,
            (claims or {}).get("sub", ""),
        )
        try:
            return int(await connection.fetchval(f"select count(*) from public.{table}"))
        except asyncpg.InsufficientPrivilegeError:
            return -1


async def test_staff_see_their_business_and_riders_only_their_own(engine: Engine) -> None:
    assert await count(engine, "whatsapp_conversations", "authenticated", VIEWER) == 4
    assert await count(engine, "whatsapp_messages", "authenticated", AGENT) == 16
    assert await count(engine, "whatsapp_conversations", "authenticated", RIDER) == 0
    assert await count(engine, "market_orders", "authenticated", RIDER) == 1
    assert await count(engine, "devices", "authenticated", RIDER) == 1
    assert await count(engine, "riders", "authenticated", RIDER) == 1
    assert await count(engine, "audit_log", "authenticated", AGENT) == 0


async def test_another_business_sees_none_of_it(engine: Engine) -> None:
    other, user = uuid.uuid4(), uuid.uuid4()
    await engine.admin.execute("insert into businesses (id, name, slug) values ($1, 'Altra', 'altra')", other)
    await engine.admin.execute("insert into auth.users (id, email) values ($1, 'a@altra.example')", user)
    await engine.admin.execute(
        "insert into staff (business_id, user_id, role) values ($1, $2, 'admin')", other, user
    )
    claims = {"sub": str(user)}
    for table in (
        "contacts",
        "whatsapp_messages",
        "products",
        "market_orders",
        "dealers",
        "message_templates",
    ):
        assert await count(engine, table, "authenticated", claims) == 0, table
    assert await count(engine, "businesses", "authenticated", claims) == 1
    conversation = await engine.value("select id from whatsapp_conversations limit 1")
    with pytest.raises(asyncpg.PostgresError, match="no such conversation"):
        await engine.call("staff_send", conversation, "ciao", "k", role="authenticated", claims=claims)


@pytest.mark.parametrize("table", ["contacts", "whatsapp_messages", "dealer_stock", "staff", "products"])
async def test_people_write_no_table_directly(engine: Engine, table: str) -> None:
    async with engine.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local role authenticated")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"delete from public.{table} where true")


async def test_a_viewer_may_not_write_and_an_agent_sends_once_per_key(engine: Engine) -> None:
    await engine.answer("c'è qualcuno?", "un attimo")
    conversation = await engine.value("select id from whatsapp_conversations where phone = $1", CUSTOMER)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="not allowed"):
        await engine.call("staff_send", conversation, "ciao", "k1", role="authenticated", claims=VIEWER)
    first = await engine.call("staff_send", conversation, "Eccomi", "k1", role="authenticated", claims=AGENT)
    again = await engine.call("staff_send", conversation, "Eccomi", "k1", role="authenticated", claims=AGENT)
    assert first["message_id"] == again["message_id"]
    rows = await engine.rows(
        "select author, status from whatsapp_messages where phone = $1 and direction = 'outbound' order by sequence",
        CUSTOMER,
    )
    assert [(r["author"], r["status"]) for r in rows] == [("bot", "cancelled"), ("agent", "pending")]
    assert (
        await engine.value("select owner from whatsapp_conversations where id = $1", conversation) == "human"
    )
    assert await engine.value("select count(*) from audit_log where action = 'send'") == 1


async def test_a_shut_window_is_said_with_its_remedy(engine: Engine) -> None:
    await engine.answer("ciao", "ciao")
    conversation = await engine.value("select id from whatsapp_conversations where phone = $1", CUSTOMER)
    await engine.admin.execute(
        "update whatsapp_conversations set window_expires_at = now() - interval '1 hour'"
    )
    with pytest.raises(asyncpg.PostgresError, match="24 h window") as caught:
        await engine.call("staff_send", conversation, "Eccomi", "k1", role="authenticated", claims=AGENT)
    assert "template" in str(caught.value.hint)


async def test_a_number_is_written_to_for_one_business(engine: Engine) -> None:
    """The same person is a customer of two businesses, and one agent works for both."""
    other = await engine.value("insert into businesses (name, slug) values ('Altra', 'altra') returning id")
    await engine.admin.execute(
        "insert into channel_accounts (business_id, channel, external_id) values ($1, 'whatsapp', '100200300')",
        other,
    )
    first = await engine.call("staff_conversation", "393471234567", role="authenticated", claims=AGENT)
    await engine.admin.execute(
        "insert into staff (business_id, user_id, name, role) values ($1, $2, 'Chiara', 'agent')",
        other,
        uuid.UUID(AGENT["sub"]),
    )
    with pytest.raises(asyncpg.DataError, match="business_id is missing"):
        await engine.call("staff_conversation", "393471234567", role="authenticated", claims=AGENT)
    own = uuid.UUID(BUSINESS)
    found = {
        business: await engine.call(
            "staff_conversation", "393471234567", business, role="authenticated", claims=AGENT
        )
        for business in (own, other)
    }
    assert found[own] == first
    rows = await engine.rows(
        "select id, business_id from whatsapp_conversations where id = any ($1)", list(found.values())
    )
    assert {row["id"]: row["business_id"] for row in rows} == {found[own]: own, found[other]: other}
