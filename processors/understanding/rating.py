"""How well a product answers to what was said, word by word: its name counts most, then what describes it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rapidfuzz.fuzz import ratio

from processors.search.search import Hit
from processors.search.words import content_words, fold, stem, tokens
from processors.understanding.concepts import ANIMALS, Concept
from processors.understanding.measures import Measure, names_value, take_measures
from processors.understanding.terms import key
from processors.understanding.variants import Said, colour_value, size_value

MARGIN: Final = 0.3
"""Two products closer than this fit the words equally well."""

_FIRST_WORD, _COLOUR, _SIZE, _PACK = 0.35, 0.5, 0.4, 0.5
_DESCRIBED, _DESCRIBED_TYPO = 0.55, 0.4
_TYPO, _SHORTEST_TYPO = 82.0, 5


def names_kind(concept: Concept, hit: Hit) -> bool:
    """Whether a thing said is the first noun of a name, which says what kind of thing a product is."""
    first = _words(hit.name)[:1]
    return bool(first) and any(_likeness(w, first[0]) > 0 for w in (*concept.word.split(), *concept.also))


def rate(
    hit: Hit, concepts: Sequence[Concept], plain: Sequence[str], said: Said, measures: Sequence[Measure]
) -> float:
    """Points of a product for everything that was said; only differences between products mean something."""
    score = sum(c.weight * cover(c, hit) for c in concepts)
    values = [v for group in hit.attributes.values() for v in group]
    if said.colour is not None and (
        colour_value(values, said.colour) or names_colour(hit.name, plain, said) is not None
    ):
        score += _COLOUR
    if said.size is not None and size_value(values, said.size):
        score += _SIZE
    score += sum(
        _PACK for m in measures if any(names_value(m, str(v)) for v in values) or _in_name(m, hit.name)
    )
    if any(names_kind(c, hit) for c in concepts):
        score += _FIRST_WORD
    asked = {ANIMALS[w] for c in concepts for w in (*c.word.split(), *c.also) if w in ANIMALS}
    theirs = {ANIMALS[w] for w in tokens(f"{hit.name} {hit.category}") if w in ANIMALS}
    if asked and theirs and not asked & theirs:
        score -= MARGIN + 0.1
    return score


def _in_name(measure: Measure, name: str) -> bool:
    """Whether a product is called by a measure: "Acquario 30 litri"."""
    return measure.amount is not None and any(
        (own.amount, own.unit) == (measure.amount, measure.unit) for own in _measures(name)
    )


@lru_cache(maxsize=5_000)
def _measures(name: str) -> tuple[Measure, ...]:
    return tuple(take_measures(fold(name))[1])


def names_colour(name: str, plain: Sequence[str], said: Said) -> str | None:
    """The word of a product's name that is the colour said: "Muschio Bianco"."""
    own = _words(name)
    spoken = [plain[i] for i in said.colour_places]
    return next((other for other in own for word in spoken if _likeness(word, other) == 1.0), None)


def cover(concept: Concept, hit: Hit) -> float:
    """How well a product answers to one thing said, 0..1."""
    name, rest = _words(hit.name), _words(f"{hit.description} {hit.category}")
    said = [_word_cover(w, name, rest) for w in concept.word.split()]
    own = sum(said) / len(said)
    if not concept.also:
        return own
    covers = [_word_cover(w, name, rest) for w in concept.also]
    # The words for one word are mostly synonyms; those for "slow feeder" say together what it is.
    any_counts = 0.6 if " " not in concept.word else 0.4
    return max(own, any_counts * max(covers) + (1 - any_counts) * sum(covers) / len(covers))


def _word_cover(word: str, name: Sequence[str], rest: Sequence[str]) -> float:
    joined = [first + second for first, second in pairwise(name)]
    best = max((_likeness(word, other) for other in (*name, *joined)), default=0.0)
    if best < _DESCRIBED:
        # What only looks like a word of a description names nothing: "messaggio" is no "massaggiante".
        alike = max((_likeness(word, other) for other in rest), default=0.0)
        best = max(best, _DESCRIBED if alike == 1.0 else alike * _DESCRIBED_TYPO)
    return best


@lru_cache(maxsize=50_000)
def _likeness(word: str, other: str) -> float:
    """1 for forms of one word, a little less for what looks like a typo, else 0."""
    # Plurals do not always share a stem ("lettiera", "lettiere"), so the word without its ending is compared too.
    if word == other or key(word) == key(other) or stem(word) == stem(other):
        return 1.0
    if min(len(word), len(other)) < _SHORTEST_TYPO or word[0] != other[0]:
        return 0.0
    alike = max(ratio(word, other), ratio(stem(word), stem(other)))
    return 0.9 * alike / 100 if alike >= _TYPO else 0.0


@lru_cache(maxsize=5_000)
def _words(text: str) -> tuple[str, ...]:
    return tuple(content_words(text))
