"""What people at the desk do with an order: checked, told, recorded, and once per click."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import asyncpg
import pytest

from processors.language.texts import say
from processors.rider.duty import told_by_shop
from tests.database.engine import CUSTOMER, DEALERS, Engine

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
VIEWER = {"sub": "00000000-0000-4000-8000-000000000023"}
DEALER_IDS = [f"00000000-0000-4000-8000-0000000000{n}" for n in (41, 42, 43)]
ANNA = "393332000001"
RIDERS = [f"00000000-0000-4000-8000-0000000001{n}" for n in (31, 32)]


async def act(engine: Engine, function: str, *arguments: Any, claims: Any = AGENT) -> Any:
    return await engine.call(function, *arguments, role="authenticated", claims=claims)


async def refused(engine: Engine, function: str, *arguments: Any, claims: Any = AGENT) -> str | None:
    """The reason of a refusal, which the desk puts into words."""
    with pytest.raises(asyncpg.PostgresError) as caught:
        await act(engine, function, *arguments, claims=claims)
    return caught.value.detail


async def placed(engine: Engine, *lines: tuple[str, int]) -> str:
    assert (await engine.order(*(lines or (("C07", 1),))))["outcome"] == "created"
    return str(await engine.value("select id from market_orders where code <> 'D1000'"))


async def accepted(engine: Engine) -> str:
    order = await placed(engine)
    offer = await engine.value(
        "select o.id from order_offers o join rider_contacts r on r.dealer_id = o.dealer_id and r.contact_value = $1 "
        "join market_orders m on m.id = o.market_order_id where m.id = $2::text::uuid",
        DEALERS[0],
        order,
    )
    assert (await engine.act(DEALERS[0], "accept_offer", offer_id=str(offer)))["outcome"] == "accepted"
    return order


async def told(engine: Engine) -> list[str]:
    rows = await engine.rows("select kind from order_events where audience = 'customer' order by id")
    return [row["kind"] for row in rows]


async def state(engine: Engine, order: str) -> str:
    return str(await engine.value("select status from market_orders where id = $1::text::uuid", order))


async def test_a_step_forward_is_told_once_however_often_it_is_clicked(engine: Engine) -> None:
    order = await accepted(engine)
    for _ in range(2):
        assert await act(engine, "staff_move_order", order, "ready", "click-1") == "ready"
    assert await told(engine) == ["accepted", "ready"]
    assert await refused(engine, "staff_move_order", order, "preparing", "click-2") == "order_order"
    assert await engine.value("select count(*) from audit_log where action = 'move_order'") == 1


async def test_who_only_reads_moves_nothing(engine: Engine) -> None:
    order = await accepted(engine)
    for call in (("staff_move_order", order, "ready", "k"), ("staff_cancel_order", order, "why", "k")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await act(engine, *call, claims=VIEWER)
    assert await state(engine, order) == "accepted"


async def test_an_order_taken_back_returns_its_stock_and_tells_everybody(engine: Engine) -> None:
    order = await accepted(engine)
    assert await refused(engine, "staff_cancel_order", order, "  ", "k0") == "order_reason"
    await act(engine, "staff_cancel_order", order, "negozio chiuso", "k1")
    assert await state(engine, order) == "cancelled"
    assert (
        await engine.value(
            "select sum(reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = 'C07'"
        )
        == 0
    )
    assert await told(engine) == ["accepted", "cancelled_by_shop"]
    assert await engine.value("select count(*) from order_events where kind = 'order_cancelled'") == 1
    assert (
        await engine.value("select status from whatsapp_order_relays where phone = $1", CUSTOMER) == "failed"
    )
    assert await refused(engine, "staff_cancel_order", order, "ancora", "k2") == "order_gone"


async def test_a_dealer_who_said_no_is_asked_again_by_a_person(engine: Engine) -> None:
    order = await placed(engine)
    rows = await engine.rows(
        "select o.id, r.contact_value as phone from order_offers o join rider_contacts r "
        "on r.dealer_id = o.dealer_id and r.contact_type = 'dealer' where o.market_order_id = $1::text::uuid",
        order,
    )
    for row in rows:
        await engine.act(row["phone"], "decline_offer", offer_id=str(row["id"]))
    pending = (
        "select count(*) from order_offers where market_order_id = $1::text::uuid and outcome = 'pending'"
    )
    assert await engine.value(pending, order) == 0
    assert await refused(engine, "staff_offer_order", order, DEALER_IDS[2], "k0") == "dealer_stock"
    await act(engine, "staff_offer_order", order, DEALER_IDS[0], "k1")
    await act(engine, "staff_offer_order", order, DEALER_IDS[0], "k1")
    assert await engine.value(pending, order) == 1
    assert (
        await engine.value(
            "select reserved from dealer_stock s join products p on p.id = s.product_id "
            "where p.sku = 'C07' and s.dealer_id = $1::text::uuid",
            DEALER_IDS[0],
        )
        == 1
    )


async def test_another_rider_gets_a_push_and_the_order(engine: Engine) -> None:
    order = await accepted(engine)
    before = str(await engine.value("select rider_id from market_orders where id = $1::text::uuid", order))
    other = next(rider for rider in RIDERS if rider != before)
    for _ in range(2):
        await act(engine, "staff_assign_rider", order, other, "k1")
    assert (
        str(await engine.value("select rider_id from market_orders where id = $1::text::uuid", order))
        == other
    )
    pushes = await engine.rows(
        "select rider_id::text from notifications where kind = 'new_order' order by created_at"
    )
    assert [row["rider_id"] for row in pushes][-2:] == [before, other]
    assert await refused(engine, "staff_offer_order", order, DEALER_IDS[1], "k2") == "order_taken"


async def test_a_delivery_that_failed_is_told_and_keeps_its_goods(engine: Engine) -> None:
    order = await accepted(engine)
    assert await refused(engine, "staff_fail_delivery", order, "rain", "k0") == "delivery_reason"
    for _ in range(2):
        assert await act(engine, "staff_fail_delivery", order, "nobody_home", "k1") == "failed_delivery"
    assert await told(engine) == ["accepted", "failed_delivery"]
    assert (
        await engine.value(
            "select data ->> 'reason' from order_events where audience = 'customer' order by id desc"
        )
        == "nobody_home"
    )
    assert (
        await engine.value(
            "select sum(reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = 'C07'"
        )
        == 1
    )
    assert (
        await engine.value(
            "select count(*) from escalations where reason = 'failed_delivery' and status = 'open'"
        )
        == 1
    )
    # A second try goes the same way as the first.
    assert await act(engine, "staff_move_order", order, "out_for_delivery", "k2") == "out_for_delivery"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(engine, "staff_fail_delivery", order, "other", "k3", claims=VIEWER)


async def test_only_what_was_accepted_can_come_back(engine: Engine) -> None:
    assert (
        await refused(engine, "staff_fail_delivery", await placed(engine), "other", "k1") == "order_not_out"
    )


async def test_a_rider_off_duty_gets_nothing_and_back_on_duty_what_waited(engine: Engine) -> None:
    for number, rider in enumerate(RIDERS):
        assert await act(engine, "staff_pause_rider", rider, True, f"k{number}") == 0
    order = await accepted(engine)
    rider_of = "select rider_id::text from market_orders where id = $1::text::uuid"
    assert await engine.value(rider_of, order) is None
    assert await act(engine, "staff_pause_rider", RIDERS[1], False, "k-back") == 1
    assert await engine.value(rider_of, order) == RIDERS[1]
    # The same click again, late, pauses nobody a second time.
    assert await act(engine, "staff_pause_rider", RIDERS[1], True, "k1") == 0
    assert not await engine.value("select paused from riders where id = $1::text::uuid", RIDERS[1])
    assert await engine.value("select count(*) from audit_log where action = 'pause_rider'") == 3
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await act(engine, "staff_pause_rider", RIDERS[0], False, "k9", claims=VIEWER)


async def test_a_rider_hears_of_a_change_of_duty_in_their_language(engine: Engine) -> None:
    written = "select content from whatsapp_messages where phone = $1 and author = 'system' order by sequence"
    pushed = "select kind, rider_id::text from notifications where kind like '%_duty' order by created_at, id"
    # Whoever has not written for a day gets the push alone: nothing may be written there without a template.
    await engine.admin.execute("update message_templates set status = 'PENDING' where name = 'turno_rider'")
    await act(engine, "staff_pause_rider", RIDERS[0], True, "k0", told_by_shop(paused=True))
    assert await engine.rows(written, ANNA) == []
    await engine.answer("I am here", language="en", sender=ANNA)
    await engine.admin.execute("update contacts set language = 'en' where phone = $1", ANNA)
    for _ in range(2):
        await act(engine, "staff_pause_rider", RIDERS[0], False, "k1", told_by_shop(paused=False))
    assert [row["content"] for row in await engine.rows(written, ANNA)] == [
        say("en", "rider.resumed_by_shop")
    ]
    assert await engine.rows(pushed) == [
        {"kind": "off_duty", "rider_id": RIDERS[0]},
        {"kind": "on_duty", "rider_id": RIDERS[0]},
    ]
    deliveries = await engine.call("claim_deliveries", 10, 30)
    assert {d["language"] for d in deliveries if d["notification"]["kind"] == "on_duty"} == {"en"}


async def test_a_rider_whose_window_is_shut_hears_of_duty_by_the_template(engine: Engine) -> None:
    await act(engine, "staff_pause_rider", RIDERS[0], True, "k0", told_by_shop(paused=True))
    [message] = (await engine.call("claim_outbox", 10, 30, 120))["messages"]
    assert (message["window_open"], message["reply"]["template"]) == (
        False,
        {"name": "turno_rider", "language": "it", "params": [say("it", "rider.paused_by_shop_short")]},
    )


async def test_an_agent_and_a_rider_who_change_duty_at_once_do_not_wait_for_each_other(
    engine: Engine,
) -> None:
    await engine.answer("ci sono", sender=ANNA)
    for number in range(5):
        await asyncio.gather(
            engine.act(ANNA, "pause_rider", paused=number % 2 == 0),
            act(
                engine,
                "staff_pause_rider",
                RIDERS[0],
                number % 2 == 1,
                f"r{number}",
                told_by_shop(paused=False),
            ),
        )


async def test_a_person_and_the_customer_who_cancel_at_once_do_not_wait_for_each_other(
    engine: Engine,
) -> None:
    confirmed = await engine.order(("T06", 1))
    relay = uuid.UUID(confirmed["relay_id"])
    part: uuid.UUID = await engine.value("select id from market_orders where relay_id = $1", relay)
    async with engine.pool.acquire() as customer, customer.transaction():
        # As the customer's own words lock them: the order, then its parts.
        await customer.execute("set local role service_role")
        await customer.execute("select 1 from whatsapp_order_relays where id = $1 for update", relay)
        agent = asyncio.create_task(act(engine, "staff_cancel_order", part, "finito", "click-1"))
        waiting = (
            "select count(*) from pg_stat_activity "
            "where datname = current_database() and wait_event_type = 'Lock'"
        )
        while not await engine.value(waiting):
            assert not agent.done()
            await asyncio.sleep(0.02)
        await customer.execute("select 1 from market_orders where id = $1 for update", part)
    await agent
    assert await engine.value("select status from market_orders where id = $1", part) == "cancelled"
