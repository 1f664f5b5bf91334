"""More than five products, what is sold out, and a word later: back in stock, a cart that was left."""

from __future__ import annotations

import pytest

from tests.flows.phone import Phone

SHELF = "update dealer_stock s set on_hand = {} from products p where p.id = s.product_id and p.sku = '{}'"


async def said_last(phone: Phone) -> str:
    return str(
        await phone.value(
            "select m.content from whatsapp_messages m join whatsapp_conversations c on c.id = m.conversation_id "
            "where c.phone = $1 and m.direction = 'outbound' order by m.sequence desc limit 1",
            phone.number,
        )
    )


async def sold_out(phone: Phone, sku: str) -> None:
    await phone.admin.execute("update dealer_stock set reserved = 0")
    await phone.admin.execute(SHELF.format(0, sku))


async def restocked(phone: Phone) -> int:
    return int(await phone.value("select notify_restocked()"))


async def test_the_others_that_were_found_follow_on_request(phone: Phone) -> None:
    first = await phone.say("che cosa avete per cani?")
    assert first.kinds == ("list",)
    assert "Altri prodotti" in first.choices
    more = await phone.say("altri")
    shown = {i for i in first.choices.values() if i.startswith("add:")}
    next_ones = {i for i in more.choices.values() if i.startswith("add:")}
    assert len(shown) == 5
    assert next_ones
    assert not shown & next_ones
    assert (await phone.tap(first.choice("Altri prodotti"))).bubbles
    for _ in range(5):
        last = await phone.say("mostrami altri")
    assert "non ho altro" in last.text


async def test_altri_without_a_search_is_the_menu(phone: Phone) -> None:
    assert (await phone.say("altri")).kinds == ("list",)


async def test_a_product_alone_comes_with_its_picture(phone: Phone) -> None:
    await phone.admin.execute(
        "update products set image_url = 'https://shop.example/t06.jpg' where sku = 'T06'"
    )
    answer = await phone.say("quanto costa il guanto leva pelo?")
    assert answer.bubbles[0]["link"] == "https://shop.example/t06.jpg"
    assert len(answer.bubbles) == 1
    await phone.admin.execute(
        "update products set image_url = 'http://shop.example/t06.jpg' where sku = 'T06'"
    )
    assert "link" not in (await phone.say("quanto costa il guanto leva pelo?")).bubbles[0]


async def test_what_is_sold_out_is_told_once_when_it_is_back(phone: Phone) -> None:
    await sold_out(phone, "G07")
    answer = await phone.tap(await phone.add_id("G07"))
    assert "esaurito" in answer.text
    assert "In alternativa" in answer.text
    watching = await phone.tap(answer.choice("Avvisami"))
    assert watching.outcomes == ("watching",)
    assert (await phone.tap(answer.choice("Avvisami"))).outcomes == ("watching",)
    assert await restocked(phone) == 0
    await phone.admin.execute(SHELF.format(3, "G07"))
    assert await restocked(phone) == 1
    assert "Tiragraffi a torre è di nuovo disponibile" in await said_last(phone)
    assert await restocked(phone) == 0
    template = await phone.value(
        "select m.payload -> 'template' ->> 'name' from whatsapp_messages m where m.client_key like 'restocked:%'"
    )
    assert template == "di_nuovo_disponibile"


async def test_as_many_are_told_as_there_are_pieces_and_nobody_after_stop(phone: Phone) -> None:
    await sold_out(phone, "G07")
    people = [phone, *(Phone(phone.services, phone.admin) for _ in range(2))]
    for person in people:
        answer = await person.tap(await person.add_id("G07"))
        await person.tap(answer.choice("Avvisami"))
    await people[0].admin.execute(
        "update contacts set opted_out_at = now() where phone = $1", people[0].number
    )
    await phone.admin.execute(SHELF.format(2, "G07"))
    assert await restocked(phone) == 1
    assert "di nuovo disponibile" in await said_last(people[1])
    assert "di nuovo disponibile" not in await said_last(people[0])
    assert "di nuovo disponibile" not in await said_last(people[2])


async def test_a_question_about_what_is_sold_out_offers_to_tell(phone: Phone) -> None:
    await sold_out(phone, "T06")
    answer = await phone.say("quanto costa il guanto leva pelo?")
    assert "esaurito" in answer.text
    assert (await phone.tap(answer.choice("Avvisami"))).outcomes == ("watching",)
    await phone.admin.execute(SHELF.format(3, "T06"))
    here = await phone.tap(f"watch:{(await phone.add_id('T06')).partition(':')[2]}")
    assert here.outcomes == ("available",)
    assert "Aggiungi" in here.choices


async def left(phone: Phone) -> None:
    """Three hours pass."""
    await phone.admin.execute("update carts set updated_at = now() - interval '3 hours'")
    await phone.admin.execute(
        "update whatsapp_conversations set last_message_at = now() - interval '3 hours'"
    )


async def test_a_cart_that_was_left_is_called_to_mind_once(phone: Phone) -> None:
    await phone.tap(await phone.add_id("T06"))
    assert await phone.value("select remind_of_carts()") == 0
    await left(phone)
    assert await phone.value("select remind_of_carts()") == 1
    assert "1 × Guanto leva pelo" in await said_last(phone)
    await left(phone)
    assert await phone.value("select remind_of_carts()") == 0
    # A new basket may be called to mind again.
    await phone.tap("cart:clear")
    await phone.tap(await phone.add_id("H17"))
    await left(phone)
    assert await phone.value("select remind_of_carts()") == 1


@pytest.mark.parametrize(
    "change",
    [
        "update contacts set opted_out_at = now()",
        "update whatsapp_conversations set window_expires_at = now() - interval '1 minute'",
        "update whatsapp_conversations set owner = 'human'",
        "update whatsapp_conversations set escalated_at = now()",
        "update businesses set limits = limits - 'cart_reminder_minutes'",
        "update businesses set limits = limits || '{\"cart_reminder_minutes\": 0}'",
        "update businesses set hours = '{\"closed\": []}' || jsonb_build_object(to_char((now() + interval '2 days') "
        "at time zone 'Europe/Rome', 'dy'), '[\"09:00\", \"10:00\"]'::jsonb)",
        "update carts set lines = '[]'",
    ],
)
async def test_nobody_is_reminded_who_should_not_be(phone: Phone, change: str) -> None:
    await phone.tap(await phone.add_id("T06"))
    await left(phone)
    await phone.admin.execute(change)
    assert await phone.value("select remind_of_carts()") == 0


async def test_a_price_that_the_catalogue_got_wrong_is_told(phone: Phone) -> None:
    items = [
        {"retailer_id": "T06", "quantity": 1, "item_price": 5, "currency": "EUR"},
        {"retailer_id": "H17", "quantity": 1, "item_price": str(await phone.price("H17")), "currency": "EUR"},
    ]
    await phone.send(type="order", content="2", payload={"order": {"text": "", "items": items}})
    answer = await phone.answered()
    assert "Guanto leva pelo costa 8,90 €" in answer.text
    assert answer.text.count("non è aggiornato") == 1
    assert len(answer.bubbles) == 1
