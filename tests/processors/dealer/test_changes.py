"""A dealer proposes a change in words or by taps, the customer answers, and everybody is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.processors.shop import CUSTOMER, MILANO, ZAMPA, Shop, Told

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


async def agreed(shop: Shop, shown: Told, code: str) -> tuple[str, list[dict[str, Any]]]:
    """The proposal is sent and accepted. What the customer read, and the order's lines after it."""
    assert shown.outcomes == ["drafted"], shown.text
    assert (await shop.say(MILANO, "sì")).outcomes == ["sent"]
    await shop.announce()
    read = (await shop.heard(CUSTOMER))[-1]["text"]
    assert (await shop.say(CUSTOMER, "va bene")).outcomes == ["accepted"]
    return read, json.loads(await shop.value("select lines::text from market_orders where code = $1", code))


async def test_another_product_is_named_with_its_variant(shop: Shop) -> None:
    await shop.index_products()
    code = await accepted(shop, CANDLE, SHAMPOO)
    bed, leash = await name(shop, "C07"), await name(shop, "C02")
    shown = await shop.say(MILANO, f"al posto di {leash} posso dare {bed} taglia L blu")
    read, lines = await agreed(shop, shown, code)
    assert f"1 × {bed} (L, blu) (39,90 € l'uno) al posto di 1 × {leash}" in read
    assert "5,90 € in più" in read
    assert (lines[0]["name"], lines[0]["variant"]) == (bed, {"taglia": "L", "colore": "blu"})
    assert (await shop.stock(MILANO, "C07"))[1] == 1
    assert (await shop.stock(MILANO, "C02"))[1] == 0


async def test_what_was_not_said_of_a_variant_is_asked(shop: Shop) -> None:
    await shop.index_products()
    code = await accepted(shop, CANDLE, SHAMPOO)
    bed, leash = await name(shop, "C07"), await name(shop, "C02")
    sizes = await shop.say(MILANO, f"al posto di {leash} posso dare {bed} taglia S")
    assert "non c'è in «S»" in sizes.text
    assert [row["title"] for row in sizes.bubbles[0]["rows"]] == ["M", "L", "XL"]
    assert "non propongo niente" in (await shop.say(MILANO, "no")).text
    colours = await shop.tap(MILANO, sizes.id_of("XL"))
    assert [row["title"] for row in colours.bubbles[0]["rows"]] == ["grigio", "blu"]
    _, lines = await agreed(shop, await shop.say(MILANO, "quella grigia"), code)
    assert lines[0]["variant"] == {"taglia": "XL", "colore": "grigio"}


async def test_several_products_are_listed_and_the_colour_is_kept(shop: Shop) -> None:
    await shop.index_products()
    code = await accepted(shop, ("C07", 1), SHAMPOO)
    asked = await shop.say(MILANO, f"al posto di {await name(shop, 'C07')} posso dare un guinzaglio nero")
    assert len(asked.ids) == 3
    leash = await shop.value("select id from products where sku = 'C01'")
    size = await shop.tap(MILANO, next(i for i in asked.ids if i.endswith(str(leash))))
    _, lines = await agreed(shop, await shop.tap(MILANO, size.id_of("M")), code)
    assert lines[0]["variant"] == {"taglia": "M", "colore": "nero"}


async def test_the_same_in_another_colour_costs_what_was_agreed(shop: Shop) -> None:
    await shop.index_products()
    code = await shop.order(("C04", 2), SHAMPOO, variants={"C04": {"taglia": "M", "colore": "rosso"}})
    await shop.announce()
    await shop.tap(MILANO, f"offer:accept:{await shop.offer_of(MILANO, code)}")
    await shop.announce()
    await shop.admin.execute("update products set price = price + 5 where sku = 'C04'")
    shown = await shop.say(MILANO, "manca il collare rosso, ho quello blu")
    assert "come prima" in shown.text
    read, lines = await agreed(shop, shown, code)
    assert "(M, blu)" in read
    assert "Il totale resta" in read
    assert lines[0]["variant"] == {"taglia": "M", "colore": "blu"}
    assert (await shop.stock(MILANO, "C04"))[1] == 2


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
