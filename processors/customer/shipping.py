"""Where the shop delivers, for how much and how fast: told from its zones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from processors.customer import cart as carts
from processors.customer.addresses import Address
from processors.customer.menus import checkout_button, menu_button
from processors.customer.quotes import Quote, quote
from processors.customer.talk import Reads, Talk
from processors.model import Reply
from processors.reads import rows
from processors.search.words import fold

MOST_ZONES: Final = 6
_REACH: Final = re.compile(
    r"\b(arriv\w+|venite|coprite|servite|portate|consegn\w+|spedite|reach|cover|come|deliver\w*|ship|bring|"
    r"sampai|melayani|antar\w*|kirim\w*)\b"
)
_POSTCODE: Final = re.compile(r"(?<!\d)\d{5}(?!\d)")


def asks(text: str) -> bool:
    """Whether a question names a postcode and asks whether we get there: "e al 20144 arrivate?"."""
    return "?" in text and _POSTCODE.search(text) is not None and _REACH.search(fold(text)) is not None


_HOW_LONG: Final = re.compile(
    r"(?:(?:e|ma|ok|allora|scus[aio]|ciao|hi|so|and|but|kak|min|circa|more or less|roughly) )*"
    r"(?:(?:in |tra |fra )?quanto(?: tempo)? "
    r"(?:ci (?:mett\w+|vuole|impieg\w+)|arriv\w+|mi arriv\w+|si aspetta|devo aspettare)|"
    r"quanto (?:tempo )?per la consegna|(?:che|quali) tempi(?: di consegna)?(?: avete| ci sono)?|"
    r"how long (?:will|does|would) (?:it|this|that|delivery|the delivery) (?:take|be)|"
    r"how long (?:for|is) (?:the )?delivery|"
    r"berapa lama(?: (?:sampai|pengiriman|diantar|antar)\w*)?|(?:sampai\w*|diantar|pengiriman\w*) berapa lama)"
    r"(?: (?:a|ad|per|to|for|di|la|consegn\w+|arriv\w+|portar\w+|ya|kak|grazie|please|circa|roughly|casa|me))*"
)


def asks_how_long(text: str) -> bool:
    """Whether a text asks nothing but how long it takes until goods come: "quanto ci mette?"."""
    return _HOW_LONG.fullmatch(" ".join(re.findall(r"[a-z0-9]+", fold(text)))) is not None


async def tell(talk: Talk, reads: Reads, text: str) -> Talk:
    """The talk ending with the zones; with a postcode in the question, with the answer for that one."""
    onward = checkout_button(talk) if talk.cart else menu_button(talk, "catalogue")
    buttons = (onward, menu_button(talk, "human"))
    if not talk.turn.business.delivers:
        return replace(talk, ending=Reply(text=talk.say("shipping"), kind="buttons", buttons=buttons))
    if code := _POSTCODE.search(text):
        there = await quote(
            talk, reads, carts.total(talk.cart), address=Address(text=code[0], postcode=code[0])
        )
        if there.zone:
            words = talk.say("delivery.there", code=code[0], zone=_of_quote(talk, there))
        else:
            words = talk.say("delivery.not_there", code=code[0])
        return replace(talk, ending=Reply(text=words, kind="buttons", buttons=buttons))
    if talk.cart and (known := await _of_cart(talk, reads)):
        return replace(talk, ending=Reply(text=known, kind="buttons", buttons=buttons))
    query = reads.services.store.client.table("delivery_zones").select(
        "name", "fee::text", "free_above::text", "minimum_order::text", "minutes_from", "minutes_to"
    )
    query = query.eq("business_id", str(talk.turn.business.id)).eq("active", True).order("fee").order("name")
    zones = await rows(query.limit(MOST_ZONES))
    lines = (f"• {zone['name']}: {_terms(talk, zone)}" for zone in zones)
    text = "\n".join((talk.say("delivery.zones"), *lines, talk.say("delivery.zones_hint")))
    return replace(talk, ending=Reply(text=text, kind="buttons", buttons=buttons))


async def _of_cart(talk: Talk, reads: Reads) -> str:
    """Fee and time of the cart, where it is known whereto; empty before."""
    found = await quote(talk, reads, carts.total(talk.cart))
    if found.way != "delivery" or found.address is None or not found.zone:
        return ""
    return talk.say("delivery.this_costs", address=found.address.text, fee=_of_quote(talk, found))


def _of_quote(talk: Talk, found: Quote) -> str:
    fee = talk.money(found.fee) if found.fee else talk.say("delivery.free")
    return f"{fee}{_minutes(talk, found.minutes)}"


def _terms(talk: Talk, zone: Mapping[str, Any]) -> str:
    fee, minimum = Decimal(zone["fee"]), Decimal(zone["minimum_order"])
    words = talk.money(fee) if fee else talk.say("delivery.free")
    if fee and zone["free_above"] is not None:
        words += talk.say("delivery.free_above", amount=talk.money(Decimal(zone["free_above"])))
    if minimum:
        words += talk.say("delivery.from_minimum", amount=talk.money(minimum))
    return words + _minutes(talk, (zone["minutes_from"], zone["minutes_to"]))


def _minutes(talk: Talk, minutes: tuple[int, int] | None) -> str:
    return talk.say("delivery.in_minutes", low=minutes[0], high=minutes[1]) if minutes else ""
