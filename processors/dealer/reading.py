"""A dealer's text taken apart: for each clause its verb, the order codes in it, and what it says of the shelf."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from processors.dealer.clauses import clauses
from processors.dealer.stock_words import StockReader, StockTalk
from processors.dealer.words import Verb, verb_of

_CODE = re.compile(
    r"(?<![\w-])(?P<sign>[dD]\s?-?|#|[nN][.°]\s?)?(?P<number>\d{3,7})(?P<part>-\d{1,2})?(?![\w-])"
)

_COURTESIES = ("greeting", "thanks", "help", "yes", "no")
"""Words that come along with news of the shelf: "ciao, finito lo shampoo"."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One clause. `codes` are spelled as orders are: D1042, or D1042-2 for a part."""

    text: str
    verb: Verb | None
    codes: tuple[str, ...]
    stock: StockTalk | None


def read(text: str, is_code: Callable[[str], bool]) -> list[Said]:
    """The clauses of a text. `is_code` knows which orders exist: only then is a bare number a code."""
    shelf = StockReader()
    return [_said(clause, shelf, is_code) for clause in clauses(text)]


def _said(clause: str, shelf: StockReader, is_code: Callable[[str], bool]) -> Said:
    verb = verb_of(clause)
    stock = shelf.read(clause) if verb is None or verb in _COURTESIES else None
    codes = () if stock is not None else _codes(clause, is_code)
    return Said(text=clause, verb=None if stock else verb, codes=codes, stock=stock)


def _codes(clause: str, is_code: Callable[[str], bool]) -> tuple[str, ...]:
    found = []
    for match in _CODE.finditer(clause):
        code = f"D{match['number']}{match['part'] or ''}"
        # A code with its letter is one even if nobody knows it; then the dealer is told so.
        if match["sign"] or is_code(code):
            found.append(code)
    return tuple(dict.fromkeys(found))
