"""Orders that wait for a card: none waits for ever, and nobody waits in a circle because of one."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import asyncpg
import pytest

from tests.database.engine import ADDRESS, BUSINESS, CUSTOMER, Engine

pytestmark = pytest.mark.database
ADMIN = {"sub": "00000000-0000-4000-8000-000000000022"}
RESERVED = "select coalesce(sum(reserved), 0)::integer from dealer_stock"
STATES = (
    "select p.status, r.status as relay, r.failure_reason from payments p "
    "join whatsapp_order_relays r on r.id = p.relay_id order by p.created_at desc limit 1"
)


async def by_card(engine: Engine) -> uuid.UUID:
    """An order that waits for its payment by card. Returns the payment."""
    await engine.admin.execute("update businesses set payment_methods = '{stripe}'")
    relay = str(uuid.uuid4())
    steps: list[tuple[str, dict[str, Any]]] = [
        ("set_delivery", {"address": ADDRESS}),
        ("propose_order", {"relay_id": relay}),
        ("confirm_order", {"relay_id": relay, "pay": "stripe"}),
    ]
    finished = await engine.answer(
        "ordino",
        cart=[{"product_id": await engine.product("T06"), "quantity": 1, "variant": {}}],
        actions=[{"kind": kind, "args": args, "outcomes": {}} for kind, args in steps],
    )
    assert finished["actions"][-1]["outcome"] == "awaiting_payment"
    found: uuid.UUID = await engine.value("select id from payments where relay_id = $1", uuid.UUID(relay))
    return found


async def test_goods_are_not_kept_for_a_page_that_nobody_asks_for(engine: Engine) -> None:
    before = await engine.value(RESERVED)
    await by_card(engine)
    assert (await engine.call("run_schedules", 30))["unpaid_dropped"] == 0
    await engine.admin.execute("update payments set expires_at = now() - interval '1 second'")
    # While somebody asks for the page, the answer decides.
    [job] = await engine.call("claim_payments", 10, 50)
    assert (await engine.call("run_schedules", 30))["unpaid_dropped"] == 0
    await engine.make_due("payments")
    assert (await engine.call("run_schedules", 30))["unpaid_dropped"] == 1
    [state] = await engine.rows(STATES)
    assert state == {"status": "expired", "relay": "failed", "failure_reason": "unpaid"}
    assert await engine.value(RESERVED) == before
    assert await engine.call("claim_payments", 10, 50) == []
    late = await engine.call(
        "record_payment", uuid.UUID(job["id"]), uuid.UUID(job["token"]), {"id": "cs_1"}, 60
    )
    assert late == "stale"


async def test_a_desk_that_gives_in_turn_and_an_order_that_lapses_do_not_wait_for_each_other(
    engine: Engine,
) -> None:
    payment = await by_card(engine)
    await engine.admin.execute(
        "update payments set status = 'failed', expires_at = now() - interval '1 second'"
    )
    await engine.answer("un operatore, per favore", sender="393470000002")
    await engine.admin.execute(
        "update whatsapp_conversations set owner = 'human', assignee_id = null where phone = '393470000002'"
    )
    await engine.admin.execute(
        "insert into desk_rules (business_id, assignment) values ($1, 'round_robin')", uuid.UUID(BUSINESS)
    )
    async with engine.pool.acquire() as agent:
        escalating = agent.transaction()
        await escalating.start()
        await agent.execute("set local role service_role")
        await agent.execute(
            "update whatsapp_conversations c set escalated_at = now() from payments p "
            "join whatsapp_order_relays r on r.id = p.relay_id where p.id = $1 and c.id = r.conversation_id",
            payment,
        )
        schedules = asyncio.create_task(engine.call("run_schedules", 30))
        waiting = (
            "select count(*) from pg_stat_activity "
            "where datname = current_database() and wait_event_type = 'Lock'"
        )
        while not await engine.value(waiting):
            assert not schedules.done(), "the order is locked, so its end has to wait"
            await asyncio.sleep(0.02)
        await escalating.commit()
    assert (await schedules)["unpaid_dropped"] == 1


async def test_the_same_click_finds_its_refund_though_the_money_is_back_by_then(engine: Engine) -> None:
    payment = await by_card(engine)
    await engine.admin.execute(
        "update payments set status = 'paid', task = null, intent_id = 'pi_1', paid_at = now()"
    )
    arguments = ("staff_refund_payment", payment, None, "refund-click-1")
    with pytest.raises(asyncpg.PostgresError, match="client_key"):
        # Without a key a second click would send a part of the money twice.
        await engine.call(*arguments[:3], role="authenticated", claims=ADMIN)
    asked = await engine.call(*arguments, role="authenticated", claims=ADMIN)
    assert asked["status"] == "refunding"
    [job] = await engine.call("claim_payments", 10, 50)
    result = {"outcome": "sent", "external_id": "re_1"}
    assert await engine.call("record_refund", uuid.UUID(job["id"]), uuid.UUID(job["token"]), result) == "done"
    again = await engine.call(*arguments, role="authenticated", claims=ADMIN)
    assert (again["status"], float(again["left"])) == ("refunded", 0)
    assert await engine.value("select count(*) from payment_refunds") == 1


async def test_who_pays_in_cash_is_not_sent_the_page_that_was_on_its_way(engine: Engine) -> None:
    payment = await by_card(engine)
    [job] = await engine.call("claim_payments", 10, 50)
    page = {
        "id": "cs_1",
        "status": "open",
        "url": "https://checkout.example/1",
        "paid": False,
        "failed": False,
    }
    assert await engine.call("record_payment", payment, uuid.UUID(job["token"]), page, 60) == "link_sent"
    await engine.admin.execute("update businesses set payment_methods = '{cash_on_delivery,stripe}'")
    relay = await engine.value("select relay_id::text from payments where id = $1", payment)
    assert (await engine.act(CUSTOMER, "pay_cash", relay_id=relay))["outcome"] == "created"
    told = [
        e["kind"] for e in await engine.call("claim_announcements", 50, 30) if e["audience"] == "customer"
    ]
    assert "pay_link" not in told
