"""`POST /functions/v1/stripe-webhook`: Stripe reports what became of payments.

Stripe repeats for three days what is not answered 2xx, so 200 means that the event and all that follows from it are
committed; a report that comes again, late or in another order changes nothing. The same is found out by asking
(`processors/payments/cashier.py`), should a report never come.
"""

from __future__ import annotations

import asyncio
import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.deps import Deps
from api.errors import problem, responses
from processors.errors import BadRequest, SignatureError
from processors.settings import Settings

log = logging.getLogger(__name__)

router = APIRouter(prefix="/functions/v1", tags=["functions"])


class Reported(BaseModel):
    """What came of a report: its new state of the payment, seen (it came before) or ignored."""

    outcome: str


@router.post(
    "/stripe-webhook",
    response_model=Reported,
    responses=responses(400, 413, 503),
    summary="Take in what Stripe reports of payments",
)
async def stripe_webhook(request: Request, deps: Deps) -> Reported | JSONResponse:
    """Check the signature over the raw body, store the event once and apply it. Other kinds of events are ignored."""
    raw = await request.body()
    try:
        found = await asyncio.to_thread(_read, raw, request.headers.get("stripe-signature"), deps.settings)
    except BadRequest as error:
        log.warning("stripe webhook refused: %s", error)
        return problem(400, str(error), field=error.field, remedy=error.remedy)
    outcome = str(await deps.store.call("store_payment_event", {"p_event": found}))
    log.info("stripe event %s: %s", found["type"] or "(no type)", outcome)
    return Reported(outcome=outcome)


def _read(raw: bytes, signature: str | None, settings: Settings) -> dict[str, object]:
    if not settings.stripe_secrets:
        raise SignatureError(
            "no webhook secret is set, so nothing can be verified",
            field="Stripe-Signature",
            remedy="Set STRIPE_WEBHOOK_SECRETS to the signing secret that Stripe shows for this address.",
        )
    # Loaded here, in a thread: who is paid in cash only never needs the library.
    from processors.payments import stripe_events

    return stripe_events.facts(stripe_events.verified(raw, signature, settings.stripe_secrets))
