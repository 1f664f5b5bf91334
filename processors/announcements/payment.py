"""What the customer is told of a payment: where to pay by card, whether it arrived, what goes back or is cash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from processors.announcements.event import OrderEvent
from processors.announcements.template import status_template
from processors.customer.choices import cart_id, order_id, pay_id
from processors.language.clock import when
from processors.language.money import money
from processors.language.texts import say
from processors.model import Button, Reply

KINDS = frozenset(
    {
        *("pay_link", "paid", "payment_processing", "payment_failed", "payment_expired"),
        *("card_unavailable", "paid_late", "refund_sent", "cash_by_shop"),
    }
)


def render_payment(event: OrderEvent) -> Reply:
    """The message for the customer, for a kind of KINDS."""
    words = _Words(event)
    template = status_template(event)
    if event.kind == "pay_link":
        return Reply(
            text=words.say("pay_link", total=words.money(), until=words.when("expires_at")),
            kind="cta_url",
            list_button=words.say("pay_button"),
            link=str(event.data["url"]),
            template=template,
        )
    if event.kind in ("payment_failed", "payment_expired"):
        again = Button(id=cart_id("checkout"), title=words.say("again_button"))
        return Reply(text=words.say(event.kind), kind="buttons", buttons=(again,), template=template)
    if event.kind == "card_unavailable":
        cash = Button(id=pay_id("instead", event.relay_id), title=words.say("cash_button"))
        cancel = Button(id=order_id("cancel", event.relay_id), title=words.say("cancel_button"))
        has_cash = bool(event.data.get("cash"))
        text = words.say("card_unavailable" if has_cash else "card_unavailable_only")
        buttons = (cash, cancel) if has_cash else (cancel,)
        return Reply(text=text, kind="buttons", buttons=buttons, template=template)
    if event.kind == "paid" and event.data.get("opens"):
        return Reply(text=words.say("paid_closed", opens=words.when("opens")), template=template)
    if event.kind == "cash_by_shop":
        told = words.say("cash_by_shop", total=words.money())
        goes = (
            words.say("cash_opens", opens=words.when("opens"))
            if event.data.get("opens")
            else words.say("cash_goes")
        )
        return Reply(text=f"{told} {goes}", template=template)
    if event.kind == "refund_sent":
        return Reply(text=words.say("refund_sent", amount=words.money()), template=template)
    return Reply(text=words.say(event.kind), template=template)


@dataclass(frozen=True)
class _Words:
    event: OrderEvent

    def say(self, key: str, **values: object) -> str:
        event = self.event
        return say(event.language, f"announce.customer.{key}", code=event.whole, **values)

    def money(self) -> str:
        event = self.event
        return money(Decimal(event.data["amount"]), event.currency, event.language)

    def when(self, name: str) -> str:
        # With its day: a shop that is closed may open after the weekend, and a page may be open until tomorrow.
        event = self.event
        return when(datetime.fromisoformat(event.data[name]), event.timezone, event.language)
