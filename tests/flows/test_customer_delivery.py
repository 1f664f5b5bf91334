"""Where an order goes: asked once, priced by its zone, changed on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from processors.announcer import announce_once
from tests.flows.phone import Answer, Phone

CENTRE = "via Dante 7, 20121 Milano"
TOWN = "viale Monza 140, 20127 Milano"
FAR = "via Po 3, 10123 Torino"


async def asked(phone: Phone, sku: str = "T06") -> Answer:
    """A first product: the question where to bring it."""
    return await phone.tap(await phone.add_id(sku))


async def test_an_address_is_asked_before_the_summary_and_its_fee_is_in_the_total(newcomer: Phone) -> None:
    question = await asked(newcomer)
    assert question.outcomes == ()
    assert "CAP" in question.text
    assert "Guanto leva pelo" in question.text
    assert "Stesso indirizzo" not in question.choices
    summary = await newcomer.say(CENTRE)
    assert summary.outcomes == ("set", "proposed")
    assert len(summary.bubbles) == 1
    for words in ("Via Dante 7, 20121 Milano", "2,50 €", "25–45 minuti", "11,40 €"):
        assert words in summary.text
    assert (await newcomer.tap(summary.choice("Conferma"))).outcomes == ("created",)
    [relay] = await newcomer.rows(
        "select total_price, delivery_fee, delivery from whatsapp_order_relays where phone = $1",
        newcomer.number,
    )
    delivery = json.loads(relay["delivery"])
    assert (str(relay["total_price"]), str(relay["delivery_fee"])) == ("11.40", "2.50")
    assert (delivery["zone"], delivery["address"]) == ("Milano centro", "Via Dante 7, 20121 Milano")
    paid = await newcomer.value(
        "select amount from payments p join whatsapp_order_relays r on r.id = p.relay_id where r.phone = $1",
        newcomer.number,
    )
    assert str(paid) == "11.40"
    [order] = await newcomer.orders()
    assert str(order["total_price"]) == "8.90"


@pytest.mark.parametrize(
    ("hello", "words", "address", "part"),
    [
        (
            "hello, I'd like to order",
            "deliver to via Dante 7, 20121 Milano please",
            "Via Dante 7",
            "Delivery",
        ),
        ("halo, saya mau pesan", "alamat saya via Dante 7, 20121 Milano", "Via Dante 7", "Diantar"),
    ],
)
async def test_other_languages(newcomer: Phone, hello: str, words: str, address: str, part: str) -> None:
    await newcomer.say(hello)
    await asked(newcomer)
    summary = await newcomer.say(words)
    assert "proposed" in summary.outcomes
    assert address in summary.text
    assert part in summary.text


async def test_above_its_limit_the_centre_is_free(newcomer: Phone) -> None:
    await newcomer.tap(f"{await newcomer.add_id('T06')}:5")
    summary = await newcomer.say(CENTRE)
    assert "gratis" in summary.text
    assert "44,50 €" in summary.text


async def test_a_missing_postcode_is_all_that_is_asked(newcomer: Phone) -> None:
    await asked(newcomer)
    code = await newcomer.say("Garibaldi 12, Milano")
    assert "Garibaldi 12, Milano" in code.text
    assert code.outcomes == ()
    summary = await newcomer.say("20124")
    assert "Garibaldi 12, Milano, 20124" in summary.text
    assert summary.outcomes == ("set", "proposed")


async def test_address_in_two_messages_of_one_breath(newcomer: Phone) -> None:
    await asked(newcomer)
    summary = await newcomer.say("via Garibaldi 12", "20124 Milano")
    assert summary.outcomes == ("set", "proposed")
    assert "20124" in summary.text


async def test_a_position_finds_its_zone(newcomer: Phone) -> None:
    await asked(newcomer)
    place = {"latitude": 45.4700, "longitude": 9.1800, "name": "", "address": ""}
    await newcomer.send(type="location", content="45.47, 9.18", payload={"location": place})
    summary = await newcomer.answered()
    assert summary.outcomes == ("set", "proposed")
    assert "2,50 €" in summary.text
    await newcomer.tap(summary.choice("Conferma"))
    where = await newcomer.value(
        "select private.where_to(delivery, note) from market_orders m "
        "join whatsapp_order_relays r on r.id = m.relay_id where r.phone = $1".replace(
            "delivery, note", "m.delivery, m.note"
        ),
        newcomer.number,
    )
    assert "q=45.47,9.18" in where


async def test_a_form_with_an_address_answers_the_question(newcomer: Phone) -> None:
    await asked(newcomer)
    form = {
        "name": "address_message",
        "body": "",
        "response": {"values": {"address": "via Dante 7", "in_pin_code": "20121", "city": "Milano"}},
    }
    await newcomer.send(type="interactive", content="", payload={"flow": form})
    summary = await newcomer.answered()
    assert summary.outcomes == ("set", "proposed")
    assert "Via Dante 7, 20121 Milano" in summary.text


async def test_outside_the_area_is_said_and_the_cart_stays(newcomer: Phone) -> None:
    await asked(newcomer)
    refused = await newcomer.say(FAR)
    assert "proposed" not in refused.outcomes
    assert "Via Po 3, 10123 Torino" in refused.text
    assert set(refused.choices) == {"Ritiro in negozio", "Altro indirizzo", "Operatore"}
    assert await newcomer.cart() == [("T06", 1, {})]
    summary = await newcomer.tap(refused.choice("Ritiro"))
    assert summary.outcomes == ("set", "proposed")
    assert "Ritiro in negozio" in summary.text
    assert "8,90 €" in summary.text
    assert (await newcomer.tap(summary.choice("Conferma"))).outcomes == ("created",)
    assert await newcomer.value("select count(*) from contact_addresses where text like 'Via Po%'") == 0


async def test_below_the_minimum_of_a_zone_what_is_missing_is_told(newcomer: Phone) -> None:
    await asked(newcomer)
    short = await newcomer.say("via Roma 1, 20090 Assago")
    assert "proposed" not in short.outcomes
    assert "25,00 €" in short.text
    assert "16,10 €" in short.text
    assert await newcomer.cart() == [("T06", 1, {})]
    # The address is kept, so that filling the cart is enough.
    summary = await newcomer.tap(f"{await newcomer.add_id('T06')}:2")
    assert "proposed" in summary.outcomes
    assert "33,60 €" in summary.text


async def test_a_minimum_of_a_business_without_zones(newcomer: Phone) -> None:
    await newcomer.admin.execute("delete from delivery_zones")
    await newcomer.admin.execute("update businesses set limits = limits || '{\"minimum_order\": 10}'")
    short = await asked(newcomer)
    assert "10,00 €" in short.text
    assert "1,10 €" in short.text
    done = await newcomer.tap(await newcomer.add_id("T06"))
    assert done.outcomes == ("proposed",)
    assert "Consegna" not in done.text


async def test_an_address_is_a_word_for_the_shop_where_no_zone_is_known(newcomer: Phone) -> None:
    await newcomer.admin.execute("delete from delivery_zones")
    question = await newcomer.say("vorrei uno shampoo per cani")
    kept = await newcomer.say("Via Roma 12, Milano")
    assert "Segnato per l'ordine: «Via Roma 12, Milano»" in kept.text
    assert question.choices == kept.choices
    size = await newcomer.tap(question.choice("Shampoo delicato…"))
    summary = await newcomer.tap(size.choice("250ml"))
    assert "Nota: Via Roma 12, Milano" in summary.text
    other = await newcomer.say("Viale Monza 5, Milano")
    assert "Nota: Viale Monza 5, Milano" in other.text
    await newcomer.tap(other.choice("Conferma"))
    assert (
        await newcomer.value("select note from market_orders order by created_at desc limit 1")
        == "Viale Monza 5, Milano"
    )


async def test_who_ordered_before_sees_the_last_address_and_may_change_it(phone: Phone) -> None:
    summary = await asked(phone)
    assert "Via Torino 21, 20123 Milano" in summary.text
    change = await phone.tap(summary.choice("Modifica"))
    question = await phone.tap(change.choice("Altro indirizzo"))
    assert "CAP" in question.text
    other = await phone.say(TOWN)
    assert "Viale Monza 140, 20127 Milano" in other.text
    assert "12,80 €" in other.text
    # The old summary is not what was agreed to any more.
    assert (await phone.tap(summary.choice("Conferma"))).outcomes == ("expired",)
    assert (await phone.tap(other.choice("Conferma"))).outcomes == ("created",)
    next_time = await asked(phone, "H17")
    assert "Viale Monza 140" in next_time.text


@pytest.mark.parametrize("words", ["stesso indirizzo", "come l'altra volta", "sì"])
async def test_an_old_address_is_asked_about_with_a_button(newcomer: Phone, words: str) -> None:
    await newcomer.lives()
    await newcomer.admin.execute("update contact_addresses set used_at = now() - interval '300 days'")
    question = await asked(newcomer)
    assert "Via Torino 21, 20123 Milano" in question.text
    summary = await newcomer.tap(question.choice("Stesso indirizzo"))
    assert "proposed" in summary.outcomes
    await newcomer.tap("cart:clear")
    await newcomer.admin.execute("update carts set address_id = null")
    await asked(newcomer)
    assert "proposed" in (await newcomer.say(words)).outcomes


async def test_nobody_uses_the_address_of_another(phone: Phone, newcomer: Phone) -> None:
    theirs = await phone.value("select id from contact_addresses")
    await asked(newcomer)
    answer = await newcomer.tap(f"address:use:{theirs}:")
    assert "proposed" not in answer.outcomes
    assert "Via Torino" not in answer.text


async def placed(phone: Phone) -> dict[str, Any]:
    summary = await asked(phone)
    assert (await phone.tap(summary.choice("Conferma"))).outcomes == ("created",)
    [order] = await phone.orders()
    await phone.admin.execute(
        "update market_orders set status = 'out_for_delivery', dealer_id = holder_id, rider_id = "
        "(select id from riders order by name limit 1) where id = $1",
        order["id"],
    )
    return order


async def told(phone: Phone, number: str) -> str:
    while await announce_once(phone.services.store, phone.services.settings):
        pass
    rows = await phone.rows(
        "select m.content from whatsapp_messages m join whatsapp_conversations c on c.id = m.conversation_id "
        "where c.phone = $1 and m.direction = 'outbound' order by m.sequence",
        number,
    )
    return "\n".join(row["content"] for row in rows)


async def test_an_order_on_its_way_goes_elsewhere_at_the_same_price(phone: Phone) -> None:
    order = await placed(phone)
    question = await phone.say("ho sbagliato indirizzo, posso cambiarlo?")
    assert order["code"] in question.text
    changed = await phone.say(CENTRE)
    assert changed.outcomes == ("changed",)
    assert order["code"] in changed.text
    address = await phone.value("select delivery ->> 'address' from market_orders where id = $1", order["id"])
    assert address == "Via Dante 7, 20121 Milano"
    [push] = await phone.rows("select data, audience from notifications where kind = 'address_changed'")
    # The address itself is read by the rider's own account, behind the log-in.
    assert json.loads(push["data"]) == {"market_order_id": str(order["id"]), "order_code": order["code"]}
    assert push["audience"] == "rider"
    dealer = await phone.value(
        "select r.contact_value from rider_contacts r join market_orders m on m.dealer_id = r.dealer_id "
        "where m.id = $1",
        order["id"],
    )
    assert "Via Dante 7, 20121 Milano" in await told(phone, dealer)


async def test_another_price_of_the_way_is_agreed_to_first(phone: Phone) -> None:
    order = await placed(phone)
    asked_first = await phone.say("il nuovo indirizzo è " + TOWN)
    assert asked_first.outcomes == ()
    for words in ("3,90 €", "2,50 €", "12,80 €"):
        assert words in asked_first.text
    changed = await phone.tap(asked_first.choice("Sì, cambia"))
    assert changed.outcomes == ("changed",)
    [row] = await phone.rows(
        "select total_price, delivery_fee from whatsapp_order_relays where phone = $1", phone.number
    )
    assert (str(row["total_price"]), str(row["delivery_fee"])) == ("12.80", "3.90")
    fee = await phone.value("select delivery_fee from market_orders where id = $1", order["id"])
    assert str(fee) == "3.90"


async def test_what_was_delivered_goes_nowhere_else(phone: Phone) -> None:
    order = await placed(phone)
    question = await phone.say("vorrei cambiare l'indirizzo di consegna")
    assert order["code"] in question.text
    await phone.admin.execute("update market_orders set status = 'delivered' where id = $1", order["id"])
    late = await phone.say(CENTRE)
    assert "changed" not in late.outcomes
    assert "Operatore" in late.choices


async def test_a_zone_that_got_dearer_is_told_before_it_is_charged(phone: Phone) -> None:
    summary = await asked(phone)
    await phone.admin.execute("update delivery_zones set fee = fee + 1")
    changed = await phone.tap(summary.choice("Conferma"))
    assert changed.outcomes == ("price_changed",)
    again = await phone.tap(changed.choice("Vai al"))
    assert "12,40 €" in again.text
    assert (await phone.tap(again.choice("Conferma"))).outcomes == ("created",)


async def test_where_is_delivered_is_told_from_the_zones(newcomer: Phone) -> None:
    answer = await newcomer.say("quanto costa la spedizione?")
    for words in ("Milano centro: 2,50 €, gratis da 40,00 €, 25–45 minuti", "ordine minimo 25,00 €"):
        assert words in answer.text
    assert "3,90 €" in (await newcomer.say("consegnate al 20155?")).text
    assert "non consegniamo" in (await newcomer.say("fate consegne al 10123?")).text


async def test_an_address_said_before_all_is_clear_is_kept(newcomer: Phone) -> None:
    await newcomer.say("I'd like 1 scratching post tower")
    colour = await newcomer.say(CENTRE)
    assert "beige" in colour.choices
    assert "Which" in colour.text or "which" in colour.text
    summary = await newcomer.tap(colour.choice("beige"))
    assert summary.outcomes == ("proposed",)
    assert "Delivery to Via Dante 7, 20121 Milano" in summary.text


async def test_an_address_before_anything_else_is_kept_for_the_order(newcomer: Phone) -> None:
    kept = await newcomer.say(CENTRE)
    assert "Via Dante 7, 20121 Milano" in kept.text
    assert (await asked(newcomer)).outcomes == ("proposed",)
