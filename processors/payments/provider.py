"""What every provider of payments by card speaks, and the jobs that the database hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from processors.model import Json

PageState = Literal["open", "complete", "expired"]


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """A page to pay at. `amount_minor` is in the currency's smallest unit, `currency` ISO 4217 in capitals.

    `payment_id` is also the key under which the same request again gives the same page. `back_url` is where the
    customer goes from the page.
    """

    payment_id: UUID
    amount_minor: int
    currency: str
    expires_at: datetime
    order_code: str
    business: str
    business_id: UUID
    language: str
    back_url: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page as the provider knows it. `paid` and `failed` are the money's state, `status` the page's."""

    id: str
    status: PageState
    paid: bool
    failed: bool
    url: str | None
    intent_id: str | None
    amount_minor: int | None
    currency: str | None

    def to_json(self) -> dict[str, Any]:
        """The argument `p_session` of the SQL function `record_payment`."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """Money that goes back, once for each `refund_id` however often it is asked.

    `key` is the key of the request, another one after a refusal. `asked_before`: an answer may have been lost, so
    the provider is asked first whether it has sent this refund already; keys are forgotten, refunds are not.
    """

    refund_id: UUID
    key: UUID
    asked_before: bool
    payment_id: UUID
    intent_id: str
    amount_minor: int


class PaymentProvider(Protocol):
    """A provider of payments. Every method raises PaymentError, which says whether another try may help."""

    async def open_page(self, request: PageRequest) -> Page:
        """The page to pay at, the same one for the same payment."""
        ...

    async def look_up(self, page_id: str) -> Page:
        """A page as it stands now."""
        ...

    async def close_page(self, page_id: str) -> Page:
        """A page that nobody can pay at any more; one that was paid already is returned as such."""
        ...

    async def refund(self, request: RefundRequest) -> str:
        """Send money back, unless that was done before. Returns the provider's id of the refund."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...


def page_request(job: Json) -> PageRequest:
    """A claimed job `create` in the shape of the SQL function `claim_payments`."""
    chat = "".join(sign for sign in job["chat"] if sign.isdigit())
    return PageRequest(
        payment_id=UUID(job["id"]),
        amount_minor=job["amount_minor"],
        currency=job["currency"],
        expires_at=datetime.fromisoformat(job["expires_at"]),
        order_code=job["order_code"],
        business=job["business"],
        business_id=UUID(job["business_id"]),
        language=job["language"],
        back_url=f"https://wa.me/{chat}",
    )


def refund_request(job: Json) -> RefundRequest:
    """A claimed job `refund` in the shape of the SQL function `claim_payments`."""
    return RefundRequest(
        refund_id=UUID(job["id"]),
        key=UUID(job["key"]),
        asked_before=job["asked_before"],
        payment_id=UUID(job["payment_id"]),
        intent_id=job["intent_id"] or "",
        amount_minor=job["amount_minor"],
    )
