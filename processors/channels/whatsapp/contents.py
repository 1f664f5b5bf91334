"""What a message says: for each type, one plain line and the structured payload.

Shapes: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
An absent body is allowed (Meta sends such items beside `value.errors`); a body of the wrong type is broken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from processors.channels.whatsapp.shapes import (
    Broken,
    Object,
    as_list,
    as_object,
    as_text,
    load_object,
    objects,
    optional_id,
    picked,
    required_id,
)
from processors.errors import BadRequest

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`text` is the plain line, '' if there is none; `target_id` the message it speaks of."""

    text: str = ""
    payload: Object = field(default_factory=dict)
    target_id: str | None = None


def read_content(item: Object, kind: str) -> Content:
    """The content of a message or echo of type `kind`. Raises Broken when its body has a wrong shape."""
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(as_object(item.get(kind), kind))
    if kind in MEDIA_TYPES:
        return _media(as_object(item.get(kind), kind))
    if kind == "contacts":
        return _contacts(item.get("contacts"))
    # A type that Meta adds tomorrow is a message like any other; its own body stays in `raw`.
    return Content(payload={"unsupported": {"type": kind}})


def _text(body: Object) -> Content:
    return Content(text=as_text(body.get("body"), "text.body"))


def _media(body: Object) -> Content:
    media = picked(body, "mime_type", "sha256", "filename", "voice", "animated", "url")
    if media_id := optional_id(body.get("id")):
        media["id"] = media_id
    return Content(text=as_text(body.get("caption"), "caption"), payload={"media": media})


def _location(body: Object) -> Content:
    latitude = _degrees(body.get("latitude"), "latitude", 90)
    longitude = _degrees(body.get("longitude"), "longitude", 180)
    name = as_text(body.get("name"), "location.name")
    address = as_text(body.get("address"), "location.address")
    place = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
    return Content(text=f"{latitude:.6f}, {longitude:.6f} {name}".rstrip(), payload={"location": place})


def _degrees(value: object, name: str, limit: int) -> float:
    """Meta documents numbers inbound and strings outbound; both are read."""
    try:
        degrees = float(value) if isinstance(value, (int, float, str)) else limit + 1.0
    except (ValueError, OverflowError):
        degrees = limit + 1.0
    if not -limit <= degrees <= limit:
        raise Broken(f"location.{name} is not within ±{limit} degrees")
    return degrees


def _contacts(value: object) -> Content:
    cards = [as_object(card, "a shared contact") for card in as_list(value, "contacts")]
    return Content(text="; ".join(filter(None, map(_card_line, cards))), payload={"contacts": cards})


def _card_line(card: Object) -> str:
    name = as_object(card.get("name"), "a shared contact's name")
    phones = objects(card.get("phones"))
    numbers = [as_text(entry.get("phone") or entry.get("wa_id"), "a shared phone") for entry in phones]
    label = as_text(name.get("formatted_name") or name.get("first_name"), "a shared contact's name")
    return " ".join(filter(None, [label, ", ".join(filter(None, numbers))]))


def _reaction(body: Object) -> Content:
    # A removed reaction comes without `emoji` (documented) or with an empty one (seen).
    emoji = as_text(body.get("emoji"), "reaction.emoji")
    target = required_id(body.get("message_id"), "reaction.message_id")
    return Content(text=emoji, payload={"reaction": {"emoji": emoji}}, target_id=target)


def _interactive(body: Object) -> Content:
    kind = as_text(body.get("type"), "interactive.type")
    answer = as_object(body.get(kind), "the interactive answer")
    if kind in ("button_reply", "list_reply"):
        choice_id = required_id(answer.get("id"), f"{kind}.id")
        title = as_text(answer.get("title"), f"{kind}.title")
        return Content(text=title, payload={"choice_id": choice_id, "choice_title": title})
    if kind == "nfm_reply":
        return _flow(answer)
    # The answer to a call request holds the word "accept"; as content it could confirm an order.
    if kind == "call_permission_reply":
        return Content(payload={"call_permission": answer})
    return Content(payload={"unsupported": {"type": kind}})


def _flow(answer: Object) -> Content:
    text = as_text(answer.get("body"), "nfm_reply.body")
    response = answer.get("response_json")
    flow = {"name": as_text(answer.get("name"), "nfm_reply.name"), "body": text, "response": response}
    if isinstance(response, str):
        try:
            flow["response"] = load_object(response.encode())
        except BadRequest:
            # Kept as the string it came as: a form that sends other than an object is still an answer.
            flow["response"] = response
    return Content(text=text, payload={"flow": flow})


def _button(body: Object) -> Content:
    title = as_text(body.get("text"), "button.text")
    choice_id = optional_id(body.get("payload")) or title
    return Content(text=title, payload={"choice_id": choice_id, "choice_title": title} if choice_id else {})


def _order(body: Object) -> Content:
    items = [_order_item(item) for item in as_list(body.get("product_items"), "order.product_items")]
    note = as_text(body.get("text"), "order.text")
    summary = ", ".join(f"{item['quantity']} × {item['retailer_id']}" for item in items)
    order = {"catalog_id": optional_id(body.get("catalog_id")), "text": note, "items": items}
    return Content(text="\n".join(filter(None, [note, summary])), payload={"order": order})


def _order_item(value: object) -> Object:
    """One line of a cart. The price is the customer's phone's idea of it and is never charged."""
    item = as_object(value, "an order item")
    retailer_id = optional_id(item.get("product_retailer_id"))
    quantity = item.get("quantity")
    if isinstance(quantity, str) and quantity.isascii() and quantity.isdigit() and len(quantity) < 10:
        quantity = int(quantity)
    if retailer_id is None or not isinstance(quantity, int) or not 0 < quantity < 10**9:
        raise Broken("an order item lacks a product or a quantity")
    price = item.get("item_price")
    return {
        "retailer_id": retailer_id,
        "quantity": int(quantity),
        "item_price": price if isinstance(price, (int, float, str)) else None,
        "currency": optional_id(item.get("currency")),
    }


def _edit(body: Object) -> Content:
    target = required_id(body.get("original_message_id"), "edit.original_message_id")
    message = as_object(body.get("message"), "edit.message")
    kind = as_text(message.get("type"), "edit.message.type")
    # Only what can be written anew is read; an edit of an edit would have no end.
    inner = read_content(message, kind) if kind in ("text", *MEDIA_TYPES) else Content()
    return Content(text=inner.text, payload={"edit": {"type": kind, **inner.payload}}, target_id=target)


def _revoke(body: Object) -> Content:
    return Content(target_id=required_id(body.get("original_message_id"), "revoke.original_message_id"))


def _system(body: Object) -> Content:
    kind = as_text(body.get("type"), "system.type")
    return Content(text=as_text(body.get("body"), "system.body"), payload={"system": {"type": kind}})


def _unsupported(body: Object) -> Content:
    return Content(payload={"unsupported": {"type": as_text(body.get("type"), "unsupported.type")}})


def _nothing(_: Object) -> Content:
    return Content()


_READERS: dict[str, Callable[[Object], Content]] = {
    "text": _text,
    "location": _location,
    "reaction": _reaction,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    "unsupported": _unsupported,
    "request_welcome": _nothing,
    "media_placeholder": _nothing,
}
