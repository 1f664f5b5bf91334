"""Vectors without a model: character n-grams hashed into 512 places.

Typos and inflections share most of their n-grams, so this finds `croccette` where words don't. It needs no
network, which makes it the default of the development stack and the way out when the model is down.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Sequence

from processors.search.amounts import indexed_words, is_amount

MODEL = "hash-512"
DIMENSIONS = 512
SHORTEST, LONGEST = 3, 5
AMOUNT_GRAMS = 14
"""An amount is one thing and has no parts, but counts about as much as a short word."""


def embed(text: str) -> list[float]:
    """The unit vector of a text; all zeros but one place for a text without words."""
    return embed_words(indexed_words(text))


def embed_meanings(meanings: Sequence[Iterable[str]], weights: Sequence[float] | None = None) -> list[float]:
    """The unit vector of things that weigh alike, or as given, however many words the glossary knows for each."""
    vectors = [embed_words(words) for words in meanings]
    each = weights or [1.0] * len(vectors)
    return _unit(
        [sum(w * v for w, v in zip(each, places, strict=True)) for places in zip(*vectors, strict=True)]
        or [0.0] * DIMENSIONS
    )


def embed_words(words: Iterable[str]) -> list[float]:
    """The vector of words that were folded and chosen already."""
    counts: dict[int, float] = {}
    for word in words:
        for gram in _grams(word):
            digest = zlib.crc32(gram.encode())
            sign = 1.0 if digest & 0x8000_0000 else -1.0
            place = digest % DIMENSIONS
            counts[place] = counts.get(place, 0.0) + sign
    vector = [0.0] * DIMENSIONS
    for place, count in counts.items():
        # Repeated n-grams count less and less, else a long description drowns its nouns.
        vector[place] = math.copysign(math.sqrt(abs(count)), count)
    return _unit(vector)


def _unit(vector: list[float]) -> list[float]:
    length = math.sqrt(sum(v * v for v in vector))
    if length == 0.0:
        # A zero vector has no direction and pgvector's cosine of it is NaN.
        return [1.0, *vector[1:]]
    return [round(v / length, 5) for v in vector]


def _grams(word: str) -> Iterable[str]:
    marked = f"<{word}>"
    if is_amount(word):
        yield from (f"{marked}{place}" for place in range(AMOUNT_GRAMS))
        return
    for size in range(SHORTEST, LONGEST + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]
    if len(word) <= 2:
        yield marked
