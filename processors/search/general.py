"""Everyday words of a shop, from English and Indonesian into Italian catalogue words.

A merchant's own glossary goes first; these are the words that no merchant should have to write down.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("general.txt")


@lru_cache(maxsize=1)
def general_words() -> dict[str, tuple[str, ...]]:
    """Folded term → the catalogue's words for it. Where a term stands twice, the first line counts."""
    found: dict[str, tuple[str, ...]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            terms, _, words = line.partition(":")
            for term in terms.split(","):
                found.setdefault(term.strip(), tuple(words.split()))
    return found
