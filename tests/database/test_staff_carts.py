"""What people at the desk do with a customer's cart: by the customer's own rules, and nothing of theirs is lost."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from processors.announcements import render
from tests.database.engine import ADDRESS, CUSTOMER, DEALERS, Engine, message, together

pytestmark = pytest.mark.database
AGENT = {"sub": "00000000-0000-4000-8000-000000000021"}
VIEWER = {"sub": "00000000-0000-4000-8000-000000000023"}
BALL, BRUSH = "C17", "T04"
"""A product that comes in colours, and one that does not."""


@dataclass(frozen=True)
class Desk:
    """An agent at the conversation of a customer who has just written."""

    engine: Engine
    conversation: uuid.UUID

    async def call(self, function: str, *arguments: Any, claims: Any = AGENT) -> Any:
        places = (self.conversation, *arguments)
        return await self.engine.call(function, *places, role="authenticated", claims=claims)

    async def cart(self) -> Any:
        return await self.call("staff_cart")

    async def line(
        self, sku: str, quantity: int, *, seen: int = 0, key: str = "", claims: Any = AGENT, **variant: str
    ) -> Any:
        product = uuid.UUID(await self.engine.product(sku))
        # An empty object as text: the helper sends only filled ones as JSON.
        place = variant or None
        return await self.call("staff_set_line", product, place, quantity, seen, key or _key(), claims=claims)

    async def deliver(self, *, seen: str = "", **delivery: Any) -> Any:
        version = seen or (await self.cart())["delivery_version"]
        return await self.call("staff_set_delivery", delivery, version, _key())

    async def place(self, cart: Any, *, key: str = "") -> Any:
        total = Decimal(cart["quote"]["total"])
        return await self.call("staff_place_order", cart["version"], total, key or _key())

    async def quantities(self) -> list[int]:
        return [line["quantity"] for line in (await self.cart())["lines"]]


def _key() -> str:
    return uuid.uuid4().hex


async def reason(call: Any) -> str | None:
    """Why the database says no, which the desk puts into words."""
    with pytest.raises(asyncpg.PostgresError) as caught:
        await call
    return caught.value.detail


async def desk_of(engine: Engine) -> Desk:
    stored = await engine.ingest(message("ciao"))
    desk = Desk(engine, uuid.UUID(stored["results"][0]["conversation_id"]))
    [turn] = (await engine.call("claim_turns", 1, 30, desk.conversation))["turns"]
    await engine.finish(turn)
    return desk


async def filled(engine: Engine) -> Desk:
    """With three brushes in the cart, to be brought to the centre."""
    desk = await desk_of(engine)
    await desk.line(BRUSH, 3)
    await desk.deliver(way="delivery", **ADDRESS, note="citofono Rossi")
    return desk


async def test_lines_are_added_changed_and_taken_out_at_the_prices_of_the_database(engine: Engine) -> None:
    desk = await desk_of(engine)
    key = _key()
    for _ in range(2):
        cart = await desk.line(BALL, 2, key=key, colore="rosso")
    assert [(row["name"], row["quantity"], row["total"]) for row in cart["lines"]] == [
        ("Pallina di gomma sonora", 2, "9.80")
    ]
    await desk.line(BRUSH, 1)
    cart = await desk.line(BALL, 5, seen=2, colore="rosso")
    assert (await desk.quantities(), cart["goods"]) == ([5, 1], "38.40")
    cart = await desk.line(BALL, 0, seen=5, colore="rosso")
    assert [row["sku"] for row in cart["lines"]] == [BRUSH]
    assert await engine.value("select count(*) from audit_log where action = 'set_cart_line'") == 4


async def test_what_can_t_be_had_is_refused(engine: Engine) -> None:
    desk = await desk_of(engine)
    assert await reason(desk.line(BALL, 1)) == "cart_variant"
    assert await reason(desk.line(BALL, 1, colore="viola")) == "cart_variant"
    assert await reason(desk.line(BRUSH, 1, colore="rosso")) == "cart_variant"
    assert await reason(desk.line(BRUSH, 1000)) == "cart_quantity"
    await engine.admin.execute("update dealer_stock set on_hand = 4, reserved = 0")
    await desk.line(BALL, 3, colore="rosso")
    assert await reason(desk.line(BALL, 2, colore="giallo")) == "cart_stock"
    await engine.admin.execute("update products set active = false where sku = $1", BRUSH)
    assert await reason(desk.line(BRUSH, 1)) == "cart_product"
    assert await desk.quantities() == [3]


async def test_who_only_reads_sees_the_cart_and_changes_nothing(engine: Engine) -> None:
    desk = await filled(engine)
    cart = await desk.call("staff_cart", claims=VIEWER)
    assert cart["lines"][0]["quantity"] == 3
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.line(BRUSH, 0, seen=3, claims=VIEWER)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.call("staff_place_order", cart["version"], Decimal(1), "k", claims=VIEWER)


async def test_a_customer_who_was_faster_loses_nothing(engine: Engine) -> None:
    desk = await filled(engine)
    seen = await desk.cart()
    brush = await engine.product(BRUSH)
    await engine.answer("4", cart=[{"product_id": brush, "quantity": 4, "variant": {}}])
    assert await reason(desk.line(BRUSH, 1, seen=3)) == "cart_changed"
    assert await reason(desk.place(seen)) == "cart_changed"
    assert await reason(desk.deliver(seen="x", way="pickup")) == "cart_changed"
    assert await desk.quantities() == [4]
    # What they do not both touch goes together.
    await desk.line(BALL, 1, colore="rosso")
    assert await desk.quantities() == [4, 1]


async def test_a_turn_under_way_is_answered_anew_with_the_cart_of_the_agent(engine: Engine) -> None:
    desk = await desk_of(engine)
    await engine.ingest(message("due palline"))
    [old] = (await engine.call("claim_turns", 1, 30, desk.conversation))["turns"]
    await desk.line(BRUSH, 3)
    assert (await engine.finish(old, "vecchia", cart=[]))["status"] == "stale"
    [turn] = (await engine.call("claim_turns", 1, 30, desk.conversation))["turns"]
    assert ([line["quantity"] for line in turn["cart"]], turn["attempts"]) == ([3], 1)
    assert (await engine.finish(turn, "nuova"))["status"] == "done"
    assert await desk.quantities() == [3]


async def test_a_summary_that_waited_for_a_yes_is_withdrawn(engine: Engine) -> None:
    desk = await filled(engine)
    relay = str(uuid.uuid4())
    await engine.act(CUSTOMER, "propose_order", relay_id=relay)
    assert (await desk.cart())["waits_for_yes"]
    await desk.line(BRUSH, 2, seen=3)
    assert not (await desk.cart())["waits_for_yes"]
    assert (await engine.act(CUSTOMER, "confirm_order", relay_id=relay))["outcome"] == "expired"
    assert await desk.quantities() == [2]


async def test_an_order_for_the_customer_reserves_asks_dealers_and_is_told_once(engine: Engine) -> None:
    desk = await filled(engine)
    cart, key = await desk.cart(), _key()
    assert (cart["goods"], cart["quote"]["fee"], cart["quote"]["total"]) == ("41.70", "0.00", "41.70")
    placed = [await desk.place(cart, key=key) for _ in range(2)]
    assert placed[0] == placed[1]
    assert (placed[0]["total"], placed[0]["held"]) == ("41.70", False)
    assert await desk.quantities() == []
    reserved = (
        "select sum(reserved) from dealer_stock s join products p on p.id = s.product_id where p.sku = $1"
    )
    assert await engine.value(reserved, BRUSH) == 3
    assert await engine.value("select count(*) from order_offers where outcome = 'pending'") >= 1
    confirmed = "select actor from order_events where kind = 'confirmed' order by id desc limit 1"
    assert [row["actor"] for row in await engine.rows(confirmed)] == ["staff"]
    assert await engine.value("select count(*) from audit_log where action = 'place_order'") == 1
    events = [e for e in await engine.call("claim_announcements", 50, 30) if e["audience"] == "customer"]
    [event] = events
    reply = render(event)
    assert reply is not None
    assert placed[0]["order_code"] in reply.text
    for part in ("3 × Spazzola cardatore autopulente", "41,70", "Via Solferino 5", "citofono Rossi"):
        assert part in reply.text
    # The customer may still take it back by themselves.
    assert [button.id.split(":")[1] for button in reply.buttons] == ["edit", "cancel"]
    code = await engine.value("select id from whatsapp_order_relays where code = $1", placed[0]["order_code"])
    assert (await engine.act(CUSTOMER, "cancel_order", relay_id=str(code)))["outcome"] == "cancelled"


async def test_an_order_that_can_t_be_is_refused_and_the_cart_stays(engine: Engine) -> None:
    desk = await desk_of(engine)
    assert await reason(desk.call("staff_place_order", "x", Decimal(0), _key())) == "cart_empty"
    await desk.line(BRUSH, 3)
    assert await reason(desk.place(await desk.cart())) == "undeliverable"
    await desk.deliver(way="delivery", **ADDRESS)
    cart = await desk.cart()
    await engine.admin.execute("update products set price = 15 where sku = $1", BRUSH)
    assert await reason(desk.place(cart)) == "price_changed"
    await engine.admin.execute("update dealer_stock set on_hand = 2, reserved = 0")
    assert await reason(desk.place(await desk.cart())) == "out_of_stock"
    await engine.admin.execute("update dealer_stock set on_hand = 9")
    await engine.admin.execute("update contacts set blocked_at = now() where phone = $1", CUSTOMER)
    assert await reason(desk.place(await desk.cart())) == "contact_blocked"
    assert await desk.quantities() == [3]
    assert await engine.value("select count(*) from whatsapp_order_relays where phone = $1", CUSTOMER) == 0


async def test_of_two_who_place_the_same_cart_one_does(engine: Engine) -> None:
    desk = await filled(engine)
    cart = await desk.cart()
    results = await together(*(desk.place(cart) for _ in range(4)))
    assert sum(isinstance(result, dict) for result in results) == 1
    assert (
        await engine.value(
            "select count(*) from whatsapp_order_relays where status = 'created' and phone = $1", CUSTOMER
        )
        == 1
    )


async def test_what_is_placed_at_night_waits_for_the_opening(engine: Engine) -> None:
    desk = await filled(engine)
    await engine.admin.execute(
        "update businesses set hours = jsonb_build_object('mon', '[\"00:00\", \"24:00\"]'::jsonb, 'closed', "
        "(select jsonb_agg((current_date + n)::text) from generate_series(-1, 7) n))"
    )
    cart = await desk.cart()
    assert cart["opens_at"] is not None
    assert (await desk.place(cart))["held"]
    offers = "select count(*) from order_offers o join market_orders m on m.id = o.market_order_id where m.status = $1"
    assert await engine.value(offers, "held") == 0


async def test_an_order_placed_by_card_waits_for_its_payment(engine: Engine) -> None:
    desk = await filled(engine)
    cart = await desk.cart()
    assert cart["ways_to_pay"] == ["cash_on_delivery"]
    arguments = (cart["version"], Decimal(cart["quote"]["total"]))
    assert await reason(desk.call("staff_place_order", *arguments, _key(), "stripe")) == "pay_way"
    # A shop that takes cards alone has no cash to fall back on.
    await engine.admin.execute("update businesses set payment_methods = '{stripe}'")
    assert await reason(desk.call("staff_place_order", *arguments, _key(), "cash_on_delivery")) == "pay_way"
    placed = await desk.call("staff_place_order", *arguments, "key-12345")
    assert placed == await desk.call("staff_place_order", *arguments, "key-12345")
    assert (placed["by_card"], placed["held"]) == (True, False)
    [payment] = await engine.rows(
        "select p.provider, r.status from payments p join whatsapp_order_relays r on r.id = p.relay_id "
        "where r.code = $1",
        placed["order_code"],
    )
    assert payment == {"provider": "stripe", "status": "confirmed"}
    offers = "select count(*) from order_offers o join market_orders m on m.id = o.market_order_id where m.code = $1"
    assert await engine.value(offers, placed["order_code"]) == 0
    events = await engine.call("claim_announcements", 50, 30)
    [reply] = [render(event) for event in events if event["kind"] == "placed_by_shop"]
    assert reply is not None
    assert "pagare con carta" in reply.text


async def test_collecting_is_only_offered_where_a_dealer_lets(engine: Engine) -> None:
    desk = await filled(engine)
    assert (await desk.deliver(way="pickup"))["quote"]["state"] == "pickup"
    await engine.admin.execute("update dealers set address = ''")
    assert await reason(desk.deliver(way="pickup")) == "cart_pickup"
    cart = await desk.deliver(way="delivery", **ADDRESS)
    assert (cart["pickup"], cart["quote"]["state"]) == (False, "ok")


async def test_a_dealer_has_no_cart_and_a_resolved_conversation_none_to_change(engine: Engine) -> None:
    dealer = Desk(engine, await engine.dealer_conversation(DEALERS[0]))
    assert await dealer.cart() is None
    assert await reason(dealer.line(BRUSH, 1)) == "no_cart"
    desk = await filled(engine)
    await desk.call("resolve_conversation", "k")
    assert await reason(desk.line(BRUSH, 1, seen=3)) == "resolved"
