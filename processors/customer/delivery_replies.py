"""Questions and refusals between a cart and its summary: an address, its postcode, a place out of reach, a minimum."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from processors.customer.choices import address_id
from processors.customer.menus import menu_button
from processors.customer.quotes import Quote
from processors.customer.session import Awaited
from processors.customer.talk import Talk
from processors.customer.titles import button_title
from processors.model import Button, Reply


def ask(talk: Talk, found: Quote) -> Talk:
    """The talk ending with what stands between the cart and its summary: an address, its postcode, a minimum."""
    if found.state == "below_minimum":
        return _too_little(talk, found)
    if found.state == "outside":
        return outside(talk, found, relay_id=None)
    draft = found.address.to_json() if found.address is not None and found.state == "no_postcode" else None
    session = replace(talk.session, awaited=Awaited(draft=draft))
    return replace(talk, session=session, ending=question(talk, found, relay_id=None))


def question(talk: Talk, found: Quote, *, relay_id: UUID | None, code: str = "") -> Reply:
    relay = relay_id or ""
    if found.state == "no_postcode" and found.address is not None:
        text = talk.say("delivery.ask_postcode", address=found.address.text)
        return Reply(text=text)
    if found.state == "no_location":
        return Reply(text=talk.say("delivery.ask_location"))
    key = "delivery.ask_order" if relay_id else "delivery.ask"
    others = [kept for kept in found.saved if found.address is None or kept.id != found.address.id]
    text = talk.say(key, code=code)
    buttons = []
    if others:
        text = f"{text}\n{talk.say('delivery.last', address=others[0].text)}"
        use = address_id("use", address=others[0].id or "", relay=relay)
        buttons.append(Button(id=use, title=button_title(talk.say("button.same_address"))))
    if found.can_collect and relay_id is None:
        buttons.append(_pickup_button(talk))
    return Reply(text=text, kind="buttons" if buttons else "text", buttons=tuple(buttons))


def _too_little(talk: Talk, found: Quote) -> Talk:
    minimum, missing = talk.money(found.minimum), talk.money(found.missing)
    key = "delivery.minimum" if found.way == "delivery" else "delivery.minimum_plain"
    buttons = [menu_button(talk, "catalogue")]
    if found.way == "delivery" and found.can_collect:
        buttons.append(_pickup_button(talk))
    text = talk.say(key, minimum=minimum, missing=missing)
    return replace(talk, ending=Reply(text=text, kind="buttons", buttons=tuple(buttons)))


def outside(talk: Talk, found: Quote, *, relay_id: UUID | None) -> Talk:
    """Not brought there: said plainly, with what can be done instead. The cart stays as it is."""
    address = found.address.text if found.address is not None else ""
    buttons = [change_button(talk, relay_id), menu_button(talk, "human")]
    if found.can_collect and relay_id is None:
        buttons.insert(0, _pickup_button(talk))
    text = talk.say("delivery.outside_order" if relay_id else "delivery.outside", address=address)
    session = replace(talk.session, awaited=Awaited(relay_id=relay_id))
    # A place out of reach is not kept for the cart.
    delivery = {key: value for key, value in talk.delivery.items() if key != "address"}
    ending = Reply(text=text, kind="buttons", buttons=tuple(buttons))
    return replace(talk, session=session, delivery=delivery, ending=ending)


def _pickup_button(talk: Talk) -> Button:
    return Button(id=address_id("pickup"), title=button_title(talk.say("button.pickup")))


def change_button(talk: Talk, relay_id: UUID | None) -> Button:
    change = address_id("change", relay=relay_id or "")
    return Button(id=change, title=button_title(talk.say("button.other_address")))
