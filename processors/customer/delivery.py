"""Where an order goes: asked for once, priced by the database, changed as long as it is not there.

An address reaches us in words, as a position, in a form or by a button; all end in `heard`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from processors.customer import cart as carts
from processors.customer import chat, notes, redirect
from processors.customer.addresses import (
    Address,
    address_in,
    address_of_form,
    address_of_place,
    postcode_in,
    tidy,
)
from processors.customer.choices import AddressChoice
from processors.customer.delivery_words import collects, same_place, wants_other_address
from processors.customer.gate import command_of
from processors.customer.inputs import Form, Place
from processors.customer.quotes import Quote, named, quote
from processors.customer.session import Awaited
from processors.customer.talk import Reads, Talk
from processors.model import Action, Reply
from processors.search.words import fold
from processors.understanding.gate import is_greeting, yes_no

_HOUSE: Final = re.compile(
    r"(?:(?:al |il )?(?:n\.?|nr\.?|no\.?|numero|civico|number|nomor)\s*)?(?P<number>\d{1,4}\s?[a-z]?(?:/\w{1,3})?)",
    re.IGNORECASE,
)
_TOWN: Final = re.compile(r"[A-ZÀ-Ý][\w'’àèéìòù]+(?: [\w'’àèéìòù]+){0,2}")


async def answer(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk after words about where to bring things; None when the words are about something else."""
    if not talk.turn.business.delivers:
        return await _as_note(talk, reads, text)
    awaited = talk.session.awaited
    if wants_other_address(text) and address_in(text, asked=False) is None:
        return await redirect.change(talk, reads)
    if (talk.cart or talk.session.questions) and collects(text):
        return await notes.wanted_at(await collect(talk, reads), reads, text)
    if awaited is not None:
        if awaited.draft and "total" in awaited.draft and yes_no(text):
            return await redirect.apply(talk, reads)
        agrees = yes_no(text) and awaited.draft is None and chat.subject_of(text) != "thanks"
        if (same_place(text) or agrees) and (kept := await _last_used(talk, reads)):
            return await heard(talk, reads, kept)
    if (draft := _draft(talk)) is not None and (code := postcode_in(text)):
        return await heard(talk, reads, draft.with_postcode(code))
    if draft is not None and (longer := _going_on(draft, text)) is not None:
        return await heard(talk, reads, longer)
    address = address_in(text, asked=awaited is not None)
    if address is None:
        return None
    if awaited is not None or talk.cart or talk.session.questions:
        return await heard(talk, reads, address)
    redirected = await redirect.redirect(talk, reads, None, address)
    return redirected or (_kept(talk, address) if address.postcode else None)


async def _as_note(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """Where no zone says what bringing costs, an address, or that they come for it, is a word for the shop."""
    if (talk.cart or talk.session.questions) and collects(text):
        return await notes.keep_or_hand_on(talk, reads, tidy(text))
    address = address_in(text, asked=False)
    return None if address is None else await notes.keep_or_hand_on(talk, reads, address.text)


async def place(talk: Talk, reads: Reads, sent: Place) -> Talk | None:
    """The talk after a position was sent; None when the business delivers nowhere."""
    address = address_of_place(sent.location, unnamed=talk.say("delivery.pin"))
    if not talk.turn.business.delivers or address is None:
        return None
    if (draft := _draft(talk)) is not None and address.postcode is None:
        # The words of before and the point of now are one address.
        address = replace(draft, latitude=address.latitude, longitude=address.longitude, id=None)
    if talk.cart or talk.session.awaited is not None or talk.session.questions:
        return await heard(talk, reads, address)
    return _kept(talk, address)


def _kept(talk: Talk, address: Address) -> Talk:
    """An address before anything is wanted: kept for the cart to come."""
    kept = Action(kind="set_delivery", args={"address": address.to_json()}, outcomes={})
    reply = Reply(text=talk.say("delivery.kept", address=address.text))
    return replace(talk, actions=(*talk.actions, kept), chat=reply, intent=talk.intent or "order_request")


async def form(talk: Talk, reads: Reads, sent: Form) -> Talk | None:
    """The talk after a form with an address; None for any other form."""
    address = address_of_form(sent.response)
    if not talk.turn.business.delivers or address is None:
        return None
    return await heard(talk, reads, address)


async def tapped(talk: Talk, reads: Reads, choice: AddressChoice) -> Talk:
    """The talk after a button about the address."""
    talk = replace(talk, intent="order_request")
    if choice.verb == "pickup":
        return await collect(talk, reads)
    if choice.verb == "apply":
        return await redirect.apply(talk, reads)
    if choice.verb == "change" or choice.address_id is None:
        return await redirect.change(talk, reads, choice.relay_id)
    awaited = Awaited(relay_id=choice.relay_id)
    talk = replace(talk, session=replace(talk.session, awaited=awaited))
    return await heard(talk, reads, Address(text="", id=str(choice.address_id)))


async def heard(talk: Talk, reads: Reads, address: Address) -> Talk:
    """The talk once an address is known: the cart's summary follows, or a placed order goes there."""
    awaited = talk.session.awaited
    if awaited is not None and awaited.relay_id is not None:
        return await redirect.redirect(talk, reads, awaited.relay_id, address) or redirect.too_late(talk)
    said = {"address": named(address)}
    session = replace(talk.session, awaited=None)
    talk = replace(talk, delivery={**talk.delivery, **said}, session=session, intent="order_request")
    return replace(talk, checkout=bool(talk.cart), asking=True)


async def collect(talk: Talk, reads: Reads) -> Talk:
    """The customer comes for the goods, where shops allow it."""
    found = await quote(talk, reads, carts.total(talk.cart))
    if not found.can_collect:
        return replace(talk.noting("delivery.no_pickup"), checkout=bool(talk.cart))
    session = replace(talk.session, awaited=None)
    talk = replace(talk, delivery={**talk.delivery, "pickup": True}, session=session)
    return replace(talk, checkout=bool(talk.cart), asking=True, intent="order_request")


def told(talk: Talk) -> Talk:
    """The talk with what this turn said of delivery repeated, where the summary that shows it is still to come."""
    if talk.delivery.get("pickup"):
        return talk.noting("delivery.pickup_kept")
    address = talk.delivery.get("address") or {}
    return (
        talk.noting("delivery.address_kept", address=address["address"]) if address.get("address") else talk
    )


def chosen_action(talk: Talk) -> tuple[Action, ...]:
    """What this turn said of delivery, for the database to keep."""
    return (Action(kind="set_delivery", args=talk.delivery, outcomes={}),) if talk.delivery else ()


def summary_lines(talk: Talk, found: Quote) -> list[str]:
    """The lines of a summary between the goods and the total."""
    lines = []
    if found.way == "pickup":
        lines.append(talk.say("delivery.collected"))
    elif found.way == "delivery" and found.address is not None:
        fee = talk.money(found.fee) if found.fee else talk.say("delivery.free")
        lines.append(talk.say("delivery.line", address=found.address.text, fee=fee))
        if found.minutes is not None:
            lines.append(talk.say("delivery.minutes", low=found.minutes[0], high=found.minutes[1]))
    if note := str(talk.delivery.get("note") or found.note):
        lines.append(talk.say("delivery.note", note=note))
    return lines


async def _last_used(talk: Talk, reads: Reads) -> Address | None:
    found = await quote(talk, reads, carts.total(talk.cart))
    return found.saved[0] if found.saved else None


def _going_on(draft: Address, text: str) -> Address | None:
    """An address that comes in pieces: "via Mazzini", then "12", then "Milano"."""
    if command_of(text) is not None or is_greeting(text):
        return None
    if (number := _HOUSE.fullmatch(text.strip())) and not any(sign.isdigit() for sign in draft.text):
        return replace(draft, text=f"{draft.text} {number['number']}", id=None)
    if _TOWN.fullmatch(text.strip()) and fold(text.strip()) not in fold(draft.text):
        return replace(draft, text=f"{draft.text}, {text.strip()}", id=None)
    return None


def _draft(talk: Talk) -> Address | None:
    """An address of which only the postcode is missing, said in this turn or before."""
    awaited = talk.session.awaited
    said = talk.delivery.get("address") or (awaited.draft if awaited is not None else None)
    if not said or not said.get("address") or said.get("postcode") or "total" in said:
        return None
    return Address.from_json(said)
