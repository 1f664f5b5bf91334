"""Which product a person's words mean, out of what the search found.

The search orders products; here each word is held against each product's name, so that "guinzaglio" is seen to fit
three alike and "guinzaglio in pelle" one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from processors.search.search import Hit
from processors.search.words import content_words
from processors.understanding.concepts import STRONG, Concept, Reader
from processors.understanding.measures import Measure
from processors.understanding.rating import MARGIN, cover, names_colour, names_kind, rate
from processors.understanding.terms import Glossary, Terms, key
from processors.understanding.variants import Said, said_in, variant_for

Search = Callable[[str], Awaitable[list[Hit]]]

MOST_CANDIDATES: Final = 10
_NAMED_ENOUGH, _WHOLE = 0.5, 0.8


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
        self._reader = Reader(Terms(glossary), head_last=head_last)
        self._found: dict[str, list[Hit]] = {}

    async def find(self, words: str, measures: Sequence[Measure] = ()) -> Resolved:
        """The products that the words fit."""
        plain = [w for w in words.split() if w]
        concepts, said = self._reader.read(plain)
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
        concepts, _ = self._reader.read(words.split())
        return max(concepts, key=lambda c: c.weight).word if concepts else words

    async def _hits(self, query: str) -> list[Hit]:
        if query not in self._found:
            self._found[query] = [hit for hit in await self._search(query) if not hit.foreign]
        return self._found[query]


def variant_of(hit: Hit, words: str, measures: Sequence[Measure]) -> dict[str, str]:
    """The variant of a product that the words name; colours in its own name are part of the name."""
    named = {key(w) for w in content_words(hit.name)}
    plain = words.split()
    said = said_in(plain)
    if names_colour(hit.name, plain, said) is not None:
        said = Said(size=said.size, size_places=said.size_places)
    free = [w for w in plain if key(w) not in named]
    return variant_for(hit.attributes, said, measures, free)


def _chosen(
    hits: Sequence[Hit],
    concepts: Sequence[Concept],
    plain: Sequence[str],
    said: Said,
    measures: Sequence[Measure],
) -> Resolved:
    rated = sorted(
        ((rate(hit, concepts, plain, said, measures), -place) for place, hit in enumerate(hits)),
        reverse=True,
    )
    if not rated or rated[0][0] <= 0:
        return NOTHING
    best = rated[0][0]
    top = tuple(hits[-place] for score, place in rated if score > best - MARGIN)
    strong = [(c, cover(c, top[0])) for c in concepts if c.weight >= STRONG]
    if max((share for _, share in strong), default=0.0) < _NAMED_ENOUGH:
        return NOTHING
    head = max(strong, key=lambda pair: pair[0].weight)
    kind_named = head[1] >= _NAMED_ENOUGH or any(names_kind(c, top[0]) for c, _ in strong)
    return Resolved(
        products=top[:MOST_CANDIDATES],
        clear=len(top) == 1 and kind_named,
        complete=all(share >= _WHOLE for _, share in strong),
    )


def ids(hits: Iterable[Hit]) -> tuple[UUID, ...]:
    """Their product ids, in order."""
    return tuple(hit.product_id for hit in hits)
