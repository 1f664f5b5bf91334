"""Amounts that belong to a product and count nothing: "12kg", "da 500 ml", "60x90", "di 3 anni", "20 euro".

They are taken out of a text before quantities are looked for, so that a pack size is never ordered twelve times.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from processors.understanding.numbers import NUMBER_WORDS

Kind = Literal["pack", "age", "price"]

MARK: Final = "§"
"""Stands in the text for a measure; its number follows."""

UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    **dict.fromkeys(
        ["kg", "kgs", "kili", "chili", "chilo", "kilo", "kilos", "kilogrammi", "kilogram"],
        ("g", Decimal(1000)),
    ),
    **dict.fromkeys(["g", "gr", "grm", "grammi", "grammo", "gram", "grams"], ("g", Decimal(1))),
    **dict.fromkeys(["etto", "etti", "hg", "ons"], ("g", Decimal(100))),
    **dict.fromkeys(["ml", "millilitri", "mililiter"], ("ml", Decimal(1))),
    **dict.fromkeys(["cl"], ("ml", Decimal(10))),
    **dict.fromkeys(
        ["l", "lt", "ltr", "litro", "litri", "liter", "liters", "litre", "litres"], ("ml", Decimal(1000))
    ),
    **dict.fromkeys(["cm", "centimetri", "centimeter"], ("cm", Decimal(1))),
    **dict.fromkeys(
        ["m", "mt", "metro", "metri", "meter", "meters", "metre", "metres"], ("cm", Decimal(100))
    ),
    **dict.fromkeys(["mm", "millimetri"], ("cm", Decimal("0.1"))),
    **dict.fromkeys(["pz", "pzz"], ("pz", Decimal(1))),
}
_AGES = (
    "anni anno mesi mese settimane settimana years year yrs yr yo months month mos weeks bulan tahun minggu"
)
_PRICES = "euro euri eur € usd dollari dollars rupiah rp idr rb ribu k"
_WORD_NUMBERS = {word: Decimal(n) for word, n in NUMBER_WORDS.items() if n and " " not in word}
_WORD_NUMBERS |= dict.fromkeys(("mezzo", "mezza", "half", "setengah"), Decimal("0.5"))
_WORD_NUMBERS |= dict.fromkeys(("a", "nu", "na", "nou"), Decimal(1)) | dict.fromkeys(
    ("do", "du", "dui"), Decimal(2)
)

_NUMBER = r"\d+(?:[.,]\d+)?"
_WORDED = "|".join(sorted(_WORD_NUMBERS, key=len, reverse=True))
_LEAD = r"(?:\b(?:da|di|from|of|isi|formato|ukuran|confezione da|pack of|taglia|size|a|per)\s+)?"
# Short or doubtful units count only behind digits: "una m" is a size.
_SHORT = {"m", "l", "g", "k", "a", "h", "mt", "gr", "rp"}
_LONG_UNITS = "|".join(sorted((u for u in UNITS if u not in _SHORT), key=len, reverse=True))
_ALL_UNITS = "|".join(sorted(UNITS, key=len, reverse=True))
_MEASURE = re.compile(
    rf"(?P<dims>\b\d+\s?[x×]\s?\d+(?:\s?[x×]\s?\d+)?(?:\s?(?:cm|g|gr|ml|mm)\b)?)"
    rf"|(?P<symbol>(?:€|\$|\brp\.?)\s?{_NUMBER}(?:\s?(?:rb|ribu|k)\b)?)"
    rf"|{_LEAD}(?<![\w§])(?P<number>{_NUMBER})\s?(?P<unit>(?:{_ALL_UNITS})\b|(?:{_AGES.replace(' ', '|')})\b"
    rf"|(?:{_PRICES.replace(' ', '|')})(?!\w))"
    rf"|{_LEAD}\b(?P<word>{_WORDED})\s(?P<word_unit>(?:{_LONG_UNITS}|{_AGES.replace(' ', '|')}|euro|euri)\b)"
    rf"(?P<half>\s+e\s+mezzo)?"
    rf"|\b(?:da|from|isi|formato|pack of|confezione da)\s+(?P<bare>\d+)\b(?!\s?[a-z]*\s*(?:€|euro))"
)


@dataclass(frozen=True)
class Measure:
    """`amount` in base units (g, ml, cm, pz) or plain; `words` as the customer wrote it."""

    kind: Kind
    words: str
    amount: Decimal | None
    unit: str
    count: int = 1
    """For "2x500ml": how many packs that may mean."""


def take_measures(folded: str) -> tuple[str, list[Measure]]:
    """The text with a mark in place of each measure, and the measures in order."""
    found: list[Measure] = []

    def replaced(match: re.Match[str]) -> str:
        measure = _measure(match)
        if measure is None:
            return match[0]
        found.append(measure)
        return f" {MARK}{len(found) - 1} "

    return _MEASURE.sub(replaced, folded), found


def value_measure(value: str) -> tuple[Decimal, str] | None:
    """A catalogue value like "1.5L" or "28pz" as an amount in base units; plain numbers have no unit."""
    match = re.fullmatch(rf"({_NUMBER})\s?([a-z]*)", value.casefold().strip())
    if match is None:
        return None
    amount = Decimal(match[1].replace(",", "."))
    if not match[2]:
        return amount, ""
    if match[2] not in UNITS:
        return None
    unit, factor = UNITS[match[2]]
    return amount * factor, unit


def names_value(measure: Measure, value: str) -> bool:
    """Whether a measure is what a catalogue value says: "500 g" and "0,5 kg" are one pack."""
    compact = "".join(measure.words.split()).replace("×", "x")
    if compact == "".join(value.casefold().split()):
        return True
    parsed = value_measure(value)
    if parsed is None or measure.amount is None:
        # "60x90 cm" names "60x90".
        return compact.rstrip("cm") == value.casefold() and bool(compact)
    amount, unit = parsed
    if not measure.unit and measure.kind == "pack":
        # "Da 12" says the number that stands on the pack.
        return _decimal(value) == measure.amount
    if measure.kind == "price":
        return unit == "" and amount == measure.amount
    return amount == measure.amount and unit == measure.unit


def _measure(match: re.Match[str]) -> Measure | None:
    if dims := match["dims"]:
        return _dimensions(dims)
    if symbol := match["symbol"]:
        return Measure("price", symbol, _decimal(symbol), "")
    if bare := match["bare"]:
        return Measure("pack", bare, Decimal(bare), "")
    word = match["word"]
    amount = _WORD_NUMBERS[word] if word else _decimal(match["number"])
    if amount is None:
        return None
    if match["half"]:
        amount += Decimal("0.5")
    name = match["word_unit"] if word else match["unit"]
    words = f"{word or match['number']}{name}"
    if name in _AGES.split():
        return Measure("age", words, amount, "")
    if name in _PRICES.split():
        return Measure("price", words, amount, "")
    unit, factor = UNITS[name]
    return Measure("pack", words, amount * factor, unit)


def _dimensions(dims: str) -> Measure | None:
    numbers = re.findall(r"\d+", dims)
    unit = re.search(r"(cm|g|gr|ml|mm)$", dims)
    if unit and len(numbers) == 2 and unit[1] != "cm" and unit[1] != "mm":
        amount = Decimal(numbers[1]) * UNITS[unit[1]][1]
        return Measure("pack", "".join(dims.split()), amount, UNITS[unit[1]][0], count=int(numbers[0]))
    if min(map(int, numbers)) < 10:
        return None
    return Measure("pack", "".join(dims.split()), None, "")


def _decimal(text: str) -> Decimal | None:
    match = re.search(_NUMBER, text)
    return Decimal(match[0].replace(",", ".")) if match else None
