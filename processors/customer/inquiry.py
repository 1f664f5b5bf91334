"""Questions about products: what there is, what it costs, in which sizes. Facts come from the search's rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from processors.customer import cards, chat, menus, shipping
from processors.customer.catalogue import Product
from processors.customer.menus import menu_button
from processors.customer.talk import Reads, Talk
from processors.customer.variants import coming_in
from processors.model import Reply
from processors.search.search import Hit
from processors.search.words import content_words, fold, stem, tokens
from processors.understanding.questions import query_of
from processors.understanding.resolve import Resolved, Resolver
from processors.understanding.types import Understanding

MOST_HITS = 8
MOST_NEAR = 20
"""Hits of a search in words that name nothing; five are shown, the others on request."""
_NEAR = 0.6
"""A hit whose cosine is below this share of the best one's is another thing."""

_SHIPPING = re.compile(
    r"\b(spedizion\w+|spedite|spedire|consegn(a|ate|e)|"
    r"shipping|ship|deliver\w*|ongkir\w*|ongkos kirim|kirim ke|pengiriman)\b"
)
_NEWS = re.compile(r"\b(novita|nuovi arrivi|new arrivals|what s new|anything new|terbaru|produk baru)\b")
_OFFERS = re.compile(r"\b(offert[ae]|sconto|sconti|promo\w*|saldi|discount\w*|deals?|sale|coupon|diskon)\b")


async def inquire(talk: Talk, reads: Reads, text: str, understood: Understanding) -> Talk:
    """The talk ending with the products that the question is about."""
    talk = replace(talk, intent="product_inquiry")
    talk, named = await _named(talk, reads, understood)
    if named:
        return cards.show(talk, named)
    plain = fold(text)
    if _SHIPPING.search(plain) and chat.asks_hours(text):
        return replace(talk, ending=chat.reply_to(talk, text))
    if _SHIPPING.search(plain):
        return await shipping.tell(talk, reads, text)
    if _OFFERS.search(plain):
        buttons = (menu_button(talk, "catalogue"), menu_button(talk, "human"))
        return replace(talk, ending=Reply(text=talk.say("offers"), kind="buttons", buttons=buttons))
    if _NEWS.search(plain):
        return await menus.categories(talk, reads)
    query = understood.search_query or query_of(text)
    if query is None:
        return await _again(talk, reads)
    resolved = await _resolved(talk, reads, query)
    if resolved.products:
        products = [Product.from_hit(hit) for hit in resolved.products]
        intro = None if resolved.complete else talk.say("found_unsure")
        return await _shown(talk, reads, coming_in(products, query), intro)
    hits = await reads.services.search.find(
        talk.turn.business.id, query, limit=MOST_NEAR, language=talk.language
    )
    near = nearest(hits, query)
    if near:
        sure = near[0].text_rank > 0
        intro = None if sure else talk.say("found_unsure")
        products = [Product.from_hit(hit) for hit in near]
        return await _shown(talk, reads, coming_in(products, query), intro)
    return await _nothing(talk)


def asks_shipping(text: str) -> bool:
    """Whether a text asks where, how and for how much we deliver."""
    return _SHIPPING.search(fold(text)) is not None


async def more(talk: Talk, reads: Reads) -> Talk:
    """The next of the products that were found; the catalogue when there are no others."""
    talk, left = await reads.products(talk, talk.session.more)
    talk = replace(talk, intent="product_inquiry")
    if left:
        return cards.show(talk, left, intro=talk.say("found_more"))
    buttons = (menu_button(talk, "catalogue"), menu_button(talk, "human"))
    return replace(talk, ending=Reply(text=talk.say("found_all"), kind="buttons", buttons=buttons))


async def _shown(talk: Talk, reads: Reads, products: Sequence[Product], intro: str | None) -> Talk:
    if len(products) == 1:
        # A product alone is shown with its picture, which a search does not bring.
        talk, products = await reads.products(talk, (products[0].id,))
    return cards.show(talk, products, intro=intro) if products else await _nothing(talk)


async def _resolved(talk: Talk, reads: Reads, query: str) -> Resolved:
    """Products that the words name, best first; none when the words only resemble something."""
    search, business_id = reads.services.search, talk.turn.business.id

    async def find(words: str) -> list[Hit]:
        return await search.find(business_id, words, limit=MOST_HITS, language=talk.language)

    glossary = await search.glossary(business_id)
    resolver = Resolver(find, glossary, head_last=talk.language == "en")
    return await resolver.find(" ".join(tokens(query)))


async def _named(talk: Talk, reads: Reads, understood: Understanding) -> tuple[Talk, Sequence[Product]]:
    """The products that the words name for sure."""
    ids = [
        i for item in understood.items for i in ((item.product_id,) if item.product_id else item.ambiguous)
    ]
    return await reads.products(talk, tuple(dict.fromkeys(i for i in ids if i)))


def nearest(hits: Sequence[Hit], query: str) -> list[Hit]:
    """The hits that are about the same thing as the best one: those whose name holds the most asked words."""
    about = [hit for hit in hits if not hit.foreign]
    if not about:
        return []
    asked = {stem(word) for word in content_words(query)}
    named = {hit.product_id: len(asked & {stem(w) for w in content_words(hit.name)}) for hit in about}
    most = max(named.values())
    if most and most == len({stem(w) for w in content_words(about[0].name)}):
        # The whole name of one product was said.
        return [hit for hit in about if named[hit.product_id] == most][:1]
    best = max(hit.cosine for hit in about)
    return [hit for hit in about if hit.cosine >= best * _NEAR or named[hit.product_id] == most > 0]


async def _again(talk: Talk, reads: Reads) -> Talk:
    """ "E in che taglie?": about what was shown last; without that, the catalogue."""
    talk, shown = await reads.products(talk, talk.session.shown)
    if shown:
        return cards.show(talk, shown)
    return await menus.categories(talk, reads)


async def _nothing(talk: Talk) -> Talk:
    text = talk.say("not_found_plain")
    buttons = (menu_button(talk, "catalogue"), menu_button(talk, "human"))
    return replace(talk, ending=Reply(text=text, kind="buttons", buttons=buttons))
