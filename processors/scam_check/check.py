"""The verdict on an advertisement: what was found, and whether somebody should be warned.

A text without signs is not thereby honest, and whoever tells people must say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from processors.scam_check.signs import SignName, rules_met
from processors.scam_check.wording import wording_model
from processors.understanding.features import LONGEST_READ

SUSPICIOUS: Final = 0.6
"""Score from which somebody is warned: a false accusation of an honest shop costs its trust."""

LONGEST: Final = 4096
"""Letters that are read, as many as one message can have."""

MOST_TELLING: Final = 8
"""Ideas that are looked through for the names of tricks; the weaker ones are chance."""

# What the model's strongest ideas are called when no rule has a name for them.
_NAMES: Final[tuple[tuple[frozenset[str], SignName], ...]] = (
    (frozenset({"pay", "charge"}), "fee"),
    (frozenset({"charge", "refund"}), "fee"),
    (frozenset({"pay", "visa"}), "fee"),
    (frozenset({"charge", "hurry"}), "fee"),
    (frozenset({"pay", "locked"}), "unlock"),
    (frozenset({"parcel", "pass_on"}), "parcels"),
    (frozenset({"incoming", "parcel"}), "parcels"),
    (frozenset({"account", "pass_on"}), "mule"),
    (frozenset({"account", "incoming"}), "mule"),
    (frozenset({"account", "lend"}), "lent_name"),
    (frozenset({"lend"}), "lent_name"),
    (frozenset({"account", "secret"}), "bank_access"),
    (frozenset({"secret"}), "bank_access"),
    (frozenset({"instrument"}), "vouchers"),
    (frozenset({"papers", "unmet"}), "documents"),
    (frozenset({"crypto", "pay"}), "returns"),
    (frozenset({"crypto", "riches"}), "returns"),
    (frozenset({"recruit", "riches"}), "pyramid"),
    (frozenset({"pay", "recruit"}), "pyramid"),
    (frozenset({"task"}), "tasks"),
    (frozenset({"unmet"}), "no_interview"),
    (frozenset({"per_day", "riches"}), "too_good"),
    (frozenset({"untrained"}), "too_good"),
    (frozenset({"odd_address"}), "odd_address"),
    (frozenset({"chat"}), "elsewhere"),
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The signs found, the surest first, and how much the whole sounds like a scam (0 is undecided)."""

    signs: tuple[SignName, ...]
    score: float

    @property
    def is_suspicious(self) -> bool:
        """Whether somebody should be warned."""
        return self.score >= SUSPICIOUS


def check(text: str) -> Finding:
    """What an advertisement gives away. A long one is judged by its worst part, as one trick is enough."""
    parts = list(_parts(text[:LONGEST]))
    if not parts:
        return Finding(signs=(), score=wording_model().bias)
    score, worst = max((wording_model().score(part), part) for part in parts)
    signs = [name for part in parts for _, name in rules_met(part)]
    if score >= SUSPICIOUS:
        signs += islice(_named(wording_model().telling(worst)[:MOST_TELLING]), 2)
        signs = signs or ["wording"]
    return Finding(signs=tuple(dict.fromkeys(signs)), score=score)


def _named(ideas: Iterable[str]) -> Iterator[SignName]:
    """The tricks whose ideas are all among the given ones, whether said together or denied in one clause."""
    said = {part for idea in ideas for part in idea.removeprefix("no ").split("+")}
    yield from (name for names, name in _NAMES if names <= said)


def _parts(text: str) -> Iterator[str]:
    """The text by whole words, in parts that the model reads to their ends; line breaks stay, they end clauses."""
    part = ""
    for word in re.findall(r"\S+\s*", text):
        if part and len(part) + len(word) > LONGEST_READ:
            yield part
            part = ""
        part += word
    if part:
        yield part
