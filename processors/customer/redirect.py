"""Another address: of the cart, or of an order that is placed and not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from processors.customer import cart as carts
from processors.customer.addresses import Address
from processors.customer.choices import address_id
from processors.customer.delivery_replies import change_button, outside, question
from processors.customer.menus import menu_button
from processors.customer.quotes import named, quote
from processors.customer.session import Awaited
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title
from processors.model import Action, Button, Reply

_OVER = frozenset(("cancelled", "delivered", "failed_delivery"))


async def change(talk: Talk, reads: Reads, relay_id: UUID | None = None) -> Talk:
    """Asks for another address: of the order named by a button, of the cart, else of the order under way."""
    talk = replace(talk, intent="order_request", checkout=False)
    found = await quote(talk, reads, carts.total(talk.cart))
    asked = replace(found, state="missing")
    if relay_id is None and talk.cart:
        session = replace(talk.session, awaited=Awaited())
        return replace(talk, session=session, ending=question(talk, asked, relay_id=None))
    order = await under_way(talk, reads, relay_id)
    if order is None:
        buttons = (menu_button(talk, "catalogue"), menu_button(talk, "human"))
        text = talk.say("delivery.nothing_to_change")
        return replace(talk, ending=Reply(text=text, kind="buttons", buttons=buttons))
    current = Address.from_json(order["delivery"]) if order["delivery"].get("address") else None
    asked = replace(asked, address=current)
    session = replace(talk.session, awaited=Awaited(relay_id=UUID(order["relay_id"])))
    ending = question(talk, asked, relay_id=UUID(order["relay_id"]), code=order["code"])
    return replace(talk, session=session, ending=ending, intent="support_request")


async def redirect(talk: Talk, reads: Reads, relay_id: UUID | None, address: Address) -> Talk | None:
    """A placed order goes to another address; another price is told and agreed to first.

    None when there is no such order under way.
    """
    order = await under_way(talk, reads, relay_id)
    if order is None:
        return None
    goods = Decimal(order["total"]) - Decimal(order["fee"])
    found = await quote(replace(talk, delivery={}), reads, goods, address=address)
    order_id = UUID(order["relay_id"])
    if found.state in ("no_postcode", "no_location"):
        draft = found.address.to_json() if found.address is not None else None
        session = replace(talk.session, awaited=Awaited(relay_id=order_id, draft=draft))
        return replace(talk, session=session, ending=question(talk, found, relay_id=order_id))
    if found.state == "outside" or found.address is None or found.way != "delivery":
        return outside(talk, found, relay_id=order_id)
    draft = {**named(found.address), "total": str(found.total)}
    talk = replace(talk, session=replace(talk.session, awaited=Awaited(relay_id=order_id, draft=draft)))
    if found.total == Decimal(order["total"]):
        return await apply(talk, reads)
    money = talk.money
    text = talk.say(
        "delivery.other_price",
        address=found.address.text,
        fee=money(found.fee),
        before=money(Decimal(order["fee"])),
        total=money(found.total),
    )
    agree = Button(id=address_id("apply", relay=order_id), title=button_title(talk.say("button.apply")))
    buttons = (agree, change_button(talk, order_id))
    return replace(talk, ending=Reply(text=text, kind="buttons", buttons=buttons), intent="support_request")


async def apply(talk: Talk, reads: Reads) -> Talk:
    awaited = talk.session.awaited
    if awaited is None or not awaited.draft or "total" not in awaited.draft:
        return await change(talk, reads)
    address = {name: value for name, value in awaited.draft.items() if name != "total"}
    human = (menu_button(talk, "human"),)
    action = Action(
        kind="change_address",
        args={
            "relay_id": str(awaited.relay_id) if awaited.relay_id else None,
            "address": address,
            "expected_total": awaited.draft["total"],
        },
        outcomes={
            "changed": (Reply(text=talk.say("delivery.changed", address=address["address"])),),
            "price_changed": (Reply(text=talk.say("delivery.again")),),
            "by_card": (Reply(text=talk.say("delivery.by_card"), kind="buttons", buttons=human),),
            "*": (Reply(text=talk.say("delivery.too_late"), kind="buttons", buttons=human),),
        },
    )
    session = replace(talk.session, awaited=None)
    return replace(talk, session=session, actions=(*talk.actions, action), intent="support_request")


def too_late(talk: Talk) -> Talk:
    text, human = talk.say("delivery.too_late"), (menu_button(talk, "human"),)
    session = replace(talk.session, awaited=None)
    return replace(talk, session=session, ending=Reply(text=text, kind="buttons", buttons=human))


async def under_way(talk: Talk, reads: Reads, relay_id: UUID | None) -> Mapping[str, Any] | None:
    for order in await reads.services.store.customer_orders(talk.turn.conversation_id):
        alive = any(part["status"] not in _OVER for part in order["parts"])
        meant = relay_id is None or order["relay_id"] == str(relay_id)
        if alive and meant and order["status"] in ("confirmed", "created"):
            return order
    return None
