"""The shelf in free text: changes are made once and audited, doubts are asked."""

from __future__ import annotations

import json

from tests.processors.shop import CASA, ZAMPA, Shop


async def test_sold_out_empties_the_shelf_and_is_audited(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "finite le crocchette salmone")
    assert told.outcomes == ["updated"]
    assert "Crocchette al salmone" in told.text
    assert await shop.stock(ZAMPA, "C10") == (0, 0)
    (row,) = await shop.rows("select actor, action, detail from audit_log where action = 'set_stock'")
    assert row["actor"].endswith("42")
    assert {k: v for k, v in json.loads(row["detail"]).items() if k in ("before", "after")} == {
        "before": 60,
        "after": 0,
    }


async def test_a_plain_change_is_made(shop: Shop) -> None:
    cases = [
        ("disponibili 5 cucce imbottite", "C07", 5),
        ("arrivate 20 pettorine", "C06", 80),
        ("ho ancora 3 ciotole rallenta pasto", "C19", 3),
        ("venduti 2 tagliaunghie", "T08", 58),
        ("arrivati tre acquari 30 litri", "A05", 63),
        ("esaurito lo shampoo secco", "T02", 0),
        ("esaurito lo shampo secco", "T02", 0),
        ("museruola: 7", "C25", 7),
        ("+10 guanto leva pelo", "T06", 70),
    ]
    for words, sku, pieces in cases:
        told = await shop.say(ZAMPA, words)
        assert told.outcomes == ["updated"], words
        assert await shop.stock(ZAMPA, sku) == (pieces, 0)
        assert str(pieces) in told.text


async def test_in_doubt_the_dealer_is_asked_and_a_tap_does_it(shop: Shop) -> None:
    asked = await shop.say(ZAMPA, "arrivate 20 cucce")
    assert asked.outcomes == []
    assert asked.bubbles[0]["kind"] == "list"
    assert {row["title"] for row in asked.bubbles[0]["rows"]} == {
        "Cuccia imbottita lavabile",
        "Cuccia da esterno in legno",
    }
    told = await shop.tap(ZAMPA, asked.id_of("esterno"))
    assert told.outcomes == ["updated"]
    assert await shop.stock(ZAMPA, "C08") == (80, 0)
    assert await shop.stock(ZAMPA, "C07") == (60, 0)


async def test_in_doubt_a_word_more_does_it_too(shop: Shop) -> None:
    await shop.say(ZAMPA, "esaurito lo shampoo")
    told = await shop.say(ZAMPA, "quello secco")
    assert told.outcomes == ["updated"]
    assert await shop.stock(ZAMPA, "T02") == (0, 0)
    assert await shop.stock(ZAMPA, "T01") == (60, 0)


async def test_a_missing_number_is_asked(shop: Shop) -> None:
    asked = await shop.say(ZAMPA, "arrivato lo shampoo secco")
    assert "Quanti" in asked.text
    told = await shop.say(ZAMPA, "una dozzina")
    assert told.outcomes == ["updated"]
    assert await shop.stock(ZAMPA, "T02") == (72, 0)


async def test_a_missing_number_and_a_doubt_are_asked_one_after_the_other(shop: Shop) -> None:
    asked = await shop.say(ZAMPA, "arrivato lo shampoo")
    asked = await shop.tap(ZAMPA, asked.id_of("secco"))
    assert "Quanti" in asked.text
    assert (await shop.say(ZAMPA, "4 pezzi")).outcomes == ["updated"]
    assert await shop.stock(ZAMPA, "T02") == (64, 0)


async def test_several_products_in_one_message_are_told_in_one_bubble(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "esaurite le pettorine, arrivate 20 museruole e 3 tagliaunghie")
    assert told.outcomes == ["updated", "updated", "updated"]
    assert len(told.bubbles) == 1
    assert [await shop.stock(ZAMPA, sku) for sku in ("C06", "C25", "T08")] == [(0, 0), (80, 0), (63, 0)]


async def test_two_products_joined_by_and_are_two(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "finite pettorine e museruole")
    assert told.outcomes == ["updated", "updated"]
    assert [await shop.stock(ZAMPA, sku) for sku in ("C06", "C25")] == [(0, 0), (0, 0)]


async def test_a_name_with_and_is_one_product(shop: Shop) -> None:
    told = await shop.say(CASA, "finite le candele cannella e arancia")
    assert told.outcomes == ["updated"]
    assert await shop.stock(CASA, "H02") == (0, 0)


async def test_what_orders_were_promised_stays(shop: Shop) -> None:
    code = await shop.order(("T01", 2))
    await shop.tap(ZAMPA, f"offer:accept:{await shop.offer_of(ZAMPA, code)}")
    told = await shop.say(ZAMPA, "esaurito shampoo delicato avena")
    assert told.outcomes == ["updated_reserved"]
    assert await shop.stock(ZAMPA, "T01") == (2, 2)
    assert "2" in told.text


async def test_a_product_the_dealer_never_had_is_taken_in(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "arrivate 20 candele lavanda")
    assert told.outcomes == ["updated"]
    assert await shop.stock(ZAMPA, "H01") == (20, 0)


async def test_questions_are_answered_from_the_database(shop: Shop) -> None:
    cases = [
        ("quante cucce imbottite ho?", ["Cuccia imbottita lavabile: 60 disponibili"]),
        ("ho ancora lo shampoo secco?", ["Shampoo secco in schiuma per cani e gatti: 60 disponibili"]),
        ("how many pettorine do I have?", ["Pettorina anti-tiro: 60 disponibili"]),
        ("quante candele lavanda ho?", ["Candela profumata lavanda: 0 disponibili"]),
    ]
    for words, lines in cases:
        told = await shop.say(ZAMPA, words)
        assert told.outcomes == [], words
        assert told.text.splitlines() == lines


async def test_a_question_about_several_products_shows_them_all(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "quante cucce ho?")
    assert len(told.text.splitlines()) == 2
    assert "Cuccia da esterno in legno: 60 disponibili" in told.text


async def test_a_question_about_stock_tapped_on_is_answered(shop: Shop) -> None:
    product = await shop.value("select id from products where sku = 'T02'")
    assert "60" in (await shop.tap(ZAMPA, f"stock:show:{product}")).text


async def test_an_unknown_product_is_not_guessed(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "arrivati 5 trapani a percussione")
    assert told.outcomes == []
    assert "trapani a percussione" in told.text


async def test_a_silly_number_is_refused(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "disponibili 999999 tagliaunghie")
    assert told.outcomes == []
    assert await shop.stock(ZAMPA, "T08") == (60, 0)


async def test_an_open_question_is_forgotten_when_something_else_is_said(shop: Shop) -> None:
    await shop.say(ZAMPA, "arrivato lo shampoo secco")
    await shop.say(ZAMPA, "grazie")
    told = await shop.say(ZAMPA, "12")
    assert told.outcomes == []
    assert await shop.stock(ZAMPA, "T02") == (60, 0)


async def test_what_words_only_suggest_is_asked(shop: Shop) -> None:
    cases = [
        ("finite le crocchette per cani", {"C10", "C11", "C12"}),
        ("non ho più collari rossi", {"C04"}),
        ("esaurita la cuccia XL", {"C07"}),
        ("sold out dog beds", {"C07"}),
    ]
    for words, skus in cases:
        told = await shop.say(ZAMPA, words)
        assert told.outcomes == [], words
        products = [choice.split(":")[2] for choice in told.ids]
        found = await shop.rows("select sku from products where id::text = any ($1)", products)
        assert {row["sku"] for row in found} == skus


async def test_a_variant_has_no_count_of_its_own_and_the_dealer_is_told(shop: Shop) -> None:
    assert "varianti" in (await shop.say(ZAMPA, "esaurita la cuccia imbottita XL")).text


async def test_a_product_code_is_a_name(shop: Shop) -> None:
    for words, pieces in (("finito C10", 0), ("c10: 7", 7)):
        assert (await shop.say(ZAMPA, words)).outcomes == ["updated"]
        assert await shop.stock(ZAMPA, "C10") == (pieces, 0)


async def test_other_languages_reach_the_same_shelf(shop: Shop) -> None:
    cases = [
        ("received 20 lavender candles", "H01", 20),
        ("masuk 20 lilin lavender", "H01", 40),
        ("sold out muzzle", "C25", 0),
    ]
    for words, sku, pieces in cases:
        assert (await shop.say(ZAMPA, words)).outcomes == ["updated"], words
        assert await shop.stock(ZAMPA, sku) == (pieces, 0)


async def test_words_and_product_may_come_in_two_messages(shop: Shop) -> None:
    assert (await shop.say(ZAMPA, "esaurite", "le pettorine")).outcomes == ["updated"]
    assert await shop.stock(ZAMPA, "C06") == (0, 0)


async def test_a_very_long_list_is_read_in_parts(shop: Shop) -> None:
    told = await shop.say(ZAMPA, "\n".join(f"pettorine: {n}" for n in range(1, 31)))
    assert told.outcomes == ["updated"] * 20
    assert "20 prodotti" in told.text
    assert await shop.stock(ZAMPA, "C06") == (20, 0)
