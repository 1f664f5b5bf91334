"""What a person can do to a conversation, each one function of the database.

The page names the action and its values; here they are only read. Who may, when, and that the same key acts once is
decided in SQL (`supabase/migrations/*staff_actions.sql`, `*desk_actions.sql`, `*desk_notes.sql`, `*staff_carts.sql`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.amounts import amount_in
from dashboard.client import Refused, rows
from processors.customer.addresses import postcode_of, tidy
from processors.customer.satisfaction import question
from processors.errors import BadRequest
from processors.rider.duty import told_by_shop

KEY_CHARACTERS = 100
LIST_ITEMS = 40

Read = Callable[[Any], Any]
"""A value as the page sent it → as the function takes it. Raises ValueError, TypeError."""


def _id(value: Any) -> str:
    return str(UUID(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value.replace("\x00", "")


def _moment(value: Any) -> str:
    moment = datetime.fromisoformat(_text(value).replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment.isoformat()


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not true or false")
    return value


def _list(read: Read) -> Read:
    def listed(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > LIST_ITEMS:
            raise TypeError("not a list, or too long")
        return [read(item) for item in value]

    return listed


def _file(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not a file")
    texts = {name: _text(value[name])[:500] for name in ("kind", "stored", "mime_type", "file_name")}
    return {**texts, "size_bytes": int(value["size_bytes"])}


def _variant(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > LIST_ITEMS:
        raise TypeError("not a variant")
    return {_text(name): _text(given) for name, given in value.items()}


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value


def _amount(value: Any) -> str:
    return str(Decimal(_text(value)))


def _typed_amount(value: Any) -> str | None:
    """What a person typed, {text, language}; None for an empty field. What is no amount is refused in words."""
    if not isinstance(value, dict):
        raise TypeError("not an amount")
    try:
        amount = amount_in(_text(value["text"]), _text(value["language"]))
    except ValueError:
        raise Refused("no amount", reason="amount") from None
    return None if amount is None else str(amount)


def _delivery(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or value.get("way") not in ("delivery", "pickup"):
        raise TypeError("not a delivery")
    text = _text(value.get("address", ""))
    given = {"way": value["way"], "address": tidy(text), "note": _text(value.get("note", ""))}
    if value.get("address_id") is not None:
        return given | {"address_id": _id(value["address_id"])}
    return given | {"postcode": _text(value.get("postcode", "")) or postcode_of(text)}


def _maybe(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


@dataclass(frozen=True, kw_only=True)
class Action:
    """A function and how its values are read; the parameter of `text` is `p_text`. `about` takes the id."""

    function: str
    values: Mapping[str, Read]
    about: str = "p_conversation_id"
    has_key: bool = True
    """False for what does no more when it is done twice."""
    more: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda values: {}
    """What the desk adds by itself to the values that were read."""


def _action(function: str, **values: Read) -> Action:
    return Action(function=function, values=values)


def _of_order(function: str, **values: Read) -> Action:
    return Action(function=function, about="p_market_order_id", values=values)


def _person(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError("not a person")
    known = ("contact_id", "phone", "name", "language")
    return {name: _text(value[name]) for name in known if value.get(name) is not None}


ACTIONS: Mapping[str, Action] = {
    "reply": _action("staff_send", text=_text, reply_to=_maybe(_id)),
    "template": _action("staff_template", template_id=_id, params=_list(_text)),
    "file": _action("staff_file", file=_file, text=_text, reply_to=_maybe(_id)),
    "react": _action("staff_react", message_id=_id, emoji=_text),
    "retry": _action("retry_message", message_id=_id),
    "take_over": _action("take_over"),
    "hand_back": _action("hand_back"),
    "assign": _action("assign_conversation", staff_id=_maybe(_id)),
    # What the customer may be asked then is the desk's to say, not the page's.
    "resolve": _action("resolve_conversation", question=lambda _: question()),
    "reopen": _action("reopen_conversation"),
    "snooze": _action("snooze_conversation", until=_moment),
    "block": _action("block_contact", blocked=_flag),
    "contact": _action("edit_contact", name=_text, language=_maybe(_text)),
    "note": _action("add_note", body=_text, mentions=_list(_id)),
    "label": _action("set_labels", labels=_list(_text)),
    "remind": _action("set_reminder", at=_moment, body=_text),
    "reminded": _action("finish_reminder", reminder_id=_id),
    "cart_line": _action("staff_set_line", product_id=_id, variant=_variant, quantity=_whole, seen=_whole),
    "cart_delivery": _action("staff_set_delivery", delivery=_delivery, seen=_text),
    "consent": Action(
        function="record_consent",
        about="p_contact_id",
        values={"allowed": _flag, "source": _text, "at": _moment},
    ),
    "merge": Action(function="merge_contact", about="p_contact_id", values={"other_id": _id}),
    "fail_delivery": _of_order("staff_fail_delivery", reason=_text),
    "move_order": _of_order("staff_move_order", status=_text),
    "cancel_order": _of_order("staff_cancel_order", reason=_text),
    "offer_order": _of_order("staff_offer_order", dealer_id=_id),
    "assign_rider": _of_order("staff_assign_rider", rider_id=_id),
    "refund": Action(function="staff_refund_payment", about="p_payment_id", values={"amount": _typed_amount}),
    "pay_cash": Action(function="staff_pay_cash", about="p_relay_id", values={}),
    "pause_rider": Action(
        function="staff_pause_rider",
        about="p_rider_id",
        values={"paused": _flag},
        more=lambda values: {"p_told": told_by_shop(paused=values["p_paused"])},
    ),
    "refetch": Action(function="retry_file", about="p_media_id", values={}, has_key=False),
    "start": Action(
        function="start_conversation",
        about="p_business_id",
        values={"person": _person, "account_id": _id, "template_id": _id, "params": _list(_text)},
    ),
    "place_order": _action("staff_place_order", seen=_text, expected_total=_amount, pay=_maybe(_text)),
}


async def act(client: AsyncPostgrestClient, message: Mapping[str, Any]) -> Any:
    """Do `message["act"]` to what `message["id"]` names, once for `message["key"]`; returns what the function says.

    That is a conversation, or whatever `Action.about` says.

    Raises BadRequest (or what reading values raises) for what no page sends, Refused when the database says no,
    NotAllowed without the role, and what else `dashboard.client.rows` raises.
    """
    action = ACTIONS.get(message.get("act", ""))
    key = message.get("key")
    if action is None or not isinstance(key, str) or not 8 <= len(key) <= KEY_CHARACTERS:
        raise BadRequest("act or key is not understood")
    values = {f"p_{name}": read(message.get(name)) for name, read in action.values.items()}
    values |= action.more(values)
    values |= {action.about: _id(message["id"])} | ({"p_client_key": key} if action.has_key else {})
    return await rows(client.rpc(action.function, values))
