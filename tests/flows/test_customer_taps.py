"""Customers who only tap: catalogue, cart, summary, order, cancel. No word has to be understood."""

from __future__ import annotations

from tests.flows.phone import Phone


async def test_first_contact_is_greeted_with_the_privacy_notice_in_the_same_bubble(phone: Phone) -> None:
    answer = await phone.say("Ciao")
    assert answer.kinds == ("buttons",)
    assert "Ciao Giulia" in answer.text
    assert "STOP" in answer.text
    assert phone.services.settings.privacy_url in answer.text
    assert set(answer.choices) == {"Catalogo", "Ordini", "Assistenza"}
    again = await phone.say("Ciao")
    assert "STOP" not in again.text


async def test_from_the_catalogue_to_an_order(phone: Phone) -> None:
    categories = await phone.tap("menu:catalogue", "Catalogo")
    assert categories.kinds == ("list",)
    assert "Toelettatura" in categories.choices
    page = await phone.tap(categories.choice("Toelettatura"), "Toelettatura")
    assert len(page.choices) == 10
    more = await phone.tap(page.choice("Altri"), "Altri prodotti")
    assert not set(more.choices.values()) & set(page.choices.values())
    summary = await phone.tap(page.choice("Guanto leva pelo"), "Guanto leva pelo")
    assert await phone.cart() == [("T06", 1, {})]
    assert summary.outcomes == ("proposed",)
    assert "8,90 €" in summary.text
    assert list(summary.choices) == ["Conferma", "Modifica", "Annulla"]
    done = await phone.tap(summary.choice("Conferma"), "Conferma")
    assert done.outcomes == ("created",)
    [relay] = await phone.relays()
    assert relay["status"] == "created"
    assert relay["code"] in done.text
    assert await phone.cart() == []
    again = await phone.tap(summary.choice("Conferma"), "Conferma")
    assert again.outcomes == ("already",)
    assert len(await phone.orders()) == 1


async def test_a_size_is_asked_with_buttons_and_its_answer_adds(phone: Phone) -> None:
    size = await phone.tap(f"{await phone.add_id('C02')}:2")
    assert size.kinds == ("buttons",)
    assert list(size.choices) == ["M", "L"]
    assert await phone.cart() == []
    colour = await phone.tap(size.choice("L"), "L")
    assert list(colour.choices) == ["marrone", "nero"]
    summary = await phone.tap(colour.choice("marrone"), "marrone")
    assert summary.outcomes == ("proposed",)
    assert "68,00 €" in summary.text
    assert await phone.cart() == [("C02", 2, {"taglia": "L", "colore": "marrone"})]


async def test_cancelling_the_summary_empties_the_cart(phone: Phone) -> None:
    summary = await phone.tap(await phone.add_id("T06"))
    cancelled = await phone.tap(summary.choice("Annulla"), "Annulla")
    assert cancelled.outcomes == ("cancelled",)
    assert await phone.cart() == []
    late = await phone.tap(summary.choice("Conferma"), "Conferma")
    assert late.outcomes == ("expired",)
    assert await phone.orders() == []


async def test_an_older_summary_confirms_nothing(phone: Phone) -> None:
    old = await phone.tap(await phone.add_id("T06"))
    new = await phone.tap(await phone.add_id("T06"))
    assert await phone.cart() == [("T06", 2, {})]
    assert (await phone.tap(old.choice("Conferma"))).outcomes == ("expired",)
    assert (await phone.tap(new.choice("Conferma"))).outcomes == ("created",)


async def test_changing_a_summary_line_by_line(phone: Phone) -> None:
    for sku in ("T06", "H17"):
        summary = await phone.tap(await phone.add_id(sku))
    change = await phone.tap(summary.choice("Modifica"), "Modifica")
    assert change.kinds == ("list",)
    left = await phone.tap(change.choice("Togli Guanto"), "Togli Guanto leva pelo")
    assert await phone.cart() == [("H17", 1, {})]
    assert "27,90 €" in left.text
    empty = await phone.tap("cart:clear", "Svuota carrello")
    assert await phone.cart() == []
    assert "vuoto" in empty.text
    assert (await phone.tap(left.choice("Conferma"))).outcomes == ("expired",)
    assert await phone.orders() == []


async def test_a_tap_of_somebody_else_does_nothing(phone: Phone) -> None:
    await phone.tap(await phone.add_id("T06"))
    before = await phone.relays()
    for choice in (
        "offer:accept:00000000-0000-4000-8000-000000000001",
        "status:delivered:00000000-0000-4000-8000-000000000001",
        "stock:set:5",
        "menu:admin",
    ):
        answer = await phone.tap(choice, "Accetta")
        assert answer.decision.actions == ()
        assert answer.kinds == ("list",)
    assert await phone.relays() == before


async def test_a_stranger_can_t_confirm_my_order(phone: Phone) -> None:
    summary = await phone.tap(await phone.add_id("T06"))
    stranger = Phone(phone.services, phone.admin)
    answer = await stranger.tap(summary.choice("Conferma"), "Conferma")
    assert answer.outcomes == ("not_found",)
    [relay] = await phone.relays()
    assert relay["status"] == "pending"


async def test_a_catalogue_cart_costs_what_the_database_says(phone: Phone) -> None:
    items = [
        {"retailer_id": "T06", "quantity": 2, "item_price": 0.01, "currency": "EUR"},
        {"retailer_id": "NOPE", "quantity": 1, "item_price": 5, "currency": "EUR"},
    ]
    await phone.send(type="order", content="2 × T06", payload={"order": {"text": "", "items": items}})
    answer = await phone.answered()
    assert await phone.cart() == [("T06", 2, {})]
    assert "17,80 €" in answer.text
    assert "0,01" not in answer.text
    assert "NOPE" in answer.text


async def test_a_person_is_asked_for_once(phone: Phone) -> None:
    for _ in range(2):
        answer = await phone.tap("menu:human", "Operatore")
        assert answer.decision.escalation == "asked"
        assert "collega" in answer.text
    assert await phone.escalations() == ["asked"]
