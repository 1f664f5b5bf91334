"""Stripe as far as payments need it: checkout sessions, refunds, signed events, a page to pay at, and its faults.

It is asked with Stripe's own library, so a parameter that Stripe does not know is refused here too.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from devstack.simulators.config import Config
from devstack.simulators.journal import Journal
from devstack.simulators.service import Call, Control, Dropped, Service, refused
from devstack.simulators.stripe_account import Account, StripeRefusal, form_of
from devstack.simulators.stripe_events import StripeWebhooks, event
from devstack.simulators.stripe_page import CARDS, page

BANK_SECONDS = 5.0

Kind = Literal["rate_limit", "server", "key", "refused", "lost_request", "lost_answer"]
Act = Literal["pay", "bank", "bank_paid", "bank_failed", "expire", "refund", "dispute", "next_day"]

_FAILURES: dict[str, tuple[int, dict[str, Any]]] = {
    "rate_limit": (
        429,
        {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many requests"},
    ),
    "server": (500, {"type": "api_error", "message": "An unknown error occurred"}),
    "key": (401, {"type": "invalid_request_error", "message": "Invalid API Key provided"}),
    "refused": (
        400,
        {"type": "invalid_request_error", "message": "Your account cannot currently make charges."},
    ),
}


class Failure(BaseModel):
    """One request that fails: before it is done, or (lost_answer) after."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    retry_after_seconds: int | None = None


class Wish(BaseModel):
    """What should happen on Stripe's side; `amount` of a refund, all that is left without."""

    model_config = ConfigDict(extra="forbid")

    do: Act
    amount: int | None = None


class StripeControl(Control):
    """Failures of the next requests, and whether events are sent: normal, none, duplicated."""

    fail_next: list[Failure] = Field(default_factory=list)
    events: Literal["normal", "none", "duplicated"] = "normal"
    event_delay_ms: float = Field(default=0, ge=0, le=60_000)


class Stripe(Service[StripeControl]):
    """The simulated service."""

    prefix = "/stripe"
    control_type = StripeControl

    def __init__(self, config: Config) -> None:
        super().__init__(Journal())
        self.account = Account()
        self.webhooks = StripeWebhooks(config.stripe_webhook_url, config.stripe_webhook_secret)

    def reset(self) -> None:
        """Defaults again, an empty log and an empty account."""
        super().reset()
        self.account = Account()

    def extra_routes(self) -> list[Route]:
        """The page to pay at, and what happens on Stripe's side."""
        return [
            Route("/pay/{session_id}", self._page, methods=["GET", "POST"]),
            Route("/_act/{session_id}", self._act, methods=["POST"]),
        ]

    def parsed(self, raw: bytes) -> tuple[object, bytes | None]:
        """A form becomes an object, in the log as well."""
        form = form_of(raw)
        return form, orjson.dumps(form)

    async def answer(self, call: Call) -> Response | None:
        """Answer one request of the library."""
        if not call.token:
            return _error(
                401, {"type": "invalid_request_error", "message": "You did not provide an API key."}
            )
        failure = self.control.fail_next.pop(0) if self.control.fail_next else None
        if failure is not None and failure.kind == "lost_request":
            return Dropped()
        if failure is not None and failure.kind != "lost_answer":
            status, error = _FAILURES[failure.kind]
            after = failure.retry_after_seconds
            return _error(status, error, headers={"retry-after": str(after)} if after is not None else None)
        response = self._kept(call)
        return Dropped() if failure is not None else response

    def _kept(self, call: Call) -> Response:
        """The answer that was given to this idempotency key, or a new one that is kept."""
        key = call.request.headers.get("idempotency-key") if call.request.method == "POST" else None
        asked = (call.path, call.body)
        if key and key in self.account.answers:
            before, status, body = self.account.answers[key]
            if before != asked:
                text = "Keys for idempotent requests can only be used with the same parameters as at first."
                return _error(400, {"type": "idempotency_error", "message": text})
            return JSONResponse(body, status_code=status, headers={"idempotent-replayed": "true"})
        status, body = self._done(call)
        if key:
            self.account.answers[key] = (asked, status, body)
        return JSONResponse(body, status_code=status)

    def _done(self, call: Call) -> tuple[int, dict[str, Any]]:
        try:
            return 200, dict(self._do(call))
        except StripeRefusal as refusal:
            error = {"type": "invalid_request_error", "message": str(refusal)}
            error |= {name: value for name in ("code", "param") if (value := getattr(refusal, name))}
            return refusal.status, {"error": error}

    def _do(self, call: Call) -> dict[str, Any]:
        assert isinstance(call.body, dict)
        parts = call.path.strip("/").split("/")
        match call.request.method, parts:
            case "POST", ["v1", "checkout", "sessions"]:
                base = str(call.request.base_url).rstrip("/").removesuffix(self.prefix)
                session = self.account.open_session(call.body, base)
                self.webhooks.in_background(self._expires(session["id"], session["expires_at"]))
                return session
            case "GET", ["v1", "checkout", "sessions", session_id]:
                session = self.account.session(session_id)
                wanted = [v for k, v in call.request.query_params.multi_items() if k.startswith("expand")]
                if "payment_intent" in wanted and session["payment_intent"]:
                    return session | {"payment_intent": self.account.intents[session["payment_intent"]]}
                return session
            case "POST", ["v1", "checkout", "sessions", session_id, "expire"]:
                session = self.account.expire(session_id)
                self._tell("checkout.session.expired", session)
                return session
            case "GET", ["v1", "refunds"]:
                return self.account.refunds_of(dict(call.request.query_params))
            case "POST", ["v1", "refunds"]:
                refund, charge = self.account.refund(call.body)
                self._tell("charge.refunded", charge)
                return refund
        raise StripeRefusal(f"Unrecognized request URL ({call.request.method}: {call.path}).", status=404)

    def _tell(self, kind: str, subject: dict[str, Any]) -> None:
        if self.control.events == "none":
            return
        times = 2 if self.control.events == "duplicated" else 1
        self.webhooks.in_background(self._deliver(event(kind, subject), times))

    async def _deliver(self, body: bytes, times: int) -> None:
        await asyncio.sleep(self.control.event_delay_ms / 1000)
        await self.webhooks.deliver(body, times=times)

    async def _expires(self, session_id: str, at: int) -> None:
        await asyncio.sleep(max(0.0, at - time.time()))
        session = self.account.sessions.get(session_id)
        if session is not None and session["status"] == "open":
            self.act(session_id, "expire")

    def act(self, session_id: str, act: Act, amount: int | None = None) -> dict[str, Any]:
        """What happens on Stripe's side, with its event. Raises StripeRefusal."""
        account = self.account
        session = account.session(session_id)
        if act == "expire":
            session = account.expire(session_id)
            self._tell("checkout.session.expired", session)
        elif act in ("pay", "bank"):
            session = account.confirm(session_id, paid=act == "pay")
            self._tell("checkout.session.completed", session)
        elif act in ("bank_paid", "bank_failed"):
            session = account.bank_says(session_id, paid=act == "bank_paid")
            end = "succeeded" if act == "bank_paid" else "failed"
            self._tell(f"checkout.session.async_payment_{end}", session)
        elif act == "refund":
            form = {
                "payment_intent": account.intent_of(session)["id"],
                **({"amount": amount} if amount else {}),
            }
            self._tell("charge.refunded", account.refund(form)[1])
        elif act == "next_day":
            account.answers.clear()
        else:
            intent = account.intent_of(session)
            dispute = {"id": "du_1", "object": "dispute", "reason": "fraudulent", "charge": intent["charge"]}
            self._tell(
                "charge.dispute.created",
                dispute | {"payment_intent": intent["id"], "amount": intent["amount"]},
            )
        return session

    async def _act(self, request: Request) -> Response:
        try:
            wish = Wish.model_validate_json(await request.body())
            return JSONResponse(self.act(request.path_params["session_id"], wish.do, wish.amount))
        except ValidationError:
            return refused(
                "do must be one of pay, bank, bank_paid, bank_failed, expire, refund, dispute, next_day"
            )
        except StripeRefusal as refusal:
            return refused(str(refusal), status=refusal.status)

    async def _page(self, request: Request) -> Response:
        session_id = request.path_params["session_id"]
        try:
            session = self.account.session(session_id)
        except StripeRefusal:
            return HTMLResponse("There is no such page.", status_code=404)
        if request.method == "GET" or session["status"] != "open":
            return HTMLResponse(page(session))
        card = str(form_of(await request.body()).get("card", "")).replace(" ", "")
        if card not in CARDS or CARDS[card] == "is declined":
            return HTMLResponse(page(session, "The card was declined. Try another one."), status_code=402)
        pays_at_once = CARDS[card] == "pays at once"
        session = self.act(session_id, "pay" if pays_at_once else "bank")
        if not pays_at_once:
            self.webhooks.in_background(self._bank_later(session_id))
        return HTMLResponse(page(session))

    async def _bank_later(self, session_id: str) -> None:
        await asyncio.sleep(BANK_SECONDS)
        # A developer may have said how it ended, or emptied the account, in the meantime.
        session = self.account.sessions.get(session_id)
        if session is not None and self.account.intent_of(session)["status"] == "processing":
            self.act(session_id, "bank_paid")


def _error(status: int, error: dict[str, Any], *, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": error}, status_code=status, headers=headers)
