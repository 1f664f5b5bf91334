"""Who brings an order and what becomes of it: races at the door, and who may say what."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.database.engine import ADDRESS, CUSTOMER, DEALERS, Engine, message, text_reply, together

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
RIDERS = ("393332000001", "393332000002")
RIDER_IDS = tuple(f"00000000-0000-4000-8000-0000000001{n}" for n in (31, 32))


async def ridden(engine: Engine) -> str:
    """An order that Dloop Store Milano accepted and that Anna brings."""
    await engine.admin.execute("update riders set paused = true where phone = $1", RIDERS[1])
    assert (await engine.order(("C07", 1)))["outcome"] == "created"
    order = str(await engine.value("select id from market_orders where code <> 'D1000'"))
    offer = await engine.value(
        "select o.id from order_offers o join rider_contacts r on r.dealer_id = o.dealer_id and r.contact_value = $1 "
        "where o.market_order_id = $2::text::uuid",
        DEALERS[0],
        order,
    )
    assert (await engine.act(DEALERS[0], "accept_offer", offer_id=str(offer)))["outcome"] == "accepted"
    return order


async def conversation(engine: Engine, phone: str) -> uuid.UUID:
    await engine.ingest(message("ciao", sender=phone))
    return uuid.UUID(str(await engine.value("select id from whatsapp_conversations where phone = $1", phone)))


async def kinds(engine: Engine, audience: str) -> list[str]:
    rows = await engine.rows("select kind from order_events where audience = $1 order by id", audience)
    return [row["kind"] for row in rows]


async def test_of_rider_dealer_and_agent_at_once_one_delivers(engine: Engine) -> None:
    order = await ridden(engine)
    rider, dealer = [await conversation(engine, phone) for phone in (RIDERS[0], DEALERS[0])]
    args: dict[str, Any] = {"market_order_id": order, "status": "delivered"}
    results = await together(
        engine.raw_action(rider, "report_delivery", **args),
        engine.raw_action(dealer, "set_order_status", **args),
        engine.raw_action(rider, "report_delivery", **args),
        engine.call("staff_move_order", order, "delivered", "k", role="authenticated", claims=AGENT),
    )
    outcomes = [r["outcome"] if isinstance(r, dict) else r for r in results]
    assert sorted(outcomes)[-1] in ("delivered", "updated")
    assert [o for o in outcomes if o not in ("updated", "already", "delivered")] == []
    assert outcomes.count("updated") <= 1
    assert await kinds(engine, "customer") == ["accepted", "delivered"]
    stock = "select on_hand, reserved from dealer_stock s join products p on p.id = s.product_id where p.sku = 'C07'"
    first, _ = await engine.rows(f"{stock} order by s.dealer_id")
    assert tuple(first.values()) == (199, 0)
    assert (
        await engine.value(
            "select p.status from payments p join market_orders m using (relay_id) where m.code <> 'D1000'"
        )
        == "paid"
    )


async def test_delivered_and_failed_at_once_leave_one_truth(engine: Engine) -> None:
    order = await ridden(engine)
    rider, dealer = [await conversation(engine, phone) for phone in (RIDERS[0], DEALERS[0])]
    results = await together(
        engine.raw_action(
            rider, "report_delivery", market_order_id=order, status="failed_delivery", reason="refused"
        ),
        engine.raw_action(dealer, "set_order_status", market_order_id=order, status="delivered"),
    )
    outcomes = [r["outcome"] for r in results]
    status = await engine.value("select status from market_orders where id = $1::text::uuid", order)
    # A failure may be followed by a hand-over, a hand-over by nothing.
    assert (outcomes, status) in (
        (["updated", "updated"], "delivered"),
        (["refused", "updated"], "delivered"),
    )


async def test_reassigned_in_the_moment_of_the_report_it_is_only_one_riders(engine: Engine) -> None:
    order = await ridden(engine)
    await engine.admin.execute("update riders set paused = false")
    rider = await conversation(engine, RIDERS[0])
    results = await together(
        engine.call("staff_assign_rider", order, RIDER_IDS[1], "k", role="authenticated", claims=AGENT),
        engine.raw_action(rider, "report_delivery", market_order_id=order, status="delivered"),
    )
    row = (
        await engine.rows("select status, rider_id::text from market_orders where id = $1::text::uuid", order)
    )[0]
    if row["status"] == "delivered":
        assert (row["rider_id"], results[1]["outcome"]) == (RIDER_IDS[0], "updated")
    else:
        assert (row["rider_id"], results[1]["outcome"]) == (RIDER_IDS[1], "not_found")
        assert await kinds(engine, "rider") == ["ride_given", "ride_taken", "ride_given"]


@pytest.mark.parametrize("stranger", [CUSTOMER, RIDERS[1], DEALERS[0]])
async def test_only_the_rider_who_has_it_reports(engine: Engine, stranger: str) -> None:
    order = await ridden(engine)
    for status in ("out_for_delivery", "delivered", "failed_delivery"):
        told = await engine.act(stranger, "report_delivery", market_order_id=order, status=status)
        assert told["outcome"] == "not_found"
    told = await engine.act(RIDERS[0], "report_delivery", market_order_id=order, status="cancelled")
    assert told["outcome"] == "refused"
    board = await engine.call("rider_board", uuid.UUID(RIDER_IDS[1]), False)
    assert order not in str(board)


async def test_what_came_back_is_tried_again_or_taken_back(engine: Engine) -> None:
    order = await ridden(engine)
    failed = {"market_order_id": order, "status": "failed_delivery", "reason": "somewhere"}
    assert (await engine.act(RIDERS[0], "report_delivery", **failed))["outcome"] == "updated"
    event = "select data ->> 'reason' from order_events where kind = 'failed_delivery' and audience = $1"
    assert [await engine.value(event, who) for who in ("customer", "dealer")] == ["other", "other"]
    held = (
        "select sum(reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = 'C07'"
    )
    assert await engine.value(held) == 1
    moved = await engine.call(
        "staff_move_order", order, "out_for_delivery", "k1", role="authenticated", claims=AGENT
    )
    assert moved == "out_for_delivery"
    assert (await engine.act(RIDERS[0], "report_delivery", **failed))["outcome"] == "updated"
    await engine.call("staff_cancel_order", order, "non la vuole", "k2", role="authenticated", claims=AGENT)
    assert await engine.value(held) == 0
    assert (await kinds(engine, "rider"))[-1] == "ride_cancelled"


async def test_a_rider_is_known_by_either_number_while_active(engine: Engine) -> None:
    await engine.admin.execute(
        "update riders set phone = '393332000099' where id = $1::text::uuid", RIDER_IDS[0]
    )
    kind = "select conversation_type from whatsapp_conversations where phone = $1"
    for phone in ("393332000001", "393332000099"):
        await engine.ingest(message("ciao", sender=phone))
        assert await engine.value(kind, phone) == "rider"
    await engine.admin.execute("update riders set active = false where id = $1::text::uuid", RIDER_IDS[0])
    await engine.ingest(message("ciao", sender="393332000001"))
    assert await engine.value(kind, "393332000001") == "customer"


async def test_orders_of_a_pause_go_to_who_is_on_duty_again(engine: Engine) -> None:
    await engine.admin.execute("update riders set paused = true")
    await engine.admin.execute("update market_orders set accepted_at = now() - interval '1 day'")
    assert (await engine.order(("C07", 1)))["outcome"] == "created"
    [offer] = await engine.rows(
        "select o.id from order_offers o join rider_contacts r on r.dealer_id = o.dealer_id and r.contact_value = $1 "
        "join market_orders m on m.id = o.market_order_id where m.code <> 'D1000'",
        DEALERS[0],
    )
    await engine.act(DEALERS[0], "accept_offer", offer_id=str(offer["id"]))
    assert (await engine.call("run_schedules", 30))["rides_given"] == 0
    await engine.admin.execute("update riders set paused = false where id = $1::text::uuid", RIDER_IDS[1])
    assert (await engine.call("run_schedules", 30))["rides_given"] == 1
    assert (await engine.call("run_schedules", 30))["rides_given"] == 0
    assert (
        await engine.value("select rider_id::text from market_orders where code <> 'D1000'") == RIDER_IDS[1]
    )


async def test_a_simulated_order_stays_in_the_simulator(engine: Engine) -> None:
    """Its rider is told and reports on the simulated number; no real number moves it, no phone rings."""
    account = str(await engine.value("select external_id from channel_accounts where simulated"))
    await engine.admin.execute("update riders set paused = true where phone = $1", RIDERS[1])
    cart = [{"product_id": await engine.product("C07"), "quantity": 1, "variant": {}}]
    args = {"relay_id": str(uuid.uuid4())}
    actions = [
        {"kind": "set_delivery", "args": {"address": ADDRESS}, "outcomes": {}},
        {"kind": "propose_order", "args": args, "outcomes": {}},
        {"kind": "confirm_order", "args": args, "outcomes": {}},
    ]
    await engine.ingest(message("ordino", account=account))
    [turn] = await engine.claim()
    assert (await engine.finish(turn, cart=cart, actions=actions))["actions"][-1]["outcome"] == "created"
    order = await engine.value("select id from market_orders where code <> 'D1000'")
    dealer = await simulated(engine, account, DEALERS[0])
    offer = "select id from order_offers where market_order_id = $1 and dealer_id = private.dealer_of(c)"
    offer_id = await engine.value(
        f"select ({offer}) from whatsapp_conversations c where c.id = $2", order, dealer
    )
    assert (await engine.raw_action(dealer, "accept_offer", offer_id=str(offer_id)))["outcome"] == "accepted"
    for event in await engine.call("claim_announcements", 50, 30):
        reply = text_reply("x")
        await engine.call("finish_announcement", event["id"], uuid.UUID(event["token"]), reply)
    told = await engine.rows(
        "select a.simulated from whatsapp_messages m join channel_accounts a on a.id = m.account_id "
        "where m.phone = $1 and m.direction = 'outbound'",
        RIDERS[0],
    )
    assert [row["simulated"] for row in told] == [True]
    assert (
        await engine.value(
            "select count(*) from notification_deliveries d join notifications n on n.id = d.notification_id "
            "where n.kind = 'new_order'"
        )
        == 0
    )
    report = {"market_order_id": str(order), "status": "delivered"}
    assert (await engine.act(RIDERS[0], "report_delivery", **report))["outcome"] == "not_found"
    rider = await simulated(engine, account, RIDERS[0])
    assert (await engine.raw_action(rider, "report_delivery", **report))["outcome"] == "updated"


async def simulated(engine: Engine, account: str, phone: str) -> uuid.UUID:
    """A person's conversation on the simulated number."""
    stored = await engine.ingest(message("ciao", sender=phone, account=account))
    return uuid.UUID(stored["results"][0]["conversation_id"])
