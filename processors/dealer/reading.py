"""A dealer's text taken apart: for each clause its verb, the order codes in it, and what it says of the shelf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from processors.dealer.stock_words import StockReader, StockTalk
from processors.dealer.words import Verb, verb_of
from processors.partners.clauses import Clause, clauses, codes_in

_COURTESIES = ("greeting", "thanks", "help", "yes", "no")
"""Words that come along with news of the shelf: "ciao, finito lo shampoo"."""


@dataclass(frozen=True, kw_only=True)
class Said(Clause):
    """One clause of a dealer."""

    verb: Verb | None
    stock: StockTalk | None


def read(text: str, is_code: Callable[[str], bool]) -> list[Said]:
    """The clauses of a text. `is_code` knows which orders exist: only then is a bare number a code."""
    shelf = StockReader()
    return [_said(clause, shelf, is_code) for clause in clauses(text)]


def _said(clause: str, shelf: StockReader, is_code: Callable[[str], bool]) -> Said:
    verb = verb_of(clause)
    stock = shelf.read(clause) if verb is None or verb in _COURTESIES else None
    codes = () if stock is not None else codes_in(clause, is_code)
    return Said(text=clause, verb=None if stock else verb, codes=codes, stock=stock)
