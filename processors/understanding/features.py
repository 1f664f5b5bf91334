"""What the linear model sees of a text: its words, neighbouring words and pieces of words, each as a number.

Pieces of words survive typos and endings. The numbers are places in a table of fixed size, so that no vocabulary
is kept: two features may share a place, which costs little and bounds memory.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterable

from processors.search.words import fold

PLACES = 1 << 15
LONGEST_READ = 600

WORD, PAIR, SKIPPED, PIECE = 1.0, 0.7, 0.3, 0.4
"""How much one feature of each kind weighs; chosen by leaving out one voice of the training data at a time."""

_TOKEN = re.compile(r"[a-z0-9]+|[?!]+|[^\w\s]")


def features(text: str) -> dict[int, float]:
    """Place → weight; a vector of length 1, or empty for an empty text."""
    weights: dict[int, float] = {}
    for name, weight in _named(_tokens(text)):
        place = zlib.crc32(name.encode()) % PLACES
        weights[place] = max(weights.get(place, 0.0), weight)
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {place: weight / length for place, weight in weights.items()}


def _tokens(text: str) -> list[str]:
    return [_plain(token) for token in _TOKEN.findall(fold(text)[:LONGEST_READ])]


def _plain(token: str) -> str:
    """All numbers are alike, and so are "?", "??" and "?!"."""
    if token.isdigit():
        return "0"
    if "?" in token:
        return "?"
    return "!" if "!" in token else token


def _named(tokens: list[str]) -> Iterable[tuple[str, float]]:
    for token in tokens:
        yield f"w{token}", WORD
        yield from ((f"c{piece}", PIECE) for piece in _pieces(token))
    for first, second in zip(["<", *tokens], [*tokens, ">"], strict=True):
        yield f"b{first} {second}", PAIR
    for first, second in zip(tokens, tokens[2:], strict=False):
        yield f"s{first} {second}", SKIPPED


def _pieces(token: str) -> Iterable[str]:
    if len(token) < 3 or not token.isalpha():
        return
    marked = f"<{token}>"
    for size in (3, 4, 5):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]
