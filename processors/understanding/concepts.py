"""Reads a mention as things said: which words belong together, which of them is the noun, what is colour or size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from processors.search.words import content_words, stem
from processors.understanding.numbers import words_of
from processors.understanding.terms import Term, Terms
from processors.understanding.variants import Said, said_in

HEAD_WEIGHT: Final = 1.6
STRONG: Final = 1.0
_WEAK: Final = 0.25

ANIMALS: Final = {
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


class Reader:
    """Reads mentions with one glossary. `head_last` for languages whose noun comes last, as English."""

    def __init__(self, terms: Terms, *, head_last: bool) -> None:
        self._terms = terms
        self._head_last = head_last

    def read(self, plain: Sequence[str]) -> tuple[list[Concept], Said]:
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
            if (known := self._known(words)) is not None:
                term, also = known
                return places, Concept(word=" ".join(words), query=term, also=also, weight=_weight(words))
        place = named[position]
        word = plain[place]
        if place in said.places:
            return (place,), None
        return (place,), Concept(word=word, query=word, also=(), weight=_weight([word]))

    def _known(self, words: Sequence[str]) -> Term | None:
        return self._terms.known(words)

    def _with_head(self, concepts: list[Concept]) -> list[Concept]:
        strong = [i for i, c in enumerate(concepts) if c.weight == STRONG]
        if not strong:
            return concepts
        head = strong[-1 if self._head_last else 0]
        concepts[head] = replace(concepts[head], weight=HEAD_WEIGHT)
        return concepts


def _weight(words: Sequence[str]) -> float:
    weak = all(w in ANIMALS or w in _GENERIC or w.isdigit() for w in words)
    return _WEAK if weak and not any(w in _YOUNG for w in words) else STRONG


def _apart(concepts: Sequence[Concept]) -> list[Concept]:
    """Concepts without the catalogue words that somebody said anyway: in "mangime per canarini" the glossary's
    "mangime" for canaries is no second canary.
    """
    said = {stem(w) for c in concepts for w in c.word.split()}
    return [
        replace(c, also=tuple(w for w in c.also if stem(w) not in said - {stem(v) for v in c.word.split()}))
        for c in concepts
    ]
