"""Webhooks of Stripe: the signature over the raw bytes, and what of an event matters here.

Wire: https://docs.stripe.com/webhooks, https://docs.stripe.com/api/events/types. Loaded with the first webhook
that comes where a secret is set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from stripe import SignatureVerificationError, WebhookSignature

from processors.errors import BadRequest, SignatureError
from processors.payments.stripe_pages import page_of

TOLERANCE_SECONDS = 300
"""An older signature is refused: somebody may have kept it."""

SESSION_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.expired",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
    }
)


def verified(raw: bytes, header: str | None, secrets: Sequence[str]) -> dict[str, Any]:
    """The event that Stripe signed with one of the secrets.

    Raises SignatureError when none fits or it is too old, BadRequest when what was signed is no event.
    """
    if not any(_is_signed(raw, header, secret) for secret in secrets):
        raise SignatureError("the signature is missing, wrong or too old", field="Stripe-Signature")
    try:
        event = orjson.loads(raw)
    except ValueError:
        event = None
    if not isinstance(event, dict) or not isinstance(event.get("id"), str):
        raise BadRequest("the body is not an event", field="body")
    return event


def _is_signed(raw: bytes, header: str | None, secret: str) -> bool:
    try:
        WebhookSignature.verify_header(raw, header, secret, TOLERANCE_SECONDS)
    except (SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def facts(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the SQL function `store_payment_event` reads: ids, states and amounts, nothing of the person.

    Events of other kinds, or of a shape that is not understood, keep only their id and type.
    """
    kind = str(event.get("type") or "")
    told: dict[str, Any] = {"provider": "stripe", "event_id": event["id"], "type": kind}
    subject = (event.get("data") or {}).get("object")
    if not isinstance(subject, dict) or not subject.get("id"):
        return told
    about = subject.get("metadata") or {}
    if kind in SESSION_EVENTS and subject.get("status"):
        failed = kind == "checkout.session.async_payment_failed"
        owner = subject.get("client_reference_id") or about.get("payment_id")
        return told | {
            "payment_id": owner,
            "session": page_of(subject, failed=failed).to_json() | {"url": None},
        }
    if kind == "charge.refunded":
        return told | {
            "payment_id": about.get("payment_id"),
            "intent_id": subject.get("payment_intent"),
            "refunded_minor": int(subject.get("amount_refunded") or 0),
        }
    if kind == "charge.dispute.created":
        return told | {
            "intent_id": subject.get("payment_intent"),
            "disputed": subject.get("reason") or "unknown",
        }
    if (
        kind in ("refund.failed", "charge.refund.updated", "refund.updated")
        and subject.get("status") == "failed"
    ):
        return told | {
            "refund_id": subject["id"],
            "intent_id": subject.get("payment_intent"),
            "refund_failed": subject.get("failure_reason") or "unknown",
        }
    return told
