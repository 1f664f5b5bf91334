"""Quantities in running text, in digits and in words."""

from __future__ import annotations

import pytest

from processors.understanding.numbers import NUMBER_WORDS, number_in


@pytest.mark.parametrize(
    ("text", "quantity", "rest"),
    [
        ("20 candele", 20, "candele"),
        ("candele 20", 20, "candele"),
        ("due guinzagli", 2, "guinzagli"),
        ("tre acquari 30 litri", 3, "acquari 30 litri"),
        ("acquario 30 litri", None, "acquario 30 litri"),
        ("acquario 30 litri 4 pezzi", 4, "acquario 30 litri"),
        ("collare antipulci 8 mesi", None, "collare antipulci 8 mesi"),
        ("crocchette 12kg", None, "crocchette 12kg"),
        ("una decina di candele", 10, "candele"),
        ("mezza dozzina di cucce", 6, "cucce"),
        ("un paio di ciotole", 2, "ciotole"),
        ("ventuno pettini", 21, "pettini"),
        ("trentotto pettini", 38, "pettini"),
        ("5 confezioni di umido tonno", 5, "umido tonno"),
        ("twenty five leashes", 25, "leashes"),
        ("a dozen candles", 12, "candles"),
        ("a couple of bowls", 2, "bowls"),
        ("dua belas lilin", 12, "lilin"),
        ("dua puluh lima lilin", 25, "lilin"),
        ("selusin mangkuk", 12, "mangkuk"),
        ("lima buah kalung", 5, "kalung"),
        ("shampoo", None, "shampoo"),
        ("1234567 pezzi", None, "1234567 pezzi"),
        ("", None, ""),
    ],
)
def test_a_quantity_is_found_and_taken_out(text: str, quantity: int | None, rest: str) -> None:
    assert number_in(text) == (quantity, rest)


def test_every_number_up_to_ninety_nine_has_its_word_in_each_language() -> None:
    by_value: dict[int, set[str]] = {}
    for word, value in NUMBER_WORDS.items():
        by_value.setdefault(value, set()).add(word)
    assert {"novantanove", "ninety nine", "sembilan puluh sembilan"} <= by_value[99]
    assert all(len(by_value[n]) >= 3 for n in range(1, 100))
