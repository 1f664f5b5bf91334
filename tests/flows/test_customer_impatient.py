"""Impatient people: everything in one sentence, addresses in pieces, times, questions in the middle of an order."""

from __future__ import annotations

import pytest

from processors.customer.addresses import with_address
from processors.customer.paying import asks_ways
from processors.customer.when import only_when, when_in, without_hour
from tests.flows.phone import Phone


async def note_of(phone: Phone) -> str:
    return str(
        await phone.value("select note from carts where conversation_id = $1", await phone.conversation())
    )


async def test_an_address_comes_in_pieces_and_a_number_is_how_many(phone: Phone) -> None:
    # Somebody whose address nobody knows.
    phone.number = str(int(phone.number) + 5000)
    await phone.say("avete lettiera per gatti")
    await phone.say("quella al tofu")
    assert "25,80" in (await phone.say("2")).text
    await phone.say("via Mazzini")
    assert "Via Mazzini 12" in (await phone.say("12")).text
    await phone.say("Milano")
    summary = await phone.say("20123")
    assert "Via Mazzini 12, Milano, 20123: 2,50" in summary.text
    assert "28,30" in summary.text
    await phone.say("va bene")
    # After the order there is no cart to be emptied, but an order to take back.
    assert (await phone.say("annulla tutto")).choices.keys() == {(await phone.orders())[0]["code"]}


async def test_a_wish_its_address_and_whom_it_is_for_are_one_message(phone: Phone) -> None:
    address = "Corso Buenos Aires 10, 20124 Milano"
    text = f"è un regalo per mia sorella: una candela alla lavanda, la mandate a lei a {address}"
    assert f"{address}: 2,50" in (await phone.say(text)).text
    assert await phone.cart() == [("H01", 1, {"formato": "180g"})]


async def test_a_time_is_written_down_and_promised_to_nobody(phone: Phone) -> None:
    asked = await phone.say("un tiragraffi in cartone per domani alle 15")
    assert "lo conferma chi prepara" in asked.text
    assert await note_of(phone) == "⏰ Per domani alle 15"
    await phone.say("può consegnare alla signora Rossi, citofono Bianchi?")
    await phone.say("anzi facciamo dopo le 18")
    assert await note_of(phone) == "Consegnare alla signora Rossi, citofono Bianchi · ⏰ Dopo le 18"
    assert await phone.cart() == [("G08", 1, {})]


async def test_a_question_how_to_pay_is_answered_and_places_no_order(phone: Phone) -> None:
    await phone.say("un guanto leva pelo")
    for text in (
        "posso pagare con la carta?",
        "avete il POS?",
        "can i pay by card?",
        "bisa bayar pake kartu?",
    ):
        answer = await phone.say(text)
        assert answer.decision.actions == ()
        assert answer.decision.escalation is None
    assert "tunai saat pesanan diantar" in answer.text
    assert await phone.orders() == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("due saponi per domani alle 15", "per domani alle 15"),
        ("deliver after 6pm", "after 6pm"),
        ("2 lint rollers tomorrow morning", "tomorrow morning"),
        ("untuk besok jam 9", "untuk besok jam 9"),
        ("entro le 20:30 grazie", "entro le 20:30"),
        ("dopo le 3 candele", None),
        ("arriva domani?", None),
        ("quella da 12", None),
    ],
)
def test_times_are_found_and_numbers_left_alone(text: str, wanted: str | None) -> None:
    assert when_in(text) == wanted


def test_words_about_time_are_told_from_wishes() -> None:
    assert only_when("anzi facciamo dopo le 18")
    assert not only_when("due saponi per domani")
    assert without_hour("3 saponi dopo le 18") == "3 saponi"
    assert without_hour("3 saponi domani") == "3 saponi domani"
    assert asks_ways("come si paga?")
    assert not asks_ways("ho pagato con la carta due volte")
    assert (
        with_address("can you send 2 rollers to Via Brera 5, 20121 Milano")[1] == "Via Brera 5, 20121 Milano"
    )
    assert with_address("abito in via Roma 3, 20121 Milano") == ("abito in via Roma 3, 20121 Milano",)


async def test_what_it_comes_to_is_told_while_something_is_still_open(phone: Phone) -> None:
    await phone.say("hi, do you sell dog beds?")
    asked = await phone.say("how much is the cheapest one")
    assert "€39.90" in asked.text
    await phone.say("ok I'll take one of those and 2 lavender candles")
    so_far = await phone.say("what's the total?")
    assert "That is €29.80 so far." in so_far.text
    assert "which size" in so_far.text
    summary = await phone.say("remove the bed")
    assert "no “bed”" in summary.text
    assert summary.outcomes == ("proposed",)
    assert await phone.cart() == [("H01", 2, {"formato": "180g"})]
    waiting = await phone.say("where's my order?")
    assert "waiting for you to confirm" in waiting.text
    assert "€29.80" in waiting.text
    gone = await phone.say("can you cancel it")
    assert "emptied the cart" in gone.text
    assert await phone.cart() == []
    price = await phone.say("una cuccia da esterno", "quant'è in tutto?")
    assert "Cuccia da esterno in legno: 119,00 €." in price.text
    assert "Va bene, niente" in (await phone.say("togli la cuccia")).text
