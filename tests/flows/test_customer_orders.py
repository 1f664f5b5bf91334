"""Orders confirmed, taken back and asked about in words."""

from __future__ import annotations

import pytest

from tests.flows.phone import Answer, Phone


async def summary(phone: Phone, sku: str = "T06") -> Answer:
    return await phone.tap(await phone.add_id(sku))


@pytest.mark.parametrize("words", ["sì confermo", "Confermo!", "ok va bene", "👍", "yes", "ya"])
async def test_a_yes_in_words_places_the_order(phone: Phone, words: str) -> None:
    await summary(phone)
    done = await phone.say(words)
    assert done.outcomes == ("created",)
    [order] = await phone.orders()
    assert order["status"] == "offered"
    assert order["total_price"] == await phone.price("T06")
    offers = await phone.value("select count(*) from order_offers where market_order_id = $1", order["id"])
    assert offers > 0
    reserved = await phone.value(
        "select s.reserved from dealer_stock s join products p on p.id = s.product_id "
        "where s.dealer_id = $1 and p.sku = 'T06'",
        order["holder_id"],
    )
    assert reserved == 1


async def test_a_yes_without_a_summary_shows_it_first(phone: Phone) -> None:
    asked = await summary(phone)
    await phone.tap(asked.choice("Modifica"))
    again = await phone.say("ok confermo")
    assert again.outcomes == ("proposed",)
    assert (await phone.say("confermo")).outcomes == ("created",)


async def test_no_keeps_the_cart_and_sends_nothing(phone: Phone) -> None:
    await summary(phone)
    refused = await phone.say("no aspetta")
    assert refused.outcomes == ()
    assert await phone.cart() == [("T06", 1, {})]
    assert (await phone.say("ok grazie")).outcomes in ((), ("proposed",))
    assert await phone.orders() == []


async def test_annulla_takes_back_the_summary_and_the_cart(phone: Phone) -> None:
    await summary(phone)
    assert (await phone.say("annulla")).outcomes == ("cancelled",)
    assert await phone.cart() == []
    assert "vuoto" in (await phone.say("carrello")).text


async def test_an_order_is_taken_back_while_no_dealer_has_it(phone: Phone) -> None:
    await summary(phone)
    await phone.say("sì")
    [order] = await phone.orders()
    cancelled = await phone.say("Annulla l'ordine")
    assert cancelled.outcomes == ("cancelled",)
    assert order["code"] in cancelled.text
    [order] = await phone.orders()
    assert order["status"] == "cancelled"


async def test_an_accepted_order_is_not_taken_back_but_a_person_is_near(phone: Phone) -> None:
    await summary(phone)
    await phone.say("sì")
    [order] = await phone.orders()
    await phone.admin.execute(
        "update market_orders set status = 'accepted', dealer_id = holder_id where id = $1", order["id"]
    )
    late = await phone.say("annulla il mio ordine")
    assert late.outcomes == ("too_late",)
    assert "Operatore" in late.choices
    assert [o["status"] for o in await phone.orders()] == ["accepted"]


@pytest.mark.parametrize(
    ("question", "state"),
    [
        ("dov'è il mio ordine?", "aspetto che uno lo accetti"),
        ("A che punto è il mio ordine?", "aspetto che uno lo accetti"),
        ("where is my order?", "waiting for one to accept"),
        ("pesanan saya di mana?", "menunggu ada yang menerima"),
        ("i miei ordini", "aspetto che uno lo accetti"),
    ],
)
async def test_where_an_order_is_comes_from_the_database(phone: Phone, question: str, state: str) -> None:
    await summary(phone)
    await phone.say("sì")
    [order] = await phone.orders()
    answer = await phone.say(question)
    assert order["code"] in answer.text
    assert state in answer.text
    assert "11,40" in answer.text or "11.40" in answer.text
    assert answer.decision.intent == "support_request"


async def test_only_one_s_own_orders_are_told(phone: Phone) -> None:
    await summary(phone)
    await phone.say("sì")
    [order] = await phone.orders()
    stranger = Phone(phone.services, phone.admin)
    answer = await stranger.say(f"dov'è il mio ordine {order['code']}?")
    assert order["code"] not in answer.text
    assert "D1" not in answer.text


async def test_a_changed_price_is_shown_before_it_is_charged(phone: Phone) -> None:
    asked = await summary(phone)
    await phone.admin.execute("update products set price = 9.90 where sku = 'T06'")
    changed = await phone.tap(asked.choice("Conferma"))
    assert changed.outcomes == ("price_changed",)
    again = await phone.tap(changed.choice("Vai al"))
    assert "9,90 €" in again.text
    assert (await phone.tap(again.choice("Conferma"))).outcomes == ("created",)


async def test_stock_that_went_away_is_said_and_the_cart_stays(phone: Phone) -> None:
    asked = await summary(phone)
    await phone.admin.execute("update dealer_stock set on_hand = reserved")
    gone = await phone.tap(asked.choice("Conferma"))
    assert gone.outcomes == ("out_of_stock",)
    assert "Guanto leva pelo" in gone.text
    assert await phone.cart() == [("T06", 1, {})]


async def test_a_confirmation_followed_by_a_change_asks_again(phone: Phone) -> None:
    asked = await summary(phone)
    await phone.send_tap(asked.choice("Conferma"), "Conferma")
    await phone.send_tap(await phone.add_id("H17"))
    both = await phone.answered()
    assert both.outcomes == ("proposed",)
    assert [sku for sku, _, _ in await phone.cart()] == ["T06", "H17"]
    assert await phone.orders() == []


async def test_a_sold_out_product_is_answered_with_others(phone: Phone) -> None:
    await phone.admin.execute(
        "update dealer_stock set on_hand = reserved where product_id = (select id from products where sku = 'G07')"
    )
    answer = await phone.tap(await phone.add_id("G07"))
    assert "esaurito" in answer.text
    assert "Tiragraffi in cartone" in answer.text
    assert await phone.cart() == []


async def test_fewer_pieces_than_wanted_are_offered(phone: Phone) -> None:
    await phone.admin.execute(
        "update dealer_stock set on_hand = 3, reserved = 0 "
        "where product_id = (select id from products where sku = 'T06')"
    )
    asked = await phone.tap(f"{await phone.add_id('T06')}:5")
    assert "ne restano 3" in asked.text
    assert await phone.cart() == []
    assert (await phone.say("3")).outcomes == ("proposed",)
    assert await phone.cart() == [("T06", 3, {})]


async def test_more_than_twenty_pieces_are_asked(phone: Phone) -> None:
    asked = await phone.tap(f"{await phone.add_id('T06')}:21")
    assert "20" in asked.text
    assert await phone.cart() == []
    assert (await phone.say("facciamo 4")).outcomes == ("proposed",)
    assert await phone.cart() == [("T06", 4, {})]


async def test_an_ok_to_something_else_places_no_order(phone: Phone) -> None:
    await summary(phone)
    await phone.say("quanto costa il tiragraffi a torre?")
    shown = await phone.say("ok")
    assert shown.outcomes == ()
    assert "Conferma" in shown.choices
    assert await phone.orders() == []
    assert (await phone.say("ok")).outcomes == ("created",)


async def test_the_word_itself_confirms_later_too(phone: Phone) -> None:
    await summary(phone)
    await phone.say("quanto costa il tiragraffi a torre?")
    assert (await phone.say("ok confermo l'ordine")).outcomes == ("created",)


async def test_a_mere_annulla_after_the_order_asks_which(phone: Phone) -> None:
    await summary(phone)
    await phone.say("sì")
    asked = await phone.say("annulla")
    [order] = await phone.orders()
    assert order["status"] == "offered"
    assert list(asked.choices) == [order["code"]]
    assert (await phone.tap(asked.choice(order["code"]))).outcomes == ("cancelled",)
