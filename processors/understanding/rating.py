"""How well a product answers to what was said, word by word: its name counts most, then what describes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz.fuzz import ratio

from processors.search.search import Hit
from processors.search.words import content_words, stem, tokens
from processors.understanding.concepts import ANIMALS, Concept
from processors.understanding.measures import Measure, names_value
from processors.understanding.variants import Said, colour_value, size_value

MARGIN: Final = 0.3
"""Two products closer than this fit the words equally well."""

_FIRST_WORD, _COLOUR, _SIZE, _PACK = 0.35, 0.5, 0.4, 0.5
_DESCRIBED, _TYPO = 0.55, 82.0


def names_kind(concept: Concept, hit: Hit) -> bool:
    """Whether a thing said is the first noun of a name, which says what kind of thing a product is."""
    first = _stems(hit.name)[:1]
    return bool(first) and any(_same(stem(w), first[0]) for w in (*concept.word.split(), *concept.also))


def rate(
    hit: Hit, concepts: Sequence[Concept], plain: Sequence[str], said: Said, measures: Sequence[Measure]
) -> float:
    score = sum(c.weight * cover(c, hit) for c in concepts)
    values = [v for group in hit.attributes.values() for v in group]
    name = set(_stems(hit.name))
    if said.colour is not None and (
        colour_value(values, said.colour) or any(stem(plain[i]) in name for i in said.colour_places)
    ):
        score += _COLOUR
    if said.size is not None and size_value(values, said.size):
        score += _SIZE
    score += sum(_PACK for m in measures if any(names_value(m, str(v)) for v in values))
    if any(names_kind(c, hit) for c in concepts):
        score += _FIRST_WORD
    asked = {ANIMALS[w] for c in concepts for w in (*c.word.split(), *c.also) if w in ANIMALS}
    theirs = {ANIMALS[w] for w in tokens(f"{hit.name} {hit.category}") if w in ANIMALS}
    if asked and theirs and not asked & theirs:
        score -= MARGIN + 0.1
    return score


def cover(concept: Concept, hit: Hit) -> float:
    """How well a product answers to one thing said, 0..1."""
    name, rest = _stems(hit.name), _stems(f"{hit.description} {hit.category}")
    said = [_word_cover(w, name, rest) for w in concept.word.split()]
    own = sum(said) / len(said)
    if not concept.also:
        return own
    covers = [_word_cover(w, name, rest) for w in concept.also]
    # The words for one word are mostly synonyms; those for "slow feeder" say together what it is.
    any_counts = 0.6 if " " not in concept.word else 0.4
    return max(own, any_counts * max(covers) + (1 - any_counts) * sum(covers) / len(covers))


def _word_cover(word: str, name: Sequence[str], rest: Sequence[str]) -> float:
    stemmed = stem(word)
    joined = [first + second for first, second in pairwise(name)]
    best = max((_likeness(stemmed, other) for other in (*name, *joined)), default=0.0)
    if best < 1.0 and any(_same(stemmed, other) for other in rest):
        best = max(best, _DESCRIBED)
    return best


def _same(stemmed: str, other: str) -> bool:
    return stemmed == other or _likeness(stemmed, other) > 0


@lru_cache(maxsize=50_000)
def _likeness(stemmed: str, other: str) -> float:
    """1 for equal stems, a little less for what looks like a typo, else 0."""
    if stemmed == other:
        return 1.0
    if min(len(stemmed), len(other)) < 4 or stemmed[0] != other[0]:
        return 0.0
    alike = ratio(stemmed, other)
    return 0.9 * alike / 100 if alike >= _TYPO else 0.0


@lru_cache(maxsize=5_000)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in content_words(text))
