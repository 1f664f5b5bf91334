"""Which product a person's words mean, out of what the search found.

The search orders products; here each word is held against each product's name, so that "guinzaglio" is seen to fit
three alike and "guinzaglio in pelle" one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final
from uuid import UUID

from rapidfuzz.fuzz import ratio

from processors.search.search import Hit
from processors.search.words import content_words, fold, stem, tokens
from processors.understanding.measures import Measure, names_value
from processors.understanding.numbers import words_of
from processors.understanding.variants import Said, colour_value, said_in, size_value, variant_for

Search = Callable[[str], Awaitable[list[Hit]]]
Glossary = Mapping[str, Sequence[str]]

MOST_CANDIDATES: Final = 10
MARGIN: Final = 0.3
"""Two products closer than this fit the words equally well."""

_HEAD, _FIRST_WORD, _WEAK, _COLOUR, _SIZE, _PACK = 1.6, 0.25, 0.25, 0.5, 0.4, 0.5
_DESCRIBED, _TYPO = 0.55, 82.0
_NAMED_ENOUGH = 0.5

_ANIMALS: Final = {
    word: animal
    for animal, forms in {
        "cane": "cane cani cagnolino cagnolina cagnolini cucciolo cuccioli dog dogs puppy puppies doggy anjing",
        "gatto": "gatto gatta gatti gatte gattino gattini micio mici micia felino cat cats kitten kittens kitty kucing",
    }.items()
    for word in forms.split()
}
_GENERIC: Final = frozenset(
    words_of(
        """
        prodotto prodotti articolo cosa cose roba tipo modello confezione confezioni scatola scatole pacco
        pacchi pezzi pezzo set kit bottiglia flacone bustina bustine sacchetto sacco sacchi busta buste pack
        packs box bag product item thing kind barang bungkus botol casa animali pet profumato profumata
        profumate profumati buono buona grande piccolo nuovo nuova originale professionale classico classica
        normale solito solita naturale biologico bio adulto adulti adult
        """
    )
)


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One thing said: a word or words that belong together, and the catalogue's words for it."""

    word: str
    also: tuple[str, ...]
    weight: float


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """`products` best first. `clear`: exactly one fits and its kind was named. `complete`: every word was found in
    its name.
    """

    products: tuple[Hit, ...]
    clear: bool
    complete: bool


NOTHING: Final = Resolved(products=(), clear=False, complete=False)


class Resolver:
    """Resolves the mentions of one message; equal questions to the search are asked once."""

    def __init__(self, search: Search, glossary: Glossary, *, head_last: bool) -> None:
        self._search = search
        self._glossary = _by_stem(glossary)
        self._head_last = head_last
        self._found: dict[str, list[Hit]] = {}

    async def find(self, words: str, measures: Sequence[Measure] = ()) -> Resolved:
        """The products that the words fit."""
        plain = [w for w in words.split() if w]
        said = said_in(plain)
        concepts = self.concepts(plain, said)
        if not concepts:
            return NOTHING
        hits = await self._hits(" ".join(c.word for c in concepts))
        if said.colour_places:
            # "Muschio bianco" has its colour in the name; "guinzaglio nero" in an attribute.
            known = {hit.product_id for hit in hits}
            hits = hits + [h for h in await self._hits(words) if h.product_id not in known]
        return _chosen(hits, concepts, plain, said, measures)

    def concepts(self, plain: Sequence[str], said: Said) -> list[Concept]:
        """What is said, with the head noun heaviest."""
        named = [w for i, w in enumerate(plain) if i not in said.places]
        words = content_words(" ".join(named))
        found: list[Concept] = []
        position = 0
        while position < len(words):
            size, also = self._known(words, position)
            word = " ".join(words[position : position + size])
            found.append(Concept(word=word, also=also, weight=_weight(word)))
            position += size
        return self._with_head(found)

    def _known(self, words: Sequence[str], position: int) -> tuple[int, tuple[str, ...]]:
        for size in (3, 2, 1):
            if position + size <= len(words):
                term = " ".join(stem(w) for w in words[position : position + size])
                if term in self._glossary:
                    return size, self._glossary[term]
        return 1, ()

    def _with_head(self, concepts: list[Concept]) -> list[Concept]:
        strong = [i for i, c in enumerate(concepts) if c.weight == 1.0]
        if not strong:
            return concepts
        head = strong[-1 if self._head_last else 0]
        chosen = concepts[head]
        concepts[head] = Concept(word=chosen.word, also=chosen.also, weight=_HEAD)
        return concepts

    async def _hits(self, query: str) -> list[Hit]:
        if query not in self._found:
            self._found[query] = [hit for hit in await self._search(query) if not hit.foreign]
        return self._found[query]


def variant_of(hit: Hit, words: str, measures: Sequence[Measure]) -> dict[str, str]:
    """The variant of a product that the words name; colours in its own name are part of the name."""
    named = {stem(w) for w in content_words(hit.name)}
    plain = words.split()
    said = said_in(plain)
    in_name = said.colour_places and all(stem(plain[i]) in named for i in said.colour_places)
    if in_name:
        said = Said(size=said.size, size_places=said.size_places)
    free = [w for w in plain if stem(w) not in named]
    return variant_for(hit.attributes, said, measures, free)


def _chosen(
    hits: Sequence[Hit],
    concepts: Sequence[Concept],
    plain: Sequence[str],
    said: Said,
    measures: Sequence[Measure],
) -> Resolved:
    rated = sorted(
        ((_rate(hit, concepts, plain, said, measures), -place) for place, hit in enumerate(hits)),
        reverse=True,
    )
    if not rated or rated[0][0] <= 0:
        return NOTHING
    best = rated[0][0]
    top = tuple(hits[-place] for score, place in rated if score > best - MARGIN)
    covers = [(c, _cover(c, top[0])) for c in concepts]
    strong = [(c, cover) for c, cover in covers if c.weight >= 1.0] or covers
    if max(cover for _, cover in strong) < _NAMED_ENOUGH:
        return NOTHING
    head = max(strong, key=lambda pair: pair[0].weight)
    return Resolved(
        products=top[:MOST_CANDIDATES],
        clear=len(top) == 1 and head[1] >= _NAMED_ENOUGH,
        complete=all(cover >= 0.8 for _, cover in strong),
    )


def _rate(
    hit: Hit, concepts: Sequence[Concept], plain: Sequence[str], said: Said, measures: Sequence[Measure]
) -> float:
    score = sum(c.weight * _cover(c, hit) for c in concepts)
    values = [v for group in hit.attributes.values() for v in group]
    name = set(_stems(hit.name))
    if said.colour is not None and (
        colour_value(values, said.colour) or any(stem(plain[i]) in name for i in said.colour_places)
    ):
        score += _COLOUR
    if said.size is not None and size_value(values, said.size):
        score += _SIZE
    score += sum(_PACK for m in measures if any(names_value(m, str(v)) for v in values))
    head = max(concepts, key=lambda c: c.weight)
    first = _stems(hit.name)[:1]
    if first and any(_same(stem(w), first[0]) for w in (*head.word.split(), *head.also)):
        score += _FIRST_WORD
    asked = {_ANIMALS[w] for c in concepts for w in (*c.word.split(), *c.also) if w in _ANIMALS}
    theirs = {_ANIMALS[w] for w in tokens(f"{hit.name} {hit.category}") if w in _ANIMALS}
    if asked and theirs and not asked & theirs:
        score -= MARGIN + 0.1
    return score


def _cover(concept: Concept, hit: Hit) -> float:
    """How well a product answers to one thing said, 0..1."""
    name, rest = _stems(hit.name), _stems(f"{hit.description} {hit.category}")
    said = [_word_cover(w, name, rest) for w in concept.word.split()]
    own = sum(said) / len(said)
    if not concept.also:
        return own
    covers = [_word_cover(w, name, rest) for w in concept.also]
    return max(own, 0.4 * max(covers) + 0.6 * sum(covers) / len(covers))


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


def _weight(word: str) -> float:
    parts = word.split()
    weak = all(w in _ANIMALS or w in _GENERIC or w.isdigit() for w in parts)
    return _WEAK if weak else 1.0


def _by_stem(glossary: Glossary) -> dict[str, tuple[str, ...]]:
    """Terms by their stems, so that "profumo" finds what is written for "profumi"."""
    found: dict[str, tuple[str, ...]] = {}
    for term, expansions in glossary.items():
        key = " ".join(stem(w) for w in tokens(term))
        words = tuple(dict.fromkeys(w for text in expansions for w in content_words(text)))
        if key and (key not in found or term == fold(term)):
            found[key] = tuple(dict.fromkeys((*found.get(key, ()), *words)))
    return found


def ids(hits: Iterable[Hit]) -> tuple[UUID, ...]:
    """Their product ids, in order."""
    return tuple(hit.product_id for hit in hits)
