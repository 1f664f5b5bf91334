"""Orders that wait for a card: none waits for ever, and nobody waits in a circle because of one."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import asyncpg
import pytest

from processors.announcements import render
from tests.database.engine import ADDRESS, BUSINESS, CUSTOMER, Engine

pytestmark = pytest.mark.database
ADMIN = {"sub": "00000000-0000-4000-8000-000000000022"}
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
VIEWER = {"sub": "00000000-0000-4000-8000-000000000023"}
PAGE = {"id": "cs_1", "status": "open", "url": "https://checkout.example/1", "paid": False, "failed": False}
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
    assert await engine.call("record_payment", payment, uuid.UUID(job["token"]), PAGE, 60) == "link_sent"
    await engine.admin.execute("update businesses set payment_methods = '{cash_on_delivery,stripe}'")
    relay = await engine.value("select relay_id::text from payments where id = $1", payment)
    assert (await engine.act(CUSTOMER, "pay_cash", relay_id=relay))["outcome"] == "created"
    told = [
        e["kind"] for e in await engine.call("claim_announcements", 50, 30) if e["audience"] == "customer"
    ]
    assert "pay_link" not in told


async def with_page(engine: Engine) -> tuple[uuid.UUID, uuid.UUID]:
    """An order whose page to pay at is open, of a shop that takes both. Returns payment and order."""
    payment = await by_card(engine)
    [job] = await engine.call("claim_payments", 10, 50)
    assert await engine.call("record_payment", payment, uuid.UUID(job["token"]), PAGE, 60) == "link_sent"
    await engine.admin.execute("update businesses set payment_methods = '{cash_on_delivery,stripe}'")
    return payment, await engine.value("select relay_id from payments where id = $1", payment)


async def paid(engine: Engine, payment: uuid.UUID) -> str:
    """The provider reports that the page was paid."""
    minor = await engine.value("select amount_minor from payments where id = $1", payment)
    session = PAGE | {"status": "complete", "paid": True, "intent_id": "pi_1"}
    session |= {"amount_minor": minor, "currency": "eur"}
    event = {"provider": "stripe", "event_id": f"evt_{uuid.uuid4()}", "type": "checkout.session.completed"}
    return str(
        await engine.call("store_payment_event", event | {"payment_id": str(payment), "session": session})
    )


async def take_cash(engine: Engine, order: uuid.UUID, key: str, claims: Any = AGENT) -> Any:
    return await engine.call("staff_pay_cash", order, key, role="authenticated", claims=claims)


async def refused(engine: Engine, order: uuid.UUID) -> str | None:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await take_cash(engine, order, f"click-{uuid.uuid4()}")
    return caught.value.detail


async def test_an_agent_lets_an_order_be_paid_at_the_door_and_it_goes_on_once(engine: Engine) -> None:
    payment, order = await with_page(engine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await take_cash(engine, order, "click-viewer", VIEWER)
    first = await take_cash(engine, order, "click-cash-1")
    assert await take_cash(engine, order, "click-cash-1") == first
    assert await refused(engine, order) == "not_awaiting"
    states = await engine.rows(
        "select provider, status, task from payments where relay_id = $1 order by created_at", order
    )
    assert states == [
        {"provider": "stripe", "status": "cancelled", "task": "expire"},
        {"provider": "cash_on_delivery", "status": "due", "task": None},
    ]
    offers = "select count(*) = count(distinct o.dealer_id) and count(*) > 0 from order_offers o "
    assert await engine.value(
        offers + "join market_orders m on m.id = o.market_order_id where m.relay_id = $1", order
    )
    assert await engine.value("select count(*) from audit_log where action = 'pay_cash'") == 1
    news = await engine.call("claim_announcements", 50, 30)
    [told] = [event for event in news if event["audience"] == "customer"]
    reply = render(told)
    assert reply is not None
    assert "quando lo ricevi" in reply.text
    # Money that was on its way nevertheless goes back, and the cash is still what is owed.
    assert await paid(engine, payment) == "late"
    assert await engine.value("select status from payments where id = $1", payment) == "refunding"
    assert (
        await engine.value("select status from payments where relay_id = $1 and status = 'due'", order)
        == "due"
    )


async def test_what_is_paid_by_card_is_not_asked_for_at_the_door(engine: Engine) -> None:
    payment, order = await with_page(engine)
    assert await paid(engine, payment) == "paid"
    assert await refused(engine, order) == "card_paid"
    assert await engine.value("select count(*) from payments where relay_id = $1", order) == 1
    assert await engine.value("select count(*) from audit_log where action = 'pay_cash'") == 0


async def test_cash_and_card_at_the_same_moment_are_never_both(engine: Engine) -> None:
    payment, order = await with_page(engine)
    results = await asyncio.gather(
        take_cash(engine, order, "click-race"), paid(engine, payment), return_exceptions=True
    )
    by_card_first = results[1] == "paid"
    assert by_card_first == isinstance(results[0], asyncpg.PostgresError)
    owed = "select count(*) from payments where relay_id = $1 and status in ('due', 'paid')"
    assert await engine.value(owed, order) == 1
    assert await engine.value("select count(*) from payment_refunds") == (0 if by_card_first else 1)
    passed = "select count(*) from order_offers o join market_orders m on m.id = o.market_order_id "
    assert await engine.value(passed + "where m.relay_id = $1 group by o.dealer_id limit 1", order) == 1
