"""One inbound message: who sent it, when, what it says, and whether somebody waits for an answer."""

from __future__ import annotations

from typing import Any

from processors.channels.base import IdentityChange, MessageEvent, Sender
from processors.channels.whatsapp.contents import Content, read_content
from processors.channels.whatsapp.shapes import (
    Broken,
    Object,
    as_object,
    bsuid,
    looks_like_bsuid,
    objects,
    optional_id,
    phone,
    required_id,
    unix_seconds,
)

SILENT_TYPES = frozenset({"reaction", "edit", "revoke", "system", "request_welcome", "media_placeholder"})
"""Messages that nobody expects an answer to."""

_NUMBER_CHANGES = frozenset({"user_changed_number", "user_changed_user_id", "customer_changed_number"})


def read_message(item: Any, *, account: str, contacts: list[Object], errors: list[Object]) -> MessageEvent:
    """The event of one item of `value.messages`.

    Args: `contacts` and `errors` are the lists beside it, of which the ones that belong to it are taken.
    Raises Broken when the item has no usable id, time, type or sender, or its body has a wrong shape.
    Decorations (context, referral, the profile) of a wrong shape are left out: the words matter more.
    """
    if not isinstance(item, dict):
        raise Broken("the message is not an object")
    external_id = required_id(item.get("id"), "id")
    kind = _kind(item)
    content = read_content(item, kind)
    change = _identity_change(item, kind)
    sender = _old_self(item, change) if change else _sender(item, contacts)
    change = change or _shared_number(content, sender)
    group_id = optional_id(item.get("group_id"))
    return MessageEvent(
        channel="whatsapp",
        account=account,
        external_id=external_id,
        type=kind,
        content=content.text,
        payload=content.payload | _decorations(item, kind, errors),
        context_id=_context_id(item),
        provider_time=unix_seconds(item.get("timestamp"), "timestamp"),
        sender=sender,
        group_id=group_id,
        wants_turn=group_id is None and not _silent(kind, content),
        raw=item,
        identity_change=change,
        target_id=content.target_id,
    )


def _kind(item: Object) -> str:
    kind = item.get("type")
    if not isinstance(kind, str) or not 0 < len(kind) <= 64:
        raise Broken("type is missing")
    return kind


def _silent(kind: str, content: Content) -> bool:
    """Whether no answer is due. A placeholder announces a message that will come by itself."""
    return kind in SILENT_TYPES or content.payload.get("unsupported") == {"type": "media_placeholder"}


def _context_id(item: Object) -> str | None:
    context = item.get("context")
    return optional_id(context.get("id")) if isinstance(context, dict) else None


def _decorations(item: Object, kind: str, errors: list[Object]) -> Object:
    """What any type may carry: where it was forwarded from, an advertisement, a product, errors."""
    found: Object = {}
    context = item.get("context")
    if isinstance(context, dict):
        if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
            found["forwarded"] = True
        if isinstance(context.get("referred_product"), dict):
            found["referred_product"] = context["referred_product"]
    if isinstance(item.get("referral"), dict):
        found["referral"] = item["referral"]
    # Meta puts the reason of a missing body beside the messages instead of into them at times.
    own = objects(item.get("errors")) or (errors if item.get(kind) is None else [])
    if own:
        found["errors"] = own
    return found


def _sender(item: Object, contacts: list[Object]) -> Sender:
    number = phone(item.get("from"))
    user = bsuid(item.get("from_user_id"))
    if number is None and user is None and looks_like_bsuid(item.get("from")):
        user = item["from"]
    if number is None and user is None:
        raise Broken("the sender has neither a phone nor a user id")
    contact = find_contact(contacts, number=number, user=user)
    profile = contact.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    name = profile.get("name")
    return Sender(
        phone=number or phone(contact.get("wa_id")),
        bsuid=user or bsuid(contact.get("user_id")),
        parent_bsuid=bsuid(item.get("from_parent_user_id")) or bsuid(contact.get("parent_user_id")),
        name=name[:256] if isinstance(name, str) else "",
        username=optional_id(profile.get("username")),
    )


def find_contact(contacts: list[Object], *, number: str | None, user: str | None) -> Object:
    """The contact with this phone or user id, {} if there is none.

    Never by position: a batch holds messages of several people, and the list may be shorter.
    """
    for contact in contacts:
        if user is not None and contact.get("user_id") == user:
            return contact
        if number is not None and phone(contact.get("wa_id")) == number:
            return contact
    return {}


def _identity_change(item: Object, kind: str) -> IdentityChange | None:
    """The change that a system message announces.

    Shapes: .../webhooks/reference/messages/system and the changelog of 11 August 2026 (`previous_user_id`).
    Before webhook version 12 the new number was in `new_wa_id`; `customer` was the old one.
    """
    if kind != "system":
        return None
    system = as_object(item.get("system"), "system")
    if system.get("type") not in _NUMBER_CHANGES:
        return None
    new_bsuid, from_bsuid = bsuid(system.get("user_id")), bsuid(item.get("from_user_id"))
    change = IdentityChange(
        old_phone=phone(item.get("from")) or phone(system.get("customer")),
        # Older shapes have no previous id; `from_user_id` may then be the new one already.
        old_bsuid=bsuid(system.get("previous_user_id")) or (from_bsuid if from_bsuid != new_bsuid else None),
        new_phone=phone(system.get("wa_id")) or phone(system.get("new_wa_id")),
        new_bsuid=new_bsuid,
    )
    if not (change.old_phone or change.old_bsuid) or not (change.new_phone or change.new_bsuid):
        raise Broken("the change of number names no old or no new identity")
    return change


def _old_self(item: Object, change: IdentityChange) -> Sender:
    """The announcement belongs into the conversation that is known, the one of the old identity."""
    system = as_object(item.get("system"), "system")
    return Sender(
        phone=change.old_phone,
        bsuid=change.old_bsuid,
        parent_bsuid=bsuid(system.get("previous_parent_user_id")) or bsuid(item.get("from_parent_user_id")),
    )


def _shared_number(content: Content, sender: Sender) -> IdentityChange | None:
    """The phone of a person known by user id alone, who tapped the button that shares the own number.

    Only `origin` = `contact_request` says that the number is the sender's own; any other card may be
    somebody else's.
    """
    if sender.bsuid is None or sender.phone is not None:
        return None
    for card in objects(content.payload.get("contacts")):
        if card.get("origin") != "contact_request":
            continue
        for entry in objects(card.get("phones")):
            if number := phone(entry.get("wa_id")) or _dialled(entry.get("phone")):
                return IdentityChange(old_bsuid=sender.bsuid, new_bsuid=sender.bsuid, new_phone=number)
    return None


def _dialled(value: Any) -> str | None:
    """A number as people write it, `+1 (650) 555-9999`. Without `+` its country is unknown."""
    if not isinstance(value, str) or not value.startswith("+"):
        return None
    return phone("".join(c for c in value if c in "0123456789"))
