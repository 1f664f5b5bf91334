"""Which product a person's words mean, out of what the search found.

The search orders products; here each word is held against each product's name, so that "guinzaglio" is seen to fit
three alike and "guinzaglio in pelle" one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final
from uuid import UUID

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from processors.search.search import Hit
from processors.search.words import content_words, fold, stem, tokens
from processors.understanding.general_words import GENERAL
from processors.understanding.measures import Measure, names_value
from processors.understanding.numbers import words_of
from processors.understanding.variants import Said, colour_value, said_in, size_value, variant_for

Search = Callable[[str], Awaitable[list[Hit]]]
Glossary = Mapping[str, Sequence[str]]

MOST_CANDIDATES: Final = 10
MARGIN: Final = 0.3
"""Two products closer than this fit the words equally well."""

_HEAD, _FIRST_WORD, _WEAK, _COLOUR, _SIZE, _PACK = 1.6, 0.35, 0.25, 0.5, 0.4, 0.5
_DESCRIBED, _TYPO = 0.55, 82.0
_TERM_TYPO, _SHORTEST_TYPO = 88.0, 6
_NAMED_ENOUGH, _WHOLE = 0.5, 0.8

_ANIMALS: Final = {
    word: animal
    for animal, forms in {
        "cane": "cane cani cagnolino cagnolina cagnolini cucciolo cuccioli dog dogs puppy puppies doggy anjing",
        "gatto": "gatto gatta gatti gatte gattino gattini micio mici micia felino cat cats kitten kittens kitty kucing",
    }.items()
    for word in forms.split()
}
_YOUNG: Final = frozenset(words_of("cucciolo cuccioli puppy puppies kitten kittens gattino gattini"))
"""Ages that products are made for; these words name more than the animal."""

_GENERIC: Final = frozenset(
    words_of(
        """
        prodotto prodotti articolo cosa cose roba tipo modello confezione confezioni scatola scatole pacco
        pacchi pezzi pezzo set kit bottiglia flacone bustina bustine sacchetto sacco sacchi busta buste pack
        packs box bag product item thing kind barang bungkus botol casa animali pet profumato profumata
        profumate profumati grande piccolo nuovo nuova originale professionale classico classica
        normale solito solita naturale biologico bio adulto adulti adult
        """
    )
)


@dataclass(frozen=True, kw_only=True)
class Concept:
    """One thing said: words that belong together, the catalogue's words for them, and what to ask the search."""

    word: str
    query: str
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
        self._glossary = _by_key(glossary)
        self._head_last = head_last
        self._found: dict[str, list[Hit]] = {}

    async def find(self, words: str, measures: Sequence[Measure] = ()) -> Resolved:
        """The products that the words fit."""
        plain = [w for w in words.split() if w]
        concepts, said = self._read(plain)
        if not concepts:
            return NOTHING
        hits = await self._hits(" ".join(c.query for c in concepts))
        if said.colour_places:
            # "Muschio bianco" has its colour in the name; "guinzaglio nero" in an attribute.
            known = {hit.product_id for hit in hits}
            hits = hits + [h for h in await self._hits(words) if h.product_id not in known]
        return _chosen(hits, concepts, plain, said, measures)

    def head(self, words: str) -> str:
        """The noun that the other words describe; the words themselves when they have none."""
        concepts, _ = self._read(words.split())
        return max(concepts, key=lambda c: c.weight).word if concepts else words

    def _read(self, plain: Sequence[str]) -> tuple[list[Concept], Said]:
        """What is said, with the head noun heaviest, and what of it is a colour or size."""
        said = said_in(plain)
        named = [i for i, w in enumerate(plain) if i in said.places or content_words(w)]
        found: list[Concept] = []
        position = 0
        while position < len(named):
            places, concept = self._concept_at(plain, named, position, said)
            position += len(places)
            if concept is not None:
                found.append(concept)
                if len(places) > 1 and said.colour_places & set(places):
                    said = Said(size=said.size, size_places=said.size_places)
        return self._with_head(_apart(found)), said

    def _concept_at(
        self, plain: Sequence[str], named: Sequence[int], position: int, said: Said
    ) -> tuple[Sequence[int], Concept | None]:
        for size in (3, 2, 1):
            places = named[position : position + size]
            words = [plain[i] for i in places]
            if len(places) < size or (size == 1 and places[0] in said.places):
                continue
            if known := self._known(words):
                term, also = known
                return places, Concept(word=" ".join(words), query=term, also=also, weight=_weight(words))
        place = named[position]
        word = plain[place]
        if place in said.places:
            return (place,), None
        return (place,), Concept(word=word, query=word, also=(), weight=_weight([word]))

    def _known(self, words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
        for form in _forms(words):
            if form in self._glossary:
                return self._glossary[form]
        return self._misspelt(words)

    def _misspelt(self, words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
        """The glossary's entry for a typo of its term: "fontains" for "fountain"."""
        if len(words[0]) < _SHORTEST_TYPO or any(w in _ANIMALS for w in words):
            return None
        for form in _forms(words):
            match = process.extractOne(form, self._glossary.keys(), scorer=ratio, score_cutoff=_TERM_TYPO)
            if match and match[0][0] == form[0] and match[0].count(" ") == form.count(" "):
                return self._glossary[match[0]]
        return None

    def _with_head(self, concepts: list[Concept]) -> list[Concept]:
        strong = [i for i, c in enumerate(concepts) if c.weight == 1.0]
        if not strong:
            return concepts
        head = strong[-1 if self._head_last else 0]
        concepts[head] = replace(concepts[head], weight=_HEAD)
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
    strong = [(c, cover) for c, cover in covers if c.weight >= 1.0]
    if max((cover for _, cover in strong), default=0.0) < _NAMED_ENOUGH:
        return NOTHING
    head = max(strong, key=lambda pair: pair[0].weight)
    kind_named = head[1] >= _NAMED_ENOUGH or any(_names_kind(c, top[0]) for c, _ in strong)
    return Resolved(
        products=top[:MOST_CANDIDATES],
        clear=len(top) == 1 and kind_named,
        complete=all(cover >= _WHOLE for _, cover in strong),
    )


def _names_kind(concept: Concept, hit: Hit) -> bool:
    """Whether a thing said is the first noun of a name, which says what kind of thing a product is."""
    first = _stems(hit.name)[:1]
    return bool(first) and any(_same(stem(w), first[0]) for w in (*concept.word.split(), *concept.also))


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
    if any(_names_kind(c, hit) for c in concepts):
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


def _weight(words: Sequence[str]) -> float:
    weak = all(w in _ANIMALS or w in _GENERIC or w.isdigit() for w in words)
    return _WEAK if weak and not any(w in _YOUNG for w in words) else 1.0


def _apart(concepts: Sequence[Concept]) -> list[Concept]:
    """Concepts without the catalogue words that somebody said anyway: in "mangime per canarini" the glossary's
    "mangime" for canaries is no second canary.
    """
    said = {stem(w) for c in concepts for w in c.word.split()}
    return [
        replace(c, also=tuple(w for w in c.also if stem(w) not in said - {stem(v) for v in c.word.split()}))
        for c in concepts
    ]


def _forms(words: Sequence[str]) -> Iterable[str]:
    """How a term may be written in a glossary: without its last vowel, as the singular of an English plural, without an
    Indonesian "-nya".
    """
    yield " ".join(map(_key, words))
    last = words[-1]
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("nya", ""), ("ku", "")):
        if last.endswith(ending) and len(last) > len(ending) + 2:
            yield " ".join(map(_key, (*words[:-1], last[: -len(ending)] + instead)))


def _key(word: str) -> str:
    """Singular and plural, masculine and feminine of an Italian word alike; a stem would take in its whole family."""
    return word[:-1] if len(word) > 3 and word[-1] in "aeio" else word


def _by_key(glossary: Glossary) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Keyed term → (what to ask for, catalogue words), so that "profumo" finds what is written for "profumi"."""
    found = {_key(term): (" ".join(words), words) for term, words in GENERAL.items()}
    merchants: dict[str, tuple[str, tuple[str, ...]]] = {}
    for term, expansions in glossary.items():
        key = " ".join(map(_key, tokens(term)))
        words = tuple(dict.fromkeys(w for text in expansions for w in content_words(text)))
        if key and words:
            _, others = merchants.get(key, ("", ()))
            merchants[key] = (fold(term), tuple(dict.fromkeys((*others, *words))))
    return found | merchants


def ids(hits: Iterable[Hit]) -> tuple[UUID, ...]:
    """Their product ids, in order."""
    return tuple(hit.product_id for hit in hits)
