"""Meta's limits of interactive messages.

Source: developers.facebook.com, WhatsApp Cloud API, messages/interactive-* (copies of September 2026). The
limit of a list's body (4096) and the ban of duplicates are long-standing knowledge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devstack.simulators.fields import (
    bad_value,
    missing,
    objects,
    optional_text,
    required_object,
    required_text,
    unique,
    web_address,
)

HEADER_MAX = 60
BODY_MAX = 1024
LIST_BODY_MAX = 4096
FOOTER_MAX = 60
BUTTONS_MAX = 3
BUTTON_TITLE_MAX = 20
BUTTON_ID_MAX = 256
SECTIONS_MAX = 10
ROWS_MAX = 10
"""Over all sections of a list together."""
SECTION_TITLE_MAX = 24
ROW_ID_MAX = 200
ROW_TITLE_MAX = 24
ROW_DESCRIPTION_MAX = 72
PRODUCTS_MAX = 30
CARDS_MIN, CARDS_MAX = 2, 10

BODY_OPTIONAL = frozenset({"product"})
HEADERS = {"list": ("text",), "product_list": ("text",)}
MEDIA_HEADERS = ("text", "image", "video", "document")

Action = dict[str, Any]


def check_interactive(interactive: Any) -> None:
    """Refuse an interactive message that Meta would refuse. Raises GraphError."""
    kind = required_text(interactive, "type", "interactive.type")
    if kind not in ACTIONS:
        raise bad_value(f"interactive.type must be one of {', '.join(sorted(ACTIONS))}")
    if kind not in BODY_OPTIONAL or "body" in interactive:
        most = LIST_BODY_MAX if kind == "list" else BODY_MAX
        required_text(required_object(interactive, "body"), "text", "body text", most=most)
    if "footer" in interactive:
        required_text(required_object(interactive, "footer"), "text", "footer text", most=FOOTER_MAX)
    if "header" in interactive:
        _check_header(required_object(interactive, "header"), HEADERS.get(kind, MEDIA_HEADERS))
    elif kind == "product_list":
        raise missing("interactive.header is required for a product list")
    ACTIONS[kind](required_object(interactive, "action", "interactive.action"))


def _check_header(header: dict[str, Any], allowed: tuple[str, ...]) -> None:
    kind = required_text(header, "type", "header.type")
    if kind not in allowed:
        raise bad_value(f"header.type must be one of {', '.join(allowed)}")
    if kind == "text":
        required_text(header, "text", "header text", most=HEADER_MAX)
    else:
        required_object(header, kind, f"header.{kind}")


def _check_buttons(action: Action) -> None:
    replies = []
    for button in objects(action, "buttons", most=BUTTONS_MAX):
        if button.get("type") != "reply":
            raise bad_value("button type must be reply")
        replies.append(required_object(button, "reply"))
    titles = [required_text(reply, "title", "button title", most=BUTTON_TITLE_MAX) for reply in replies]
    ids = [required_text(reply, "id", "button id", most=BUTTON_ID_MAX) for reply in replies]
    unique(titles, "button titles")
    unique(ids, "button ids")


def _check_list(action: Action) -> None:
    required_text(action, "button", "list button", most=BUTTON_TITLE_MAX)
    sections = _titled_sections(action)
    rows = [row for section in sections for row in objects(section, "rows", most=ROWS_MAX)]
    if len(rows) > ROWS_MAX:
        raise bad_value(f"Total row count exceed max allowed count: {ROWS_MAX}")
    for row in rows:
        required_text(row, "title", "row title", most=ROW_TITLE_MAX)
        optional_text(row, "description", "row description", most=ROW_DESCRIPTION_MAX)
    unique([required_text(row, "id", "row id", most=ROW_ID_MAX) for row in rows], "row ids")


def _titled_sections(action: Action) -> list[dict[str, Any]]:
    sections = objects(action, "sections", most=SECTIONS_MAX)
    for section in sections:
        if len(sections) > 1 or "title" in section:
            required_text(section, "title", "section title", most=SECTION_TITLE_MAX)
    return sections


def _named(name: str) -> Callable[[Action], None]:
    def check(action: Action) -> None:
        if action.get("name") != name:
            raise bad_value(f"action.name must be {name}")

    return check


def _check_cta_url(action: Action) -> None:
    _named("cta_url")(action)
    parameters = required_object(action, "parameters")
    required_text(parameters, "display_text", "display_text", most=BUTTON_TITLE_MAX)
    web_address(parameters, "url", "url")


def _check_flow(action: Action) -> None:
    _named("flow")(action)
    parameters = required_object(action, "parameters")
    if parameters.get("flow_message_version") != "3":
        raise bad_value("flow_message_version must be 3")
    if ("flow_id" in parameters) == ("flow_name" in parameters):
        raise bad_value("flow parameters must have either flow_id or flow_name")
    required_text(parameters, "flow_cta", "flow_cta", most=BUTTON_TITLE_MAX)
    if parameters.get("flow_action", "navigate") not in ("navigate", "data_exchange"):
        raise bad_value("flow_action must be navigate or data_exchange")


def _check_product(action: Action) -> None:
    required_text(action, "catalog_id")
    required_text(action, "product_retailer_id")


def _check_product_list(action: Action) -> None:
    required_text(action, "catalog_id")
    items = [
        item
        for section in _titled_sections(action)
        for item in objects(section, "product_items", most=PRODUCTS_MAX)
    ]
    if len(items) > PRODUCTS_MAX:
        raise bad_value(f"Total product count exceed max allowed count: {PRODUCTS_MAX}")
    for item in items:
        required_text(item, "product_retailer_id")


def _check_carousel(action: Action) -> None:
    objects(action, "cards", least=CARDS_MIN, most=CARDS_MAX)


ACTIONS: dict[str, Callable[[Action], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_cta_url,
    "flow": _check_flow,
    "location_request_message": _named("send_location"),
    "request_contact_info": _named("request_contact_info"),
    "address_message": _named("address_message"),
    "call_permission_request": _named("call_permission_request"),
    "catalog_message": _named("catalog_message"),
    "product": _check_product,
    "product_list": _check_product_list,
    "carousel": _check_carousel,
}
