"""One market order, one dealer; stock never below zero; everybody is told once."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from tests.database.engine import ADDRESS, BUSINESS, CUSTOMER, DEALERS, Engine, together

pytestmark = pytest.mark.database


async def offers(engine: Engine) -> list[dict[str, object]]:
    return await engine.rows(
        "select o.id, o.outcome, r.contact_value as phone, m.code from order_offers o "
        "join market_orders m on m.id = o.market_order_id "
        "join rider_contacts r on r.dealer_id = o.dealer_id and r.contact_type = 'dealer' "
        "where m.code <> 'D1000' order by m.code, r.contact_value"
    )


async def stock(engine: Engine, sku: str) -> list[tuple[int, int]]:
    rows = await engine.rows(
        "select on_hand, reserved from dealer_stock s join products p on p.id = s.product_id "
        "where p.sku = $1 order by s.dealer_id",
        sku,
    )
    return [(r["on_hand"], r["reserved"]) for r in rows]


async def events(engine: Engine, audience: str) -> list[str]:
    rows = await engine.rows("select kind from order_events where audience = $1 order by kind, id", audience)
    return [r["kind"] for r in rows]


async def test_a_confirmed_order_reserves_and_asks_those_who_have_it(engine: Engine) -> None:
    result = await engine.order(("C07", 2), ("C02", 1))
    assert result["outcome"] == "created"
    assert [o["phone"] for o in await offers(engine)] == [DEALERS[0], DEALERS[1]]
    assert await stock(engine, "C07") == [(200, 2), (60, 0)]
    relay = (await engine.rows("select * from whatsapp_order_relays where phone = $1", CUSTOMER))[0]
    wanted = await engine.value(
        "select 2 * max(price) filter (where sku = 'C07') + max(price) filter (where sku = 'C02') from products"
    )
    # More than 40 € is brought for nothing in the centre.
    assert (relay["total_price"], relay["delivery_fee"]) == (wanted, 0)
    assert relay["status"] == "created"
    assert relay["market_order_id"] is not None
    assert (
        await engine.value("select lines from carts where conversation_id = $1", relay["conversation_id"])
        == "[]"
    )


async def test_a_second_yes_orders_nothing_more(engine: Engine) -> None:
    await engine.order(("H02", 1))
    relay = str(await engine.value("select id from whatsapp_order_relays where phone = $1", CUSTOMER))
    assert (await engine.act(CUSTOMER, "confirm_order", relay_id=relay))["outcome"] == "already"
    assert await engine.value("select count(*) from market_orders where relay_id = $1", uuid.UUID(relay)) == 1


async def test_nobody_confirms_the_order_of_another(engine: Engine) -> None:
    await engine.order(("H02", 1))
    relay = str(await engine.value("select id from whatsapp_order_relays where phone = $1", CUSTOMER))
    assert (await engine.act("393490009999", "confirm_order", relay_id=relay))["outcome"] == "not_found"
    assert (await engine.act("393490009999", "cancel_order", relay_id=relay))["outcome"] == "not_found"


async def test_the_first_acceptance_wins_and_the_loser_is_told(engine: Engine) -> None:
    await engine.order(("C07", 1))
    first, second = await offers(engine)
    assert (await engine.act(DEALERS[1], "accept_offer", offer_id=str(second["id"])))["outcome"] == "accepted"
    assert (await engine.act(DEALERS[0], "accept_offer", offer_id=str(first["id"])))["outcome"] == "lost"
    assert (await engine.act(DEALERS[1], "accept_offer", offer_id=str(second["id"])))["outcome"] == "already"
    # The reservation moved to the winner.
    assert await stock(engine, "C07") == [(200, 0), (60, 1)]
    assert await events(engine, "customer") == ["accepted"]
    assert "offer_lost" in await events(engine, "dealer")
    assert await engine.value("select count(*) from notifications where kind = 'new_order'") == 1


async def test_a_dealer_can_answer_only_their_own_offers(engine: Engine) -> None:
    await engine.order(("H02", 1))
    [offer] = [o for o in await offers(engine) if o["phone"] == DEALERS[0]]
    for stranger in (CUSTOMER, DEALERS[1]):
        assert (await engine.act(stranger, "accept_offer", offer_id=str(offer["id"])))[
            "outcome"
        ] == "not_found"


async def test_of_32_dealers_accepting_at_once_exactly_one_wins(engine: Engine) -> None:
    product = uuid.UUID(await engine.product("C07"))
    for n in range(32):
        dealer = await engine.value(
            "insert into dealers (business_id, name, priority) values ($1, $2, 1) returning id",
            uuid.UUID(BUSINESS),
            f"Dealer {n}",
        )
        await engine.admin.execute(
            "insert into rider_contacts (business_id, dealer_id, contact_type, contact_value) values "
            "($1, $2, 'dealer', $3)",
            uuid.UUID(BUSINESS),
            dealer,
            f"39333900{n:04d}",
        )
        await engine.admin.execute(
            "insert into dealer_stock (dealer_id, product_id, business_id, on_hand) values ($1, $2, $3, 5)",
            dealer,
            product,
            uuid.UUID(BUSINESS),
        )
    await engine.admin.execute("update businesses set limits = limits || '{\"offer_fanout\": 32}'")
    for turn in range(3):
        await engine.order(("C07", 1), sender=f"39349000500{turn}")
        open_offers = [o for o in await offers(engine) if o["outcome"] == "pending"]
        assert len(open_offers) == 32
        conversations = [await engine.dealer_conversation(str(o["phone"])) for o in open_offers]
        results = await together(
            *(
                engine.raw_action(c, "accept_offer", offer_id=str(o["id"]))
                for c, o in zip(conversations, open_offers, strict=True)
            )
        )
        outcomes = sorted(r["outcome"] for r in results)
        assert outcomes == ["accepted", *["lost"] * 31]
    reserved = await engine.value("select sum(reserved) from dealer_stock where product_id = $1", product)
    assert reserved == 3


async def test_a_customer_who_cancels_while_dealers_answer_makes_nobody_wait_in_a_circle(
    engine: Engine,
) -> None:
    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    before = await engine.value(deadlocks)
    for turn in range(12):
        sender = f"39349000600{turn:02d}"
        await engine.order(("C07", 1), sender=sender)
        customer = await engine.value("select id from whatsapp_conversations where phone = $1", sender)
        asked = [o for o in await offers(engine) if o["outcome"] == "pending"]
        assert len(asked) == 2
        talks = [await engine.dealer_conversation(str(o["phone"])) for o in asked]
        kinds = ("decline_offer", "decline_offer") if turn % 2 else ("accept_offer", "decline_offer")
        results = await together(
            engine.turn_action(customer, "cancel_order"),
            *(
                engine.turn_action(talk, kind, offer_id=str(offer["id"]))
                for talk, kind, offer in zip(talks, kinds, asked, strict=True)
            ),
        )
        assert [r for r in results if not isinstance(r, dict)] == []
        assert results[0]["outcome"] in ("cancelled", "too_late")
        # What dealers could not answer for any more is over, whoever was first.
        await engine.admin.execute("update order_offers set outcome = 'lost' where outcome = 'pending'")
    assert await engine.value(deadlocks) == before


async def test_a_hundred_customers_cannot_buy_more_than_ten_pieces(engine: Engine) -> None:
    await engine.admin.execute(
        "update dealer_stock set on_hand = 0 where product_id = (select id from products where sku = 'A02')"
    )
    await engine.admin.execute(
        "update dealer_stock set on_hand = 10 where product_id = (select id from products where sku = 'A02') "
        "and dealer_id = '00000000-0000-4000-8000-000000000041'"
    )
    gate = asyncio.Semaphore(12)

    async def buy(n: int) -> str:
        async with gate:
            return str((await engine.order(("A02", 1), sender=f"393490010{n:03d}"))["outcome"])

    outcomes = await asyncio.gather(*(buy(n) for n in range(100)))
    assert outcomes.count("created") == 10
    assert outcomes.count("out_of_stock") == 90
    assert (await stock(engine, "A02"))[0] == (10, 10)


async def test_a_no_passes_the_order_on_and_nobody_left_reaches_a_person(engine: Engine) -> None:
    await engine.admin.execute("update businesses set limits = limits || '{\"offer_fanout\": 1}'")
    await engine.order(("C07", 1))
    [first] = await offers(engine)
    assert (await engine.act(DEALERS[0], "decline_offer", offer_id=str(first["id"])))["outcome"] == "declined"
    [_, second] = await offers(engine)
    assert (second["phone"], second["outcome"]) == (DEALERS[1], "pending")
    assert await stock(engine, "C07") == [(200, 0), (60, 1)]
    await engine.act(DEALERS[1], "decline_offer", offer_id=str(second["id"]))
    assert await stock(engine, "C07") == [(200, 0), (60, 0)]
    assert await engine.value("select count(*) from escalations where reason = 'no_dealer'") == 1
    assert await events(engine, "customer") == ["no_dealer"]


async def test_an_unanswered_offer_expires_and_goes_on(engine: Engine) -> None:
    await engine.admin.execute("update businesses set limits = limits || '{\"offer_fanout\": 1}'")
    await engine.order(("C07", 1))
    await engine.admin.execute(
        "update order_offers set expires_at = now() - interval '1 second' where outcome = 'pending'"
    )
    moved = await together(*(engine.call("expire_offers") for _ in range(6)))
    assert sum(moved) == 1
    assert [o["outcome"] for o in await offers(engine)] == ["expired", "pending"]
    [late, _] = await offers(engine)
    assert (await engine.act(DEALERS[0], "accept_offer", offer_id=str(late["id"])))["outcome"] == "expired"


async def test_acceptance_and_expiry_at_once_agree(engine: Engine) -> None:
    for turn in range(5):
        await engine.order(("C07", 1), sender=f"39349000600{turn}")
        pending = [o for o in await offers(engine) if o["outcome"] == "pending" and o["phone"] == DEALERS[0]]
        conversation = await engine.dealer_conversation(DEALERS[0])
        await engine.admin.execute(
            "update order_offers set expires_at = now() + interval '3 milliseconds' where outcome = 'pending'"
        )
        results = await together(
            engine.raw_action(conversation, "accept_offer", offer_id=str(pending[-1]["id"])),
            engine.call("expire_offers"),
        )
        assert results[0]["outcome"] in ("accepted", "expired")
    doubled = await engine.value(
        "select count(*) from market_orders m where (select count(*) from order_offers o where "
        "o.market_order_id = m.id and o.outcome = 'accepted') > 1"
    )
    assert doubled == 0
    ghosts = await engine.value(
        "select count(*) from market_orders m where m.status = 'accepted' and m.code <> 'D1000' "
        "and not exists (select 1 from order_offers o where o.market_order_id = m.id and o.outcome = 'accepted')"
    )
    assert ghosts == 0


async def test_a_changed_price_is_shown_again_and_never_charged_silently(engine: Engine) -> None:
    product = await engine.product("H02")
    relay = str(uuid.uuid4())
    cart = [{"product_id": product, "quantity": 1, "variant": {}}]
    propose = {"kind": "propose_order", "args": {"relay_id": relay}, "outcomes": {}}
    deliver = {"kind": "set_delivery", "args": {"address": ADDRESS}, "outcomes": {}}
    await engine.answer("una candela", cart=cart, actions=[deliver, propose])
    await engine.admin.execute("update products set price = price + 5 where sku = 'H02'")
    assert (await engine.act(CUSTOMER, "confirm_order", relay_id=relay))["outcome"] == "price_changed"
    assert await engine.value("select count(*) from market_orders where relay_id = $1", uuid.UUID(relay)) == 0


async def test_the_customer_takes_an_order_back_until_a_dealer_accepted(engine: Engine) -> None:
    await engine.order(("C07", 2))
    assert (await engine.act(CUSTOMER, "cancel_order"))["outcome"] == "cancelled"
    assert await stock(engine, "C07") == [(200, 0), (60, 0)]
    assert (await events(engine, "dealer")).count("offer_withdrawn") == 2
    await engine.order(("C07", 1))
    offer = next(o for o in await offers(engine) if o["outcome"] == "pending")
    await engine.act(str(offer["phone"]), "accept_offer", offer_id=str(offer["id"]))
    assert (await engine.act(CUSTOMER, "cancel_order"))["outcome"] == "too_late"


async def test_a_cart_over_two_dealers_becomes_two_market_orders(engine: Engine) -> None:
    await engine.admin.execute(
        "update dealers set paused = true where id = '00000000-0000-4000-8000-000000000041'"
    )
    result = await engine.order(("C07", 1), ("H01", 2))
    assert result["outcome"] == "created"
    rows = await engine.rows(
        "select code, total_price, lines from market_orders where code <> 'D1000' order by code"
    )
    assert [r["code"] for r in rows] == [f"{result['order_code']}-1", f"{result['order_code']}-2"]
    relay = (await engine.rows("select total_price from whatsapp_order_relays where phone = $1", CUSTOMER))[0]
    assert sum(r["total_price"] for r in rows) == relay["total_price"]


async def test_what_nobody_has_is_named_and_nothing_is_written(engine: Engine) -> None:
    await engine.admin.execute(
        "update dealer_stock set on_hand = 0, reserved = 0 where product_id = (select id from "
        "products where sku = 'C07')"
    )
    result = await engine.order(("C07", 1), ("H02", 1))
    assert (result["outcome"], result["missing"]) == ("out_of_stock", "Cuccia imbottita lavabile")
    assert (
        await engine.value(
            "select sum(reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = 'H02'"
        )
        == 0
    )
    assert len(await offers(engine)) == 0


async def test_an_order_only_moves_forward_and_delivery_takes_the_pieces(engine: Engine) -> None:
    await engine.order(("C07", 2))
    [first, _] = await offers(engine)
    order = (await engine.act(DEALERS[0], "accept_offer", offer_id=str(first["id"])))["market_order_id"]
    for status, outcome in [
        ("ready", "updated"),
        ("preparing", "refused"),
        ("ready", "already"),
        ("delivered", "updated"),
        ("ready", "refused"),
    ]:
        result = await engine.act(DEALERS[0], "set_order_status", market_order_id=order, status=status)
        assert result["outcome"] == outcome, status
    assert await stock(engine, "C07") == [(198, 0), (60, 0)]
    assert await events(engine, "customer") == ["accepted", "delivered", "ready"]
    assert (await engine.act(DEALERS[1], "set_order_status", market_order_id=order, status="delivered"))[
        "outcome"
    ] == "not_found"


async def test_stock_said_by_a_dealer_never_breaks_promises_and_is_audited(engine: Engine) -> None:
    await engine.order(("C07", 3))
    product = await engine.product("C07")
    result = await engine.act(DEALERS[0], "set_stock", product_id=product, on_hand=0)
    assert (result["on_hand"], result["available"]) == (3, 0)
    result = await engine.act(DEALERS[0], "set_stock", product_id=product, add=5)
    assert (result["on_hand"], result["available"]) == (8, 5)
    assert await engine.value("select count(*) from audit_log where action = 'set_stock'") == 2
    assert (await engine.act(CUSTOMER, "set_stock", product_id=product, on_hand=99))["outcome"] == "not_found"


async def test_an_event_is_told_once_however_often_it_is_claimed(engine: Engine) -> None:
    await engine.order(("C07", 1))
    events_claimed = await engine.call("claim_announcements", 10, 30)
    assert [e["kind"] for e in events_claimed] == ["offer_made", "offer_made"]
    reply = {"kind": "text", "text": "Nuovo ordine"}
    first = events_claimed[0]
    results = await together(
        *(engine.call("finish_announcement", first["id"], uuid.UUID(first["token"]), reply) for _ in range(6))
    )
    assert sorted(results) == ["queued", *["stale"] * 5]
    told = await engine.value("select count(*) from whatsapp_messages where content = 'Nuovo ordine'")
    assert told == 1
