"""Amounts in one form, so that "2 kg", "2kg" and "2000 g" are one word: in a product's text as in a question."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from processors.search.words import content_words, fold
from processors.understanding.measures import UNITS

_ALL: Final = {
    **UNITS,
    **dict.fromkeys(["pezzi", "pieces", "pcs", "pc", "potong", "buah", "lembar"], ("pz", Decimal(1))),
    **dict.fromkeys(["v", "volt", "volts"], ("v", Decimal(1))),
    **dict.fromkeys(["w", "watt", "watts"], ("w", Decimal(1))),
}
_SHORTEST = 3
"""Letters that a unit has at least behind a word: "half g" says nothing."""

_HALVES = "mezzo|mezza|half a|half|setengah"
_NAMES = "|".join(sorted(_ALL, key=len, reverse=True))
_LONG_NAMES = "|".join(name for name in sorted(_ALL, key=len, reverse=True) if len(name) >= _SHORTEST)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<number>\d+(?:[.,]\d+)?)[ -]?(?P<unit>{_NAMES})|(?:{_HALVES})\s(?P<halved>{_LONG_NAMES}))\b"
)
_SIDES = re.compile(r"(?<!\w)(\d+)\s?[x×]\s?(\d+)(?:\s?cm)?(?!\w)")
_ONE_FORM = re.compile(rf"\d+(?:p\d+)?(?:{'|'.join(sorted({base for base, _ in _ALL.values()}))})")


def search_words(text: str) -> list[str]:
    """The words that may name a product, amounts in their one form: "crocchette 1,5 kg" → crocchette, 1500g."""
    return content_words(_AMOUNT.sub(_one_form, _SIDES.sub(r"\1x\2", fold(text))))


def indexed_words(text: str) -> list[str]:
    """The words of a product's text: as they stand, and amounts in their one form too."""
    found = content_words(text)
    return [*found, *(word for word in search_words(text) if word not in found)]


def is_amount(word: str) -> bool:
    """Whether a word is an amount in its one form, which resembles no other amount however alike they look."""
    return _ONE_FORM.fullmatch(word) is not None


def _one_form(said: re.Match[str]) -> str:
    unit, factor = _ALL[said["unit"] or said["halved"]]
    number = Decimal(said["number"].replace(",", ".")) if said["number"] else Decimal("0.5")
    # A point would part the word.
    plain = f"{(number * factor).normalize():f}".replace(".", "p")
    # "Da 60" means sixty pieces as well.
    return f" {plain}{unit} {plain} " if unit == "pz" else f" {plain}{unit} "
