"""One thing for another: "la cannella invece della lavanda", "ganti lilin jadi sabun"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from processors.customer import cart as carts
from processors.customer.catalogue import Product
from processors.customer.place import MOST_OPTIONS, Wanted, place
from processors.customer.talk import Reads, Talk
from processors.customer.variants import coming_in, variant_in
from processors.model import CartLine
from processors.search.search import Hit, expand
from processors.search.words import COMMON, content_words, fold, stem
from processors.understanding.measures import MARK, Measure, take_measures
from processors.understanding.numbers import number_in
from processors.understanding.resolve import Resolver

_OF: Final = (
    r"(?:d(?:i|el|ello|ella|ei|egli|elle)\s+|dell['’]\s?|che\s+|of\s+|than\s+)?"
    r"(?:(?:the|il|lo|la|i|gli|le)\s+|l['’]\s?)?"
)
_INSTEAD: Final = rf"(?:invece|al posto|anziche|instead|rather)\s+{_OF}"
_VERB: Final = (
    r"(?:(?:mi |ci )?(?:mett\w+|vorrei|voglio|vogliamo|prendo|prendiamo|dammi|dacci|mand\w+|dia|facciamo|fammi)|"
    r"quell[aoe]|un[ao']?|"
    r"i ?(?:'|’)?ll (?:take|have)|i (?:want|would like)|give me|put|make it|add|mau|ambil|saya mau|\d+|due|tre|two|"
    r"three)"
)
_SWAPS: Final = (
    re.compile(rf"^.{{0,20}}?\b{_INSTEAD}(?P<old>[^,]{{2,40}}),\s*(?P<new>.{{2,60}})$"),
    re.compile(rf"^.{{0,20}}?\b{_INSTEAD}(?P<old>.{{2,40}}?)\s+(?P<new>{_VERB}\b.{{0,60}})$"),
    re.compile(rf"^(?P<new>.{{2,60}}?),?\s+{_INSTEAD}(?P<old>.{{2,40}})$"),
    re.compile(
        r"^.{0,20}?\b(?:cambi\w*|sostitui\w+|scambi\w*)\s+(?:(?:il|lo|la|i|gli|le)\s+|l['’]\s?)?"
        r"(?P<old>.{2,40}?)\s+con\s+(?P<new>.{2,60})$"
    ),
    re.compile(
        r"^.{0,20}?\b(?:change|swap|replace|switch|exchange)\s+(?:the\s+|my\s+)?"
        r"(?P<old>.{2,40}?)\s+(?:with|for|to|by)\s+(?P<new>.{2,60})$"
    ),
    re.compile(
        r"^.{0,20}?\b(?:ganti|tukar|tuker)(?:in|kan)?\s+(?P<old>.{2,40}?)\s+(?:jadi|dengan|sama|ke|pake|pakai)\s+"
        r"(?P<new>.{2,60})$"
    ),
)
_LEADING: Final = re.compile(
    rf"^(?:(?:no|scus[aio]|sorry|maaf|anzi|per favore|please|can you|puoi|ecco|ok)[,\s]+)*(?:{_VERB}\s+)*"
    r"(?:(?:al(?:la|lo|le|l['’])?|ai|agli|il|lo|la|i|gli|le|the|a|di|with)\s+|[ld]['’]\s?)*"
)
_THE_ONE: Final = re.compile(r"(?<=\w) ones?$")
"""In "the cinnamon one" nothing is counted."""

LONGEST: Final = 120


async def swap(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk with a line of the cart replaced; None when the text asks for nothing of the kind."""
    if not talk.cart or "?" in text or len(text) > LONGEST:
        return None
    folded = " ".join(fold(text).strip(" .!").split())
    matches = [match for pattern in _SWAPS if (match := pattern.match(folded))]
    glossary = await reads.services.search.glossary(talk.turn.business.id) if matches else {}
    for match in matches:
        line = line_named(talk.cart, match["old"], glossary)
        if line is None:
            continue
        swapped = await _swapped(talk, reads, line, match["new"])
        if swapped is not None:
            return swapped
    return None


def line_named(cart: carts.Cart, words: str, glossary: Mapping[str, Sequence[str]]) -> CartLine | None:
    """The line whose name has all that was said of it, if exactly one has."""
    said = content_words(words)
    shared = [(_named(said, _stems(line), glossary), line) for line in cart]
    most = max(count for count, _ in shared)
    found = [line for count, line in shared if count == most > 0]
    return found[0] if len(found) == 1 and 2 * most >= len(said) else None


def names_any(names: Sequence[str], text: str, glossary: Mapping[str, Sequence[str]]) -> bool:
    """Whether a text says a word of one of the names."""
    stems = {stem(word) for name in names for word in content_words(name) if word not in COMMON}
    return _named(content_words(text), stems, glossary) > 0


def _named(said: Sequence[str], name: set[str], glossary: Mapping[str, Sequence[str]]) -> int:
    """How many of the words are in a name, as they are or as the glossary has them."""
    return sum(bool({stem(word) for word in expand([one], glossary)} & name) for one in said)


def _stems(line: CartLine) -> set[str]:
    words = (line.name, *line.variant.values())
    return {stem(word) for text in words for word in content_words(text)}


async def _swapped(talk: Talk, reads: Reads, line: CartLine, words: str) -> Talk | None:
    plain, measures = take_measures(_THE_ONE.sub("", words))
    quantity, rest = number_in(" ".join(plain.replace(",", " ").split()))
    wanted = _LEADING.sub("", re.sub(rf"{MARK}\d+", " ", rest)).strip()
    if not content_words(wanted):
        return None
    talk, options = await _options(talk, reads, line, wanted, measures)
    if any(option.id == line.product_id for option in options):
        # The same thing in another colour or size is read elsewhere.
        return None
    options = tuple(coming_in(options, words))
    if not options:
        return None
    variant = variant_in(options[0].attributes, words) if len(options) == 1 else {}
    talk = replace(talk, cart=carts.without(talk.cart, line), intent="order_request", checkout=True)
    talk = talk.noting("cart.removed", name=line.name)
    pieces = line.quantity if quantity is None else quantity
    return await place(talk, reads, Wanted(mention=wanted, quantity=pieces, variant=variant, options=options))


async def _options(
    talk: Talk, reads: Reads, line: CartLine, wanted: str, measures: Sequence[Measure]
) -> tuple[Talk, tuple[Product, ...]]:
    """What is wanted instead, by its own words or with the noun of what it replaces: "quella alla cannella"."""
    search, business_id = reads.services.search, talk.turn.business.id

    async def find(asked: str) -> list[Hit]:
        return await search.find(business_id, asked, limit=MOST_OPTIONS, language=talk.language)

    resolver = Resolver(find, await search.glossary(business_id), head_last=talk.language == "en")
    noun = next(iter(content_words(line.name)), "")
    for asked in (f"{noun} {wanted}", wanted):
        found = await resolver.find(asked, measures)
        if found.products and found.complete:
            ids = tuple(hit.product_id for hit in (found.products[:1] if found.clear else found.products))
            return await reads.products(talk, ids)
    found = await resolver.find(wanted, measures)
    return await reads.products(talk, tuple(hit.product_id for hit in found.products[:MOST_OPTIONS]))
