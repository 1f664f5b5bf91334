"""Stripe Checkout through Stripe's own library: pages to pay at, how they stand, and refunds.

Wire: https://docs.stripe.com/api/checkout/sessions, https://docs.stripe.com/api/refunds,
https://docs.stripe.com/api/idempotent_requests. The library is loaded when the first of these is built: a process
without a key never pays for it. Its own repetitions are off, because the rows of the database repeat already.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, cast

import stripe

from processors.errors import PaymentError
from processors.payments.provider import Page, PageRequest, PageState, RefundRequest
from processors.settings import Settings

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

LANGUAGES = ("it", "en", "id")
"""Languages of ours that Stripe's pages speak."""

REFUNDS_PER_PAGE = 100
_NOT_SENT = ("failed", "canceled")
_BROKEN = "the provider can't be reached or has trouble"


class StripePages:
    """One Stripe account."""

    def __init__(self, settings: Settings) -> None:
        self._http = stripe.HTTPXClient(timeout=settings.stripe_timeout_seconds)
        self._is_simulated = bool(settings.stripe_api_url)
        self._client = stripe.StripeClient(
            settings.stripe_secret_key.get_secret_value(),
            base_addresses={"api": settings.stripe_api_url.rstrip("/")} if settings.stripe_api_url else None,
            http_client=self._http,
            max_network_retries=0,
        )

    async def open_page(self, request: PageRequest) -> Page:
        """The page to pay at. Its parameters depend on the request alone, as the idempotency key demands."""
        about = {
            "payment_id": str(request.payment_id),
            "business_id": str(request.business_id),
            "order_code": request.order_code,
        }
        params: SessionCreateParams = {
            "mode": "payment",
            # Other ways take days to arrive, or change the amount; an order waits for neither.
            "allowed_payment_method_types": ["card"],
            "adaptive_pricing": {"enabled": False},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": request.currency.lower(),
                        "unit_amount": request.amount_minor,
                        "product_data": {"name": f"{request.business} · {request.order_code}"[:250]},
                    },
                }
            ],
            "client_reference_id": str(request.payment_id),
            "metadata": about,
            "payment_intent_data": {"metadata": about, "description": request.order_code},
            "expires_at": int(request.expires_at.timestamp()),
            "success_url": request.back_url,
            "cancel_url": request.back_url,
        }
        if request.language in LANGUAGES:
            params["locale"] = cast(Any, request.language)
        key: stripe.RequestOptions = {"idempotency_key": f"page-{request.payment_id}"}
        page = page_of(await _asked(self._client.v1.checkout.sessions.create_async(params, key)))
        if not page.url or not (page.url.startswith("https://") or self._is_simulated):
            raise PaymentError("refused", "the page has no address that a customer could open")
        return page

    async def look_up(self, page_id: str) -> Page:
        """The page with what became of its payment."""
        found = await _asked(
            self._client.v1.checkout.sessions.retrieve_async(page_id, {"expand": ["payment_intent"]})
        )
        return page_of(found)

    async def close_page(self, page_id: str) -> Page:
        """Close it; where that is refused it was paid or closed before, which a look tells."""
        try:
            return page_of(await _asked(self._client.v1.checkout.sessions.expire_async(page_id)))
        except PaymentError as error:
            if error.kind != "refused":
                raise
            return await self.look_up(page_id)

    async def refund(self, request: RefundRequest) -> str:
        """Send money back; what has gone back already counts as sent.

        Stripe keeps idempotency keys for a day, and a person may try again after a week. So whoever may have asked
        before looks among the refunds of the payment for the one that carries the row's id.
        """
        if request.asked_before and (sent_before := await self._sent_before(request)):
            return sent_before
        params: Any = {
            "payment_intent": request.intent_id,
            "amount": request.amount_minor,
            "reason": "requested_by_customer",
            "metadata": {"payment_id": str(request.payment_id), "refund_id": str(request.refund_id)},
        }
        key: stripe.RequestOptions = {"idempotency_key": f"refund-{request.key}"}
        try:
            sent = await _asked(self._client.v1.refunds.create_async(params, key))
        except PaymentError as error:
            if error.code == "charge_already_refunded":
                return f"already:{request.key}"
            raise
        if sent["status"] in _NOT_SENT:
            raise PaymentError("refused", f"the refund is {sent['status']}", code=sent.get("failure_reason"))
        return str(sent["id"])

    async def _sent_before(self, request: RefundRequest) -> str | None:
        """Stripe's id of a refund that was asked for by this row and did not fail."""
        page: Any = {"payment_intent": request.intent_id, "limit": REFUNDS_PER_PAGE}
        while True:
            answer = await _asked(self._client.v1.refunds.list_async(page))
            for refund in answer["data"]:
                is_ours = (refund.get("metadata") or {}).get("refund_id") == str(request.refund_id)
                if is_ours and refund["status"] not in _NOT_SENT:
                    return str(refund["id"])
            if not answer["has_more"]:
                return None
            page = page | {"starting_after": answer["data"][-1]["id"]}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]  # Stripe's library has no types here.


def page_of(session: Mapping[str, Any], *, failed: bool = False) -> Page:
    """A Checkout Session as a page. `failed` is known from an event's type, else from its expanded intent."""
    intent = session.get("payment_intent")
    if isinstance(intent, dict):
        failed = failed or intent.get("status") in ("requires_payment_method", "canceled")
        intent = intent.get("id")
    is_paid = session.get("payment_status") in ("paid", "no_payment_required")
    status: PageState = session["status"]
    return Page(
        id=str(session["id"]),
        status=status,
        paid=is_paid and status == "complete",
        failed=failed and status == "complete",
        url=session.get("url"),
        intent_id=intent,
        amount_minor=session.get("amount_total"),
        currency=(session.get("currency") or "").upper() or None,
    )


async def _asked(answer: Awaitable[stripe.StripeObject]) -> dict[str, Any]:
    """What Stripe answers, as plain values.

    Raises PaymentError of a kind that says what to do; its text holds no key and no person.
    """
    try:
        return (await answer).to_dict()
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise PaymentError("configuration", "Stripe does not accept the key", code=error.code) from None
    except stripe.RateLimitError as error:
        raise PaymentError("retry", "too many requests", retry_after_seconds=_pause(error)) from None
    except stripe.IdempotencyError:
        # The same request is under way elsewhere, or has been changed since; the first case passes by itself.
        raise PaymentError("retry", "the request is under way already") from None
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise PaymentError("refused", error.user_message or "refused", code=error.code) from None
    except stripe.StripeError as error:
        raise PaymentError("retry", _BROKEN, code=error.code, retry_after_seconds=_pause(error)) from None


def _pause(error: stripe.StripeError) -> float | None:
    try:
        seconds = float((error.headers or {}).get("retry-after", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and 0 <= seconds <= 3600 else None
