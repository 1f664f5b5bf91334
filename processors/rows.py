"""From rows of storage to the frozen objects that pipelines and senders read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from processors.model import Account, Business, CartLine, Contact, Dealer, Json, Message, Rider, Turn

P = TypeVar("P", Dealer, Rider)


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A message claimed from the outbox. `number` is the try, from 1; `reply` is Reply.to_json().

    `media_id`: the provider holds the reply's file under this id already.
    """

    message_id: UUID
    token: UUID
    number: int
    channel: str
    account: str
    reply: Json
    context_id: str | None
    phone: str | None
    recipient: str | None
    window_open: bool
    media_id: str | None = None


def turn_from_row(row: Json) -> Turn:
    """One element of `claim_turns`' answer."""
    business = row["business"]
    contact = row["contact"]
    return Turn(
        token=UUID(row["token"]),
        attempts=row["attempts"],
        business=Business(
            id=UUID(business["id"]),
            name=business["name"],
            bot_kind=business["bot_kind"],
            languages=tuple(business["languages"]),
            default_language=business["default_language"],
            currency=business["currency"],
            timezone=business["timezone"],
            persona=business["persona"],
            limits=business["limits"],
            hours=business["hours"],
            opens_at=_moment(business.get("opens_at")),
            delivers=business["delivers"],
            payment_methods=tuple(business["payment_methods"]),
        ),
        account=Account(
            id=UUID(row["account"]["id"]),
            channel=row["account"]["channel"],
            external_id=row["account"]["external_id"],
            simulated=row["account"]["simulated"],
        ),
        contact=Contact(
            id=UUID(contact["id"]),
            name=contact["name"],
            phone=contact["phone"],
            language=contact["language"],
            opted_out=contact["opted_out"],
            privacy_noticed=contact["privacy_noticed"],
        ),
        conversation_id=UUID(row["conversation_id"]),
        conversation_type=row["conversation_type"],
        language=row["language"],
        session=row["session"],
        summary=row["summary"],
        message_count=row["message_count"],
        escalated=row["escalated"],
        messages=tuple(message_from_row(m) for m in row["messages"]),
        history=tuple(message_from_row(m) for m in row["history"]),
        cart=tuple(cart_line_from_row(line) for line in row["cart"]),
        dealer=_partner(Dealer, row.get("dealer")),
        rider=_partner(Rider, row.get("rider")),
    )


def _partner(kind: type[P], row: Json | None) -> P | None:
    return kind(id=UUID(row["id"]), name=row["name"], paused=row["paused"]) if row else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def outgoing_from_row(row: Json) -> Outgoing:
    """A claimed message in the shape of the SQL function `private.outgoing_json`."""
    return Outgoing(
        message_id=UUID(row["message_id"]),
        token=UUID(row["token"]),
        number=row["number"],
        channel=row["channel"],
        account=row["account"],
        reply=row["reply"],
        context_id=row["context_id"],
        phone=row["phone"],
        recipient=row["recipient"],
        window_open=row["window_open"],
        media_id=row.get("media_id"),
    )


def message_from_row(row: Json) -> Message:
    """A message in the shape of the SQL function `private.message_json`."""
    return Message(
        id=UUID(row["id"]),
        sequence=row["sequence"],
        author=row["author"],
        direction=row["direction"],
        type=row["type"],
        content=row["content"],
        payload=row["payload"],
        transcript=row["transcript"],
        provider_time=datetime.fromisoformat(row["provider_time"]),
        external_id=row.get("external_id"),
        intent=row["intent"],
    )


def cart_line_from_row(row: Json) -> CartLine:
    """A cart line in the shape of the SQL function `private.cart_json`; its price is exact."""
    return CartLine(
        product_id=UUID(row["product_id"]),
        sku=row["sku"],
        name=row["name"],
        quantity=row["quantity"],
        variant=row["variant"],
        unit_price=Decimal(row["unit_price"]),
    )
