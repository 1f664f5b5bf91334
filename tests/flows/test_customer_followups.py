"""Words that only make sense after others: "altri due", "no scusa 3", "anzi gialle", "the cheaper one"."""

from __future__ import annotations

import pytest

from processors.customer.followup_words import followup_in
from tests.flows.phone import Phone

TALKS = [
    ("due guanti leva pelo", "altri due", {"T06": 4}),
    ("un guanto leva pelo", "aggiungine un altro|no scusa 3", {"T06": 3}),
    ("due guanti leva pelo", "uguale a prima", {"T06": 2}),
    ("10 bustine umido tonno", "facciamo la metà", {"G03 12x85g": 5}),
    ("3 guanti leva pelo", "il doppio|togline uno", {"T06": 5}),
    ("un paio di puntatori laser", "toglili tutti", {}),
    ("2 palline rosse", "anzi gialle", {"C17 giallo": 2}),
    ("2 palline rosse", "mettine una rossa e una gialla", {"C17 rosso": 1, "C17 giallo": 1}),
    ("2 palline rosse", "aggiungine una gialla|no scusa 3 gialle", {"C17 rosso": 2, "C17 giallo": 3}),
    ("2 palline rosse", "anzi verdi", {"C17 rosso": 2}),
    ("2 incenso sandalo e un guanto leva pelo", "aggiungine un altro|anzi 4", {"H06 20pz": 2, "T06": 4}),
    ("2 incenso sandalo e un guanto leva pelo", "il guanto no", {"H06 20pz": 2}),
    ("una candela alla lavanda", "la cannella invece della lavanda", {"H02 180g": 1}),
    ("una candela alla lavanda", "metti quella alla cannella al posto della lavanda", {"H02 180g": 1}),
    ("una candela alla lavanda", "invece della lavanda quella alla cannella", {"H02 180g": 1}),
    ("due shampoo all'avena da 250", "no scusa, invece dello shampoo un guanto leva pelo", {"T06": 1}),
    ("2 lavender candles please", "change the lavender candles with the cinnamon one", {"H02 180g": 2}),
    ("lilin lavender satu", "ganti lilin lavender jadi lilin kayu manis", {"H02 180g": 1}),
    ("fammi vedere i guinzagli", "la seconda|no scusa la terza|M|nero", {"C01 nero M": 1}),
    ("show me leashes", "the cheaper one please|M|black", {"C01 nero M": 1}),
    ("avete trasportini?", "qual è il più economico?|due", {}),
    ("avete i sacchetti igienici?", "quelli da dodici", {}),
    ("cerco una cuccia da esterno", "quello più grande", {"C08 L": 1}),
    ("ada tempat tidur anjing?", "yang paling besar|biru", {"C07 blu XL": 1}),
    ("two lint rollers", "one more|sorry i meant 4|just two", {"H13": 2}),
    ("dua sarung tangan bulu", "tambah satu lagi|eh salah, 5 aja|setengahnya aja", {"T06": 3}),
]
"""What is said first, what follows it, and what is in the cart then."""

NO_FOLLOW_UPS = [
    *(
        "no grazie",
        "no",
        "ok",
        "due guanti",
        "altri prodotti",
        "altri",
        "scusa ma quando arriva",
        "la metà è rotta",
    ),
    *(
        "3",
        "prima di tutto",
        "avete altro?",
        "aggiungi un collare",
        "another question",
        "no 3 di quelle crocchette",
    ),
    *(
        "un altro giorno",
        "non ne voglio altri due",
        "sei gentile",
        "the cheaper shampoo",
        "ancora niente?",
        "basta",
    ),
    *(
        "meno male",
        "lagi apa",
        "sono in due",
        "via Roma 3",
        "no via Roma 3",
        "domani alle 3",
        "more information",
    ),
]


@pytest.mark.parametrize("text", NO_FOLLOW_UPS)
def test_whoever_says_more_is_read_as_a_sentence(text: str) -> None:
    assert followup_in(text) is None


async def test_short_words_change_what_was_said_before(phone: Phone) -> None:
    number = int(phone.number)
    for place, (first, then, wanted) in enumerate(TALKS):
        phone.number = str(number + 1000 * (place + 1))
        await phone.lives()
        for text in (first, *then.split("|")):
            await phone.say(text)
        assert await cart(phone) == wanted, (first, then)


async def cart(phone: Phone) -> dict[str, int]:
    """Pieces by SKU and variant."""
    rows = await phone.rows(
        "select p.sku, l.value ->> 'quantity' as pieces, (select string_agg(v.value, ' ' order by v.key) "
        "from jsonb_each_text(l.value -> 'variant') v) as variant from carts c "
        "cross join lateral jsonb_array_elements(c.lines) l join products p on p.id = (l.value ->> 'product_id')::uuid "
        "where c.conversation_id = $1",
        await phone.conversation(),
    )
    return {" ".join(filter(None, (row["sku"], row["variant"]))): int(row["pieces"]) for row in rows}


async def test_a_thing_is_pointed_at_by_its_price_and_a_number_beyond_the_list_is_how_many(
    phone: Phone,
) -> None:
    shown = await phone.say("avete tiragraffi?")
    assert "11,90 €" in shown.text
    assert "69,90 €" in shown.text
    await phone.say("quello da 12 euro")
    assert await phone.cart() == [("G08", 1, {})]
    await phone.say("togli tutto")
    asked = await phone.say("uno shampoo per cani")
    assert len(asked.choices) == 2
    again = await phone.say("anzi 4")
    assert "4 pezzi" in again.text
    assert again.choices.keys() == asked.choices.keys()
    await phone.say("5")
    size = await phone.say("il secondo")
    await phone.tap(size.choice("250ml"))
    assert [quantity for _, quantity, _ in await phone.cart()] == [5]
    assert "Grazie a te" in (await phone.say("siete stati bravissimi")).text
