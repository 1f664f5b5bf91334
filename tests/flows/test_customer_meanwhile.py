"""What people say while something else was asked, and what they ask while an order is on its way."""

from __future__ import annotations

import pytest

from tests.flows.phone import Phone


async def test_a_wish_is_no_address_where_one_was_asked(newcomer: Phone) -> None:
    await newcomer.say("bell collar in pink")
    more = await newcomer.say("and 2 lavender candles please")
    assert "Where shall we bring it" in more.text
    await newcomer.say("actually make it 3 candles, drop the collar")
    assert [(sku, n) for sku, n, _ in await newcomer.cart()] == [("H01", 3)]
    assert (await newcomer.say("Via Dante 7, 20121 Milano please")).outcomes[-1] == "proposed"


async def test_who_collects_while_a_product_is_asked_is_heard(newcomer: Phone) -> None:
    await newcomer.say("halo, mau 1 lampu garam")
    asked = await newcomer.say("tambah tali anjing")
    assert len(asked.choices) > 1
    told = await newcomer.say("bisa ambil sendiri di toko?")
    assert "diambil di toko" in told.text
    assert list(told.choices) == list(asked.choices)


@pytest.mark.parametrize(
    "words",
    [
        "prendo 2 rulli leva pelucchi, passo io domani a ritirarli",
        "passo io domani mattina in negozio a prenderli, tenetemi da parte 2 rulli leva pelucchi",
        "2 lint rollers please, I'll pick them up myself tomorrow",
    ],
)
async def test_that_it_is_collected_stands_in_the_middle_of_a_wish(newcomer: Phone, words: str) -> None:
    summary = await newcomer.say(words)
    assert summary.outcomes == ("set", "proposed")
    assert await newcomer.cart() == [("H13", 2, {})]
    assert any(sign in summary.text for sign in ("Ritiro in negozio", "Collected in store"))


async def test_thanks_to_the_question_for_a_postcode_moves_no_order(phone: Phone) -> None:
    placed = await phone.say("2 lampade di sale", "confermo")
    await phone.tap(placed.choice("Conferma"))
    assert "CAP" in (await phone.say("cambiate l'indirizzo, è via Dante 7")).text
    thanks = await phone.say("grazie mille")
    assert not thanks.finished.actions
    assert (await phone.say("20121")).outcomes == ("changed",)


async def test_yes_cancel_takes_the_summary_back(phone: Phone) -> None:
    await phone.say("una lampada di sale")
    assert (await phone.say("sì annulla")).outcomes == ("cancelled",)
    assert await phone.cart() == []


@pytest.mark.parametrize("words", ["quanto ci mette?", "quanto costa la consegna?", "quando arriva?"])
async def test_a_known_address_is_told_its_own_fee_and_time(phone: Phone, words: str) -> None:
    await phone.say("una lampada di sale")
    told = await phone.say(words)
    assert "Via Torino 21, 20123 Milano: 2,50 €, 25–45 minuti" in told.text


async def test_when_it_comes_is_about_the_order_or_there_is_none(phone: Phone) -> None:
    assert "ordini" in (await phone.say("quando arriva?")).text
    placed = await phone.say("una lampada di sale")
    await phone.tap(placed.choice("Conferma"))
    [relay] = await phone.relays()
    for words in ("when will it arrive?", "dove posso vedere lo stato?", "kapan sampai ya?"):
        assert relay["code"] in (await phone.say(words)).text, words


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ("anzi il doppio dei saponi", [("P11", 4), ("H01", 3)]),
        ("double the soaps please", [("P11", 4), ("H01", 3)]),
        ("sabunnya dobel ya", [("P11", 4), ("H01", 3)]),
        ("la metà delle candele", [("P11", 2), ("H01", 2)]),
    ],
)
async def test_twice_and_half_of_one_thing(phone: Phone, words: str, pieces: list[tuple[str, int]]) -> None:
    await phone.say("2 saponi e 3 candele alla lavanda")
    assert (await phone.say(words)).outcomes[-1] == "proposed"
    assert [(sku, n) for sku, n, _ in await phone.cart()] == pieces


async def test_what_stands_on_an_invoice_is_asked_of_a_person(phone: Phone) -> None:
    told = await phone.say("avete la partita iva?")
    assert told.decision.escalation == "invoice"
    assert "fattura" in told.text


async def test_taking_out_of_an_order_just_placed_changes_that_order(phone: Phone) -> None:
    placed = await phone.say("3 lampade di sale")
    await phone.tap(placed.choice("Conferma"))
    changed = await phone.say("togli una lampada")
    assert changed.outcomes[0] == "reopened"
    assert await phone.cart() == [("H17", 2, {})]
    assert "Confermi?" in changed.text


async def test_adding_to_an_order_under_way_says_that_it_is_another(phone: Phone) -> None:
    placed = await phone.say("una lampada di sale")
    await phone.tap(placed.choice("Conferma"))
    [relay] = await phone.relays()
    told = await phone.say("posso aggiungere un guanto leva pelo?")
    assert "modifica l'ordine" in told.text
    assert relay["code"] in told.text
    assert await phone.cart() == [("T06", 1, {})]


async def test_a_language_that_is_asked_for_politely_is_spoken(phone: Phone) -> None:
    assert "Hi Giulia" in (await phone.say("sorry, do you speak english?")).text


async def test_who_wants_the_money_back_hears_that_it_is_understood(phone: Phone) -> None:
    for words in ("can I have my money back for it", "voglio i soldi indietro"):
        assert (await phone.say(words)).decision.escalation == "return", words
