"""A dealer proposes a change in words or by taps, the customer answers, and everybody is told."""

from __future__ import annotations

import pytest

from tests.processors.shop import CUSTOMER, MILANO, ZAMPA, Shop

SHAMPOO, CANDLE = ("T01", 2), ("C02", 1)
BOTH = (("C07", 3), ("C02", 2))


async def accepted(shop: Shop, *lines: tuple[str, int]) -> str:
    code = await shop.order(*(lines or BOTH))
    await shop.announce()
    assert (await shop.tap(MILANO, f"offer:accept:{await shop.offer_of(MILANO, code)}")).outcomes == [
        "accepted"
    ]
    await shop.announce()
    return code


async def name(shop: Shop, sku: str) -> str:
    return str(await shop.value("select name from products where sku = $1", sku))


async def test_in_words_to_the_customer_and_back(shop: Shop) -> None:
    await shop.index_products()
    code, missing = await accepted(shop), await name(shop, "C02")
    told = await shop.say(MILANO, f"manca {missing}, va bene senza?")
    assert told.outcomes == ["drafted"]
    assert f"senza 2 × {missing}" in told.text
    assert "Invio?" in told.text
    # Nobody hears of it before the dealer's yes.
    await shop.announce()
    assert missing not in (await shop.heard(CUSTOMER))[-1]["text"]

    assert (await shop.say(MILANO, "sì")).outcomes == ["sent"]
    await shop.announce()
    question = (await shop.heard(CUSTOMER))[-1]
    row = (
        await shop.rows(
            "select total_price, delivery_fee, lines::text from market_orders where code = $1", code
        )
    )[0]
    assert f"senza 2 × {missing}" in question["text"]
    assert "Nuovo totale" in question["text"]
    assert [b["title"] for b in question["buttons"]] == ["Va bene", "Altro negozio", "Annulla ordine"]
    assert question["template"]["name"] == "modifica_ordine"
    assert question["template"]["button_payloads"] == [b["id"] for b in question["buttons"]]

    answer = await shop.say(CUSTOMER, "ok va bene")
    assert answer.outcomes == ["accepted"]
    after = (
        await shop.rows(
            "select total_price, delivery_fee, lines::text from market_orders where code = $1", code
        )
    )[0]
    assert after["total_price"] < row["total_price"]
    total = after["total_price"] + after["delivery_fee"]
    assert f"{total:.2f}".replace(".", ",") in answer.text
    await shop.announce()
    told_dealer = (await shop.heard(MILANO))[-1]
    assert "accetta la modifica" in told_dealer["text"]
    assert missing not in told_dealer["text"]


async def test_by_taps_with_fewer_pieces(shop: Shop) -> None:
    code = await accepted(shop)
    order = await shop.value("select id from market_orders where code = $1", code)
    asked = await shop.tap(MILANO, f"change:ask:{order}")
    assert asked.ids == [f"change:line:{order}:0", f"change:line:{order}:1", f"change:later:{order}"]
    how = await shop.tap(MILANO, f"change:line:{order}:0")
    assert how.ids == [f"change:{way}:{order}:0" for way in ("without", "fewer", "instead")]
    assert "Quanti pezzi" in (await shop.tap(MILANO, f"change:fewer:{order}:0")).text
    shown = await shop.say(MILANO, "2")
    assert shown.outcomes == ["drafted"]
    assert "invece di 3" in shown.text
    assert (await shop.tap(MILANO, shown.id_of("Invia"))).outcomes == ["sent"]


async def test_a_no_of_the_customer_asks_what_then(shop: Shop) -> None:
    code = await accepted(shop)
    order = await shop.value("select id from market_orders where code = $1", code)
    await shop.tap(MILANO, f"change:later:{order}")
    shown = await shop.say(MILANO, "domani alle 18:30")
    assert "domani alle 18:30" in shown.text
    await shop.tap(MILANO, shown.id_of("Invia"))
    await shop.announce()
    assert "Il totale resta" in (await shop.heard(CUSTOMER))[-1]["text"]
    # Whoever lost the message finds it where the order is.
    assert "aspetta la tua risposta" in (await shop.say(CUSTOMER, "dov'è il mio ordine?")).text
    asked = await shop.say(CUSTOMER, "no")
    assert not asked.finished.actions
    assert (await shop.tap(CUSTOMER, asked.id_of("Altro negozio"))).outcomes == ["elsewhere"]
    await shop.announce()
    assert "altro negozio" in (await shop.heard(MILANO))[-1]["text"]
    # Who came second the first time is asked again.
    assert code in (await shop.heard(ZAMPA))[-1]["text"]
    assert (await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")).outcomes == [
        "accepted"
    ]


async def test_which_order_is_asked_and_the_words_are_kept(shop: Shop) -> None:
    await shop.index_products()
    first, second = await shop.order(*BOTH), await shop.order(*BOTH, phone="393490007777")
    missing = await name(shop, "C02")
    asked = await shop.say(MILANO, f"manca {missing}")
    assert not asked.finished.actions
    titles = [row["title"] for row in asked.bubbles[0]["rows"]]
    assert titles == [first, second]
    shown = await shop.tap(MILANO, asked.id_of(second))
    assert shown.outcomes == ["drafted"]
    assert f"senza 2 × {missing}" in shown.text


async def test_another_product_is_found_priced_and_agreed(shop: Shop) -> None:
    await shop.index_products()
    await accepted(shop, CANDLE, SHAMPOO)
    other, candle = await name(shop, "C07"), await name(shop, "C02")
    shown = await shop.say(MILANO, f"al posto di {candle} posso dare {other}")
    if not shown.finished.actions:
        shown = await shop.tap(MILANO, next(i for i in shown.ids if i.startswith("change:by:")))
    assert shown.outcomes == ["drafted"]
    assert "al posto di 1 ×" in shown.text


async def test_news_of_the_shelf_leads_to_a_proposal(shop: Shop) -> None:
    await shop.index_products()
    code = await accepted(shop)
    order = await shop.value("select id from market_orders where code = $1", code)
    told = await shop.say(MILANO, f"esaurito {await name(shop, 'C02')}")
    assert told.outcomes[0].startswith("updated")
    assert f"change:line:{order}:1" in told.ids


@pytest.mark.parametrize("words", ["cercate un altro negozio", "annulla"])
async def test_the_customer_answers_in_words(shop: Shop, words: str) -> None:
    code = await accepted(shop)
    order = await shop.value("select id from market_orders where code = $1", code)
    shown = await shop.tap(MILANO, f"change:without:{order}:1")
    await shop.tap(MILANO, shown.id_of("Invia"))
    await shop.announce()
    assert (await shop.say(CUSTOMER, words)).outcomes == ["cancelled" if words == "annulla" else "elsewhere"]


async def test_old_and_made_up_buttons_do_nothing(shop: Shop) -> None:
    code = await accepted(shop)
    order = await shop.value("select id from market_orders where code = $1", code)
    for choice in (
        f"change:line:{order}:9",
        f"change:line:{order}:x",
        "change:ask:nobody",
        f"change:by:{order}:0:x",
    ):
        assert not (await shop.tap(MILANO, choice)).finished.actions, choice
    assert (await shop.tap(ZAMPA, f"change:without:{order}:0")).finished.actions == ()
    assert (await shop.tap(CUSTOMER, f"change:accept:{order}")).finished.actions == ()
