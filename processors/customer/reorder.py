"""The last order once more: today's prices, and plain words about what is gone or costs something else."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Final
from uuid import UUID

from processors.customer.menus import menu_button
from processors.customer.place import Wanted, place
from processors.customer.talk import Reads, Talk
from processors.model import Json, Reply
from processors.understanding.gate import plain

_AGAIN: Final = re.compile(
    r"(?:(?:ciao|salve|buongiorno|vorrei|voglio|prendo|posso avere|mi (?:mandi|mandate|porti|portate|fai|rifai)|"
    r"hi|hello|i want|i would like|i d like|can i have|give me|halo|mau|saya mau|tolong) )*"
    r"(?:(?:ordin(?:are|o|a)|order|pesan|rifare|rifai|ripet\w+|repeat|get) )?(?:(?:di nuovo|ancora|again|lagi) )?"
    r"(?:(?:il|lo|la|le|l|un|the|my|a|yang) )?"
    r"(?:come (?:l )?(?:altra|scorsa|ultima) volta|come al solito|(?:il )?solito(?: ordine)?|"
    r"stesso ordine(?: (?:dell (?:altra|ultima) volta|di (?:prima|ieri)))?|stess[ae] cos[ae](?: dell altra volta)?|"
    r"riordin\w+(?: l ultimo ordine)?|(?:ultimo ordine|ordine precedente) di nuovo|ripet\w+ (?:l )?(?:ultimo )?ordine|"
    r"same (?:order )?as (?:last time|before)|same order(?: as (?:last time|before))?|(?:the )?usual(?: order)?|"
    r"reorder|(?:my )?last order again|order again|repeat (?:my |the )?(?:last )?order|"
    r"(?:pesan )?seperti (?:biasa|kemarin|sebelumnya)|pesanan (?:yang )?sama|"
    r"pesan lagi(?: yang (?:kemarin|sama|dulu))?|"
    r"yang (?:sama|biasa)(?: seperti (?:kemarin|sebelumnya))?)"
    r"(?: (?:grazie|per favore|please|thanks|ya|kak|dong|aja|saja))*"
)


def asks_again(text: str) -> bool:
    """ "Come l'altra volta", "the usual", "pesan lagi yang kemarin": the last order once more."""
    return _AGAIN.fullmatch(plain(text)) is not None


async def reorder(talk: Talk, reads: Reads) -> Talk:
    """The lines of the last order put into the cart, as far as they can be had."""
    talk = replace(talk, intent="order_request")
    orders = await reads.services.store.customer_orders(talk.turn.conversation_id)
    last = next((order for order in orders if _was_placed(order)), None)
    if last is None and talk.cart:
        return replace(talk, checkout=True)
    if last is None:
        ways = (menu_button(talk, "catalogue"), menu_button(talk, "support"))
        return replace(talk, ending=Reply(text=talk.say("status.none"), kind="buttons", buttons=ways))
    talk = talk.noting("reorder.from", code=last["code"])
    for line in last["lines"]:
        talk = await _line_again(talk, reads, line)
    return talk


async def _line_again(talk: Talk, reads: Reads, line: Json) -> Talk:
    talk, found = await reads.products(talk, (UUID(line["product_id"]),))
    if not found:
        return talk.noting("reorder.gone", name=line["name"])
    product, before = found[0], Decimal(line["unit_price"])
    if product.available > 0 and product.price != before:
        now, then = talk.money(product.price), talk.money(before)
        talk = talk.noting("reorder.price", name=product.name, now=now, before=then)
    wanted = Wanted(
        mention=product.name, quantity=line["quantity"], variant=line["variant"], options=found, mode="add"
    )
    return await place(talk, reads, wanted)


def _was_placed(order: Json) -> bool:
    """Placed, and not turned back into a cart or cancelled as a whole."""
    parts = [part["status"] for part in order["parts"]]
    return order["status"] in ("confirmed", "created") and any(state != "cancelled" for state in parts)
