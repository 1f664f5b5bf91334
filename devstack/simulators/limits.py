"""Meta's documented limits of a message body, one check per type.

Source: developers.facebook.com, WhatsApp Cloud API, messages/* (copies of September 2026). Lengths are
counted in Unicode code points. Templates are in `templates`, interactive messages in `interactive`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devstack.simulators.fields import (
    bad_value,
    invalid,
    missing,
    number_between,
    objects,
    optional_text,
    required_object,
    required_text,
    web_address,
)
from devstack.simulators.interactive import check_interactive

TEXT_MAX = 4096
CAPTION_MAX = 1024
CALLBACK_DATA_MAX = 512
CONTACTS_MAX = 257
NAME_PARTS = ("first_name", "last_name", "middle_name", "suffix", "prefix")

COMMON_KEYS = frozenset(
    {
        "messaging_product",
        "recipient_type",
        "to",
        "recipient",
        "type",
        "context",
        "biz_opaque_callback_data",
        "recipient_identity_key_hash",
    }
)


def check_message(body: dict[str, Any]) -> None:
    """Refuse a body with `type` that Meta would refuse, apart from recipient, template text, window and pace.

    Raises GraphError.
    """
    check_product(body)
    if body.get("recipient_type", "individual") != "individual":
        raise invalid("Param recipient_type must be one of {INDIVIDUAL}: groups are not simulated.")
    kind = body["type"]
    if not isinstance(kind, str) or kind not in CHECKS:
        raise invalid(f"Param type must be one of {{{', '.join(sorted(CHECKS)).upper()}}}.")
    unexpected = body.keys() - COMMON_KEYS - {kind}
    if unexpected:
        raise invalid(f'Unexpected key "{min(unexpected)}" on param "messages".')
    if kind not in body:
        raise missing(f"The parameter {kind} is required.")
    _check_common(body)
    CHECKS[kind](body[kind])


def check_mark(body: dict[str, Any]) -> None:
    """Refuse a read mark or typing indicator that Meta would refuse. Raises GraphError."""
    check_product(body)
    if body.get("status") != "read":
        raise invalid("Param status must be one of {READ}.")
    required_text(body, "message_id")
    if "typing_indicator" in body and required_object(body, "typing_indicator").get("type") != "text":
        raise bad_value("Param typing_indicator['type'] must be one of {TEXT}.")


def check_product(body: dict[str, Any]) -> None:
    """Every body to the messages edge names the product. Raises GraphError."""
    if body.get("messaging_product") != "whatsapp":
        raise invalid("The parameter messaging_product is required.")


def _check_common(body: dict[str, Any]) -> None:
    for key in ("to", "recipient"):
        if not isinstance(body.get(key, ""), str):
            raise invalid(f"Param {key} must be a string.")
    data = body.get("biz_opaque_callback_data", "")
    if not isinstance(data, str) or len(data) > CALLBACK_DATA_MAX:
        raise invalid(f"Param biz_opaque_callback_data must be at most {CALLBACK_DATA_MAX} characters long.")
    if "context" in body:
        required_text(required_object(body, "context"), "message_id", "context.message_id")


def _check_text(text: Any) -> None:
    body = required_text(text, "body", "text.body")
    if not body.strip():
        raise missing("text.body must not be blank")
    if len(body) > TEXT_MAX:
        raise invalid(f"Parameter value is not valid: text.body must be at most {TEXT_MAX} characters")


def _media(kind: str, *allowed: str) -> Callable[[Any], None]:
    def check(media: Any) -> None:
        if not isinstance(media, dict):
            raise bad_value(f"{kind} must be an object")
        if ("id" in media) == ("link" in media):
            raise bad_value(f"{kind} must have either id or link")
        unexpected = media.keys() - {"id", "link", *allowed}
        if unexpected:
            raise bad_value(f"{kind}.{min(unexpected)} is not allowed")
        if "link" in media:
            web_address(media, "link", f"{kind}.link")
        else:
            required_text(media, "id", f"{kind}.id")
        optional_text(media, "caption", f"{kind}.caption", most=CAPTION_MAX)
        if not isinstance(media.get("voice", False), bool):
            raise bad_value(f"{kind}.voice must be a boolean")

    return check


def _check_location(location: Any) -> None:
    number_between(location, "latitude", -90, 90)
    number_between(location, "longitude", -180, 180)
    optional_text(location, "name", "location.name", most=1000)
    optional_text(location, "address", "location.address", most=1000)


def _check_contacts(contacts: Any) -> None:
    for contact in objects({"contacts": contacts}, "contacts", most=CONTACTS_MAX):
        name = required_object(contact, "name", "contacts.name")
        required_text(name, "formatted_name", "contacts.name.formatted_name")
        if not any(name.get(part) for part in NAME_PARTS):
            raise missing(f"contacts.name must have formatted_name and one of {', '.join(NAME_PARTS)}")


def _check_reaction(reaction: Any) -> None:
    required_text(reaction, "message_id", "reaction.message_id")
    if not isinstance(reaction.get("emoji"), str):
        raise missing("reaction.emoji is required; an empty string removes the reaction")


def _check_template(template: Any) -> None:
    required_text(template, "name", "template.name")
    required_text(
        required_object(template, "language", "template.language"), "code", "template.language.code"
    )


CHECKS: dict[str, Callable[[Any], None]] = {
    "text": _check_text,
    "image": _media("image", "caption"),
    "video": _media("video", "caption"),
    "document": _media("document", "caption", "filename"),
    "audio": _media("audio", "voice"),
    "sticker": _media("sticker"),
    "location": _check_location,
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "interactive": check_interactive,
    "template": _check_template,
}
