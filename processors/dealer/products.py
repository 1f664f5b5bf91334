"""Which product a dealer means by a few words. A change of the shelf is never guessed: in doubt it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from processors.dealer.talk import Talk
from processors.search.search import Hit
from processors.search.words import content_words, stem

MOST_CHOICES = 10
FUZZY_FROM = 5
"""Letters a word needs before one wrong letter is forgiven."""

Alternatives = list[list[str]]
"""Ways to say one thing: each is a list of words that belong together."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """`hits` is empty when nothing fits. `sure` says that every word fits each of them."""

    hits: tuple[Hit, ...]
    sure: bool

    @property
    def only(self) -> Hit | None:
        """The product, when there is no doubt."""
        return self.hits[0] if self.sure and len(self.hits) == 1 else None


NOTHING = Found(hits=(), sure=False)


async def identify(talk: Talk, words: str) -> Found:
    """The products that these words may mean, among what the dealer lists, else among all of the business."""
    found = await _identify(talk, words, own=True)
    return found if found.sure else _better(found, await _identify(talk, words, own=False))


def _better(own: Found, everywhere: Found) -> Found:
    """What fits exactly wins over what fits half; between equals what the dealer lists."""
    return everywhere if everywhere.sure or not own.hits else own


async def _identify(talk: Talk, words: str, *, own: bool) -> Found:
    search = talk.services.search
    business_id = talk.turn.business.id
    hits = await search.find(
        business_id,
        words,
        limit=MOST_CHOICES,
        dealer_id=talk.dealer.id if own else None,
        language=talk.language,
    )
    hits = [hit for hit in hits if not hit.foreign]
    asked = meanings(content_words(words), await search.glossary(business_id))
    if not hits or not asked:
        return NOTHING
    for describe in (_name, _everything):
        fitting = [hit for hit in hits if all(_fits(m, describe(hit)) for m in asked)]
        if fitting:
            return Found(hits=_named_exactly(fitting, asked) or tuple(fitting), sure=True)
    return _closest(hits, asked)


def meanings(words: Sequence[str], glossary: Mapping[str, Sequence[str]]) -> list[Alternatives]:
    """Each thing that was said, with the catalogue's words for it: "dog bed" is one thing, and a "cuccia"."""
    found: list[Alternatives] = []
    position = 0
    while position < len(words):
        size = next(
            (
                n
                for n in (3, 2)
                if " ".join(words[position : position + n]) in glossary and position + n <= len(words)
            ),
            1,
        )
        term = words[position : position + size]
        expansions = (content_words(text) for text in glossary.get(" ".join(term), ()))
        found.append([list(term), *(words for words in expansions if words)])
        position += size
    return found


def _fits(alternatives: Alternatives, described: Sequence[str]) -> bool:
    return any(all(_among(word, described) for word in words) for words in alternatives)


def _among(word: str, described: Sequence[str]) -> bool:
    return any(_same(word, other) for other in described)


def _same(word: str, other: str) -> bool:
    """The same word in another form ("cucce", "cuccia"), or with one slip in a long word."""
    if word == other or stem(word) == stem(other):
        return True
    if word.isdigit() or other.isdigit() or min(len(word), len(other)) < FUZZY_FROM:
        return False
    return Levenshtein.distance(word, other, score_cutoff=1) <= 1 or stem(word)[:-1] == stem(other)[:-1]


def _name(hit: Hit) -> list[str]:
    return content_words(hit.name)


def _everything(hit: Hit) -> list[str]:
    variants = " ".join(" ".join(values) for values in hit.attributes.values())
    return content_words(f"{hit.name} {hit.sku} {hit.category} {hit.description} {variants}")


def _named_exactly(hits: Sequence[Hit], asked: Sequence[Alternatives]) -> tuple[Hit, ...]:
    """The hits whose whole name was said, when there are such."""
    return tuple(
        hit
        for hit in hits
        if all(any(_among(word, way) for meaning in asked for way in meaning) for word in _name(hit))
    )


def _closest(hits: Sequence[Hit], asked: Sequence[Alternatives]) -> Found:
    """What fits most of the words; to be asked about."""
    fit = [sum(_fits(m, _name(hit)) for m in asked) for hit in hits]
    best = max(fit)
    closest = [hit for hit, n in zip(hits, fit, strict=True) if n == best]
    return Found(hits=tuple(closest[:MOST_CHOICES] if best else closest[:3]), sure=False)
