"""What all that is wanted so far comes to: "quant'è in tutto?", "what's the total", "jadi berapa semuanya".

Every word of such a message must be known here, so that whoever names a thing asks for the price of that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from processors.customer import cart as carts
from processors.customer import checkout, orders
from processors.customer.talk import Reads, Talk
from processors.understanding.gate import plain
from processors.understanding.gate_words import COURTESY
from processors.understanding.numbers import words_of

LONGEST: Final = 12
"""Words; who says more says something else as well."""

_ALONE: Final = frozenset(words_of("totale conto total bill totalnya jumlahnya totalan"))
_WHOLE: Final = _ALONE | frozenset(words_of("""
    tutto tutti tutta complessivo complessivamente insieme spendo spesa devo pago pagare
    everything all altogether together sum owe pay spend come
    semua semuanya semuany jadi jadinya jumlah bayar dibayar
    """))  # fmt: skip
_ASKS: Final = frozenset(words_of("quanto quant quanti qual quale how what whats berapa brp brapa"))
_FILLER: Final = COURTESY | frozenset(words_of("""
    e ed ma ok okay bene perfetto allora quindi scusa scusi ciao mi dice dici dimmi fa fai sai sapere vorrei
    in a alla fine di il al lo la l le un con per compresa compreso consegna spedizione carrello ordine
    adesso ora finora viene vengono verrebbe fanno costa costano sarebbe ti vi prezzo costo importo finale speso ho dare
    and so but then tell me s is it that this they them much the my for of does do will would should be to i you
    cost price amount cart order delivery including with far now in have please and it
    trus terus nah ya kak dong sih nih deh min halo harga harganya belanja belanjaan pesanan pesananku saya aku
    yang harus perlu di sama ongkir ongkirnya dengan jd
    """))  # fmt: skip
_KNOWN: Final = _WHOLE | _ASKS | _FILLER


def asks_total(text: str) -> bool:
    """Whether a short text asks what all that is wanted comes to."""
    words = plain(text).split()
    if not words or len(words) > LONGEST or not _KNOWN.issuperset(words) or _WHOLE.isdisjoint(words):
        return False
    return not _ASKS.isdisjoint(words) or not _ALONE.isdisjoint(words)


async def tell_total(talk: Talk, reads: Reads) -> Talk | None:
    """The talk with what the cart, or else the last order, comes to; None where something else was spoken of."""
    if talk.cart:
        talk = replace(talk, intent="order_request", checkout=True, asking=True)
        if not talk.session.questions:
            return talk
        # The summary has to wait for what is still open.
        total = talk.money(carts.total(talk.cart))
        return talk.noting("cart.now", lines=checkout.cart_lines(talk)).noting("cart.so_far", total=total)
    if talk.session.questions:
        talk, options = await reads.products(talk, talk.session.questions[0].options)
        for product in options:
            price = talk.money(product.price, product.currency)
            talk = talk.noting("ask.price", name=product.name, price=price)
        return replace(talk, intent="order_request", asking=True)
    if talk.session.shown:
        return None
    return await orders.status(replace(talk, intent="support_request"), reads)
