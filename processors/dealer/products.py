"""Which product a dealer means by a few words. A change of the shelf is never guessed: in doubt it is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz.distance import Levenshtein

from processors.dealer.talk import Talk
from processors.reads import rows
from processors.search.search import Hit
from processors.search.words import content_words, stem

MOST_CHOICES = 10
"""Rows of a WhatsApp list."""

FUZZY_FROM = 5
"""Letters a word needs before one wrong letter is forgiven."""

Glossary = Mapping[str, Sequence[str]]
Meaning = list[list[str]]
"""Ways to say one thing: each is a list of words that belong together."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """One that may be meant."""

    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class Found:
    """`products` is empty when nothing fits.

    `sure` says that every word names each of them; else some word fits the description, a variant, or nothing.
    `of_variant` says that a size or colour was named, of which the shelf keeps no count of its own.
    """

    products: tuple[Product, ...]
    sure: bool
    of_variant: bool = False

    @property
    def only(self) -> Product | None:
        """The product, when there is no doubt."""
        return self.products[0] if self.sure and len(self.products) == 1 else None


NOTHING = Found(products=(), sure=False)


async def identify(talk: Talk, words: str) -> Found:
    """The products that these words may mean: those the dealer lists before the others of the business.

    Raises StorageError.
    """
    if by_sku := await _by_sku(talk, words):
        return Found(products=by_sku, sure=True)
    own = await _by_words(talk, words, dealer_id=talk.dealer.id)
    if own.sure:
        return own
    # What fits exactly elsewhere wins over what fits half on the dealer's own shelf.
    everywhere = await _by_words(talk, words, dealer_id=None)
    return everywhere if everywhere.sure or not own.products else own


async def _by_sku(talk: Talk, words: str) -> tuple[Product, ...]:
    if " " in words or not any(c.isdigit() for c in words):
        return ()
    table = talk.services.store.client.table("products")
    query = table.select("id,name").eq("business_id", str(talk.turn.business.id)).eq("active", True)
    return tuple(
        Product(id=UUID(row["id"]), name=row["name"]) for row in await rows(query.eq("sku", words.upper()))
    )


async def _by_words(talk: Talk, words: str, *, dealer_id: UUID | None) -> Found:
    search, business_id = talk.services.search, talk.turn.business.id
    glossary = await search.glossary(business_id)
    said = singulars(content_words(words), glossary)
    hits = await search.find(
        business_id, " ".join(said), limit=MOST_CHOICES, dealer_id=dealer_id, language=talk.language
    )
    asked = meanings(said, glossary)
    return choose([hit for hit in hits if not hit.foreign], asked)


def choose(hits: Sequence[Hit], asked: Sequence[Meaning]) -> Found:
    """The hits that fit what was asked best."""
    if not hits or not asked:
        return NOTHING
    if named := [hit for hit in hits if all_fit(asked, _named(hit))]:
        return _found(_whole_name(named, asked) or named, sure=True)
    if described := [hit for hit in hits if all_fit(asked, _described(hit))]:
        variant = any(not all_fit(asked, _named(hit) + content_words(hit.description)) for hit in described)
        return _found(described, sure=False, of_variant=variant)
    fit = [sum(_fits(meaning, _named(hit)) for meaning in asked) for hit in hits]
    closest = [hit for hit, n in zip(hits, fit, strict=True) if n == max(fit)]
    return _found(closest if max(fit) else closest[:3], sure=False)


def _found(hits: Sequence[Hit], *, sure: bool, of_variant: bool = False) -> Found:
    products = tuple(Product(id=hit.product_id, name=hit.name) for hit in hits)
    return Found(products=products, sure=sure, of_variant=of_variant)


def singulars(words: Sequence[str], glossary: Glossary) -> list[str]:
    """English plurals as the glossary knows them: "dog beds" is in it as "dog bed"."""
    known = {word for term in glossary for word in term.split()}
    return [next((form for form in _forms(word) if form in known), word) for word in words]


def _forms(word: str) -> tuple[str, ...]:
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y")
    return forms if word.endswith("s") and len(word) > 3 else (word,)


def meanings(words: Sequence[str], glossary: Glossary) -> list[Meaning]:
    """Each thing that was said, with the catalogue's words for it: "dog bed" is one thing, and a "cuccia"."""
    found: list[Meaning] = []
    position = 0
    while position < len(words):
        phrases = (words[position : position + size] for size in (3, 2))
        phrase = next((p for p in phrases if " ".join(p) in glossary), words[position : position + 1])
        expansions = (content_words(text) for text in glossary.get(" ".join(phrase), ()))
        found.append([list(phrase), *(way for way in expansions if way)])
        position += len(phrase)
    return found


def all_fit(asked: Sequence[Meaning], described: Sequence[str]) -> bool:
    """Whether each thing asked is among the words that describe something."""
    return all(_fits(meaning, described) for meaning in asked)


def _fits(meaning: Meaning, described: Sequence[str]) -> bool:
    return any(all(_among(word, described) for word in way) for way in meaning)


def _among(word: str, described: Sequence[str]) -> bool:
    return any(_same(word, other) for other in described)


def _same(word: str, other: str) -> bool:
    """The same word in another form ("cucce", "cuccia"), or with one slip in a long word."""
    if word == other or stem(word) == stem(other):
        return True
    if word.isdigit() or other.isdigit() or min(len(word), len(other)) < FUZZY_FROM:
        return False
    return Levenshtein.distance(word, other, score_cutoff=1) <= 1 or stem(word)[:-1] == stem(other)[:-1]


def _named(hit: Hit) -> list[str]:
    """Name and category: "crocchette per cani" names every kibble for dogs, not only the one called so."""
    return content_words(f"{hit.name} {hit.category}")


def _described(hit: Hit) -> list[str]:
    variants = " ".join(f"{name} {' '.join(values)}" for name, values in hit.attributes.items())
    # Sizes are single letters, which are no words elsewhere.
    return [*_named(hit), *content_words(hit.description), *variants.casefold().split()]


def _whole_name(hits: Sequence[Hit], asked: Sequence[Meaning]) -> list[Hit]:
    """The hits whose whole name was said, when there are such."""
    said = [word for meaning in asked for way in meaning for word in way]
    return [hit for hit in hits if all(_among(word, said) for word in content_words(hit.name))]
