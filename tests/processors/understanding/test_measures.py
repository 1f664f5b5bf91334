"""Pack sizes, ages and prices are taken out before anything is counted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from processors.understanding.measures import names_value, take_measures


@pytest.mark.parametrize(
    ("text", "kind", "amount", "unit"),
    [
        ("crocchette al salmone 12kg", "pack", "12000", "g"),
        ("profumo da 50 ml", "pack", "50", "ml"),
        ("acqua da 1,5 litri", "pack", "1500", "ml"),
        ("mezzo chilo di premietti", "pack", "500", "g"),
        ("un chilo e mezzo di fieno", "pack", "1500", "g"),
        ("la solita confezione da 12", "pack", "12", ""),
        ("per un gatto di 3 anni", "age", "3", ""),
        ("anak kucing 2 bulan", "age", "2", ""),
        ("buono regalo da 50 euro", "price", "50", ""),
        ("qualcosa sotto i 20€", "price", "20", ""),
        ("€ 35", "price", "35", ""),
    ],
)
def test_what_belongs_to_a_product(text: str, kind: str, amount: str, unit: str) -> None:
    _, [measure] = take_measures(text)
    assert (measure.kind, measure.amount, measure.unit) == (kind, Decimal(amount), unit)


@pytest.mark.parametrize(
    "text", ["due candele", "taglia m", "x3 umido", "2x shampoo", "abito al 3 piano", "una m"]
)
def test_what_counts_stays(text: str) -> None:
    assert take_measures(text) == (text, [])


@pytest.mark.parametrize(
    ("said", "value", "same"),
    [
        ("1,5 litri", "1.5L", True),
        ("0,5 kg", "500g", True),
        ("500 g", "500g", True),
        ("60x90 cm", "60x90", True),
        ("12x85g", "12x85g", True),
        ("da 12", "12kg", True),
        ("50 euro", "50", True),
        ("5 kg", "3kg", False),
        ("50 ml", "50g", False),
        ("30 mesi", "30pz", False),
    ],
)
def test_which_pack_is_meant(said: str, value: str, *, same: bool) -> None:
    _, [measure] = take_measures(said)
    assert names_value(measure, value) is same
