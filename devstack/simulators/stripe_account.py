"""What a Stripe account holds: checkout sessions, their payments, refunds, and answers kept by idempotency key.

Sources: docs.stripe.com, api/checkout/sessions, api/refunds, api/idempotent_requests, api/errors (September 2026).
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

MINIMUM = {"eur": 50, "usd": 50, "gbp": 30, "jpy": 50}
"""Smallest amount of a payment in the currency's smallest unit."""

EXPIRES_AFTER_SECONDS = (30 * 60, 24 * 3600)

SESSION_KEYS = frozenset(
    {
        *(
            "mode",
            "allowed_payment_method_types",
            "adaptive_pricing",
            "line_items",
            "client_reference_id",
            "metadata",
            "payment_intent_data",
        ),
        *("expires_at", "success_url", "cancel_url", "locale", "expand"),
    }
)
REFUND_KEYS = frozenset({"payment_intent", "amount", "reason", "metadata"})
LOCALES = frozenset({"auto", "it", "en", "id", "de", "fr", "es"})

Json = dict[str, Any]


class StripeRefusal(Exception):
    """A request that Stripe refuses with 400 or 404."""

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None, status: int = 400):
        super().__init__(message)
        self.code, self.param, self.status = code, param, status


@dataclass
class Account:
    """One account in memory."""

    sessions: dict[str, Json] = field(default_factory=dict)
    intents: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, tuple[object, int, Json]] = field(default_factory=dict)
    """What was answered to an idempotency key: the request, the status, the body. Stripe forgets it after a day."""

    def open_session(self, form: Json, base_url: str) -> Json:
        """A new checkout session. Raises StripeRefusal."""
        _known(form, SESSION_KEYS)
        if form.get("mode") != "payment":
            raise StripeRefusal("mode must be payment here", param="mode")
        if not str(form.get("success_url", "")).startswith(("https://", "http://")):
            raise StripeRefusal("Not a valid URL", param="success_url", code="url_invalid")
        if form.get("locale", "auto") not in LOCALES:
            raise StripeRefusal("Invalid locale", param="locale")
        amount, currency = _total(form.get("line_items"))
        now = int(time.time())
        expires = _number(form.get("expires_at", now + EXPIRES_AFTER_SECONDS[1]), "expires_at")
        low, high = EXPIRES_AFTER_SECONDS
        if not low <= expires - now <= high + 5:
            raise StripeRefusal(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from creation.",
                param="expires_at",
            )
        session_id = f"cs_test_{secrets.token_hex(16)}"
        self.sessions[session_id] = {
            "id": session_id,
            "object": "checkout.session",
            "mode": "payment",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": amount,
            "currency": currency,
            "client_reference_id": form.get("client_reference_id"),
            "metadata": form.get("metadata") or {},
            "payment_intent": None,
            "expires_at": expires,
            "created": now,
            "livemode": False,
            "locale": form.get("locale"),
            "success_url": form["success_url"],
            "cancel_url": form.get("cancel_url"),
            "url": f"{base_url}/stripe/pay/{session_id}",
            "customer_details": None,
        }
        data = form.get("payment_intent_data") or {}
        self.intents[session_id] = {
            "metadata": data.get("metadata") or {},
            "description": data.get("description"),
        }
        return self.sessions[session_id]

    def session(self, session_id: str) -> Json:
        """Raises StripeRefusal when there is none."""
        if session_id not in self.sessions:
            raise StripeRefusal(
                f"No such checkout.session: {session_id}",
                code="resource_missing",
                param="session",
                status=404,
            )
        return self.sessions[session_id]

    def expire(self, session_id: str) -> Json:
        """Close an open session. Raises StripeRefusal for any other."""
        session = self.session(session_id)
        if session["status"] != "open":
            raise StripeRefusal(
                f'Only Checkout Sessions with a status in ["open"] can be expired. This one is {session["status"]}.'
            )
        session |= {"status": "expired", "url": None}
        return session

    def confirm(self, session_id: str, *, paid: bool) -> Json:
        """The customer pays; `paid` is false for a bank that says so later."""
        session = self.session(session_id)
        if session["status"] != "open":
            raise StripeRefusal("This session can't be paid any more.")
        intent_id = f"pi_{secrets.token_hex(12)}"
        self.intents[intent_id] = self.intents.pop(session_id) | {
            "id": intent_id,
            "object": "payment_intent",
            "amount": session["amount_total"],
            "currency": session["currency"],
            "status": "succeeded" if paid else "processing",
            "charge": f"ch_{secrets.token_hex(12)}",
            "refunded": 0,
        }
        session |= {
            "status": "complete",
            "payment_status": "paid" if paid else "unpaid",
            "payment_intent": intent_id,
            "url": None,
            "customer_details": {"email": "somebody@example.com", "name": "Somebody"},
        }
        return session

    def bank_says(self, session_id: str, *, paid: bool) -> Json:
        """The end of a payment that a bank was working on."""
        session = self.session(session_id)
        intent = self.intent_of(session)
        intent["status"] = "succeeded" if paid else "requires_payment_method"
        session["payment_status"] = "paid" if paid else "unpaid"
        return session

    def intent_of(self, session: Json) -> Json:
        """The payment of a page. Raises StripeRefusal when nothing was paid there."""
        if session["payment_intent"] is None:
            raise StripeRefusal("Nothing was paid on this page.")
        return self.intents[session["payment_intent"]]

    def refund(self, form: Json) -> tuple[Json, Json]:
        """Money back: the refund and the charge. Raises StripeRefusal."""
        _known(form, REFUND_KEYS)
        intent = self.intents.get(str(form.get("payment_intent")))
        if intent is None or "id" not in intent:
            raise StripeRefusal(
                "No such payment_intent", code="resource_missing", param="payment_intent", status=404
            )
        left = intent["amount"] - intent["refunded"]
        amount = _number(form.get("amount", left), "amount")
        if left == 0:
            raise StripeRefusal(
                f"Charge {intent['charge']} has already been refunded.", code="charge_already_refunded"
            )
        if not 0 < amount <= left:
            raise StripeRefusal("Refund amount is greater than unrefunded amount on charge", param="amount")
        intent["refunded"] += amount
        refund = {
            "id": f"re_{secrets.token_hex(12)}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "charge": intent["charge"],
            "status": "succeeded",
            "metadata": form.get("metadata") or {},
        }
        self.refunds[refund["id"]] = refund
        return refund, self.charge(intent)

    def refunds_of(self, asked: Json) -> Json:
        """A page of refunds, the latest first. Raises StripeRefusal."""
        _known(asked, frozenset({"payment_intent", "limit", "starting_after"}))
        found = [r for r in reversed(self.refunds.values()) if r["payment_intent"] == asked["payment_intent"]]
        after = asked.get("starting_after")
        start = next((n + 1 for n, r in enumerate(found) if r["id"] == after), 0)
        end = start + _number(asked.get("limit", 10), "limit")
        return {
            "object": "list",
            "url": "/v1/refunds",
            "data": found[start:end],
            "has_more": end < len(found),
        }

    def charge(self, intent: Json) -> Json:
        """The charge of a payment as events carry it."""
        return {
            "id": intent["charge"],
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": intent["refunded"],
            "refunded": intent["refunded"] == intent["amount"],
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "metadata": intent["metadata"],
        }


def form_of(raw: bytes) -> Json:
    """`line_items[0][quantity]=1` → {"line_items": {"0": {"quantity": "1"}}}, as Stripe's library writes it."""
    found: Json = {}
    for key, value in parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True):
        first, *rest = key.replace("]", "").split("[")
        place = found
        for part in rest:
            place, first = place.setdefault(first, {}), part
        place[first] = value
    return found


def _known(form: Json, keys: frozenset[str]) -> None:
    unknown = form.keys() - keys
    if unknown:
        name = min(unknown)
        raise StripeRefusal(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def _total(items: Any) -> tuple[int, str]:
    if not isinstance(items, dict) or not items:
        raise StripeRefusal(
            "Missing required param: line_items.", param="line_items", code="parameter_missing"
        )
    total, currency = 0, ""
    for item in items.values():
        price = item.get("price_data") or {}
        if not (price.get("product_data") or {}).get("name"):
            raise StripeRefusal(
                "Missing required param: name.", param="line_items[0][price_data][product_data][name]"
            )
        currency = str(price.get("currency", ""))
        if not (len(currency) == 3 and currency.isalpha() and currency.islower()):
            raise StripeRefusal(f"Invalid currency: {currency}.", param="line_items[0][price_data][currency]")
        total += _number(price.get("unit_amount"), "unit_amount") * _number(item.get("quantity"), "quantity")
    if total < MINIMUM.get(currency, 1):
        raise StripeRefusal(
            "The Checkout Session's total amount due must add up to at least the minimum charge amount.",
            code="amount_too_small",
        )
    return total, currency


def _number(value: Any, name: str) -> int:
    if not str(value).isascii() or not str(value).isdigit():
        raise StripeRefusal(f"Invalid integer: {value}", param=name, code="parameter_invalid_integer")
    return int(value)
