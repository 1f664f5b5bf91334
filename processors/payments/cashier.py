"""The cashier: claims what has to be asked of the provider, asks it, and records the answer.

Nothing is asked inside a transaction. A process that dies between asking and recording is followed by another that
asks the same with the same key, so there is one page for a payment and one refund for what goes back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from processors.errors import PaymentError
from processors.loops import Progress, Wake
from processors.model import Json
from processors.payments.provider import PaymentProvider, page_request, refund_request
from processors.settings import Settings
from processors.store import Store

log = logging.getLogger(__name__)

BATCH = 16
SPARE_LEASE_SECONDS = 30
"""On top of the longest answer: a job is asked again only once nobody can still be at it."""


class Cashier:
    """Asks the provider for one process."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._provider: PaymentProvider | None = None
        self._poll_seconds = settings.stripe_poll_seconds
        # Closing a page may take two requests.
        self._lease_seconds = round(2 * settings.stripe_timeout_seconds) + SPARE_LEASE_SECONDS
        self.wake = Wake()
        self.on_news: Callable[[], None] = lambda: None

    async def step(self) -> Progress:
        """Do what is due, at most a batch."""
        jobs = await self._store.call(
            "claim_payments", {"p_limit": BATCH, "p_lease_seconds": self._lease_seconds}, retry=False
        )
        if not jobs:
            return Progress(done=0)
        provider = await self._opened()
        results = await asyncio.gather(*(self._do(job, provider) for job in jobs), return_exceptions=True)
        self.on_news()
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return Progress(done=len(jobs))

    async def close(self) -> None:
        """Close the provider's connections."""
        if self._provider is not None:
            await self._provider.close()

    async def _opened(self) -> PaymentProvider:
        """The provider, opened for the first job: its library costs memory and a moment, beside the loop."""
        if self._provider is None:
            self._provider = await asyncio.to_thread(_stripe, self._settings)
        return self._provider

    async def _do(self, job: Json, provider: PaymentProvider) -> None:
        if job["job"] == "refund":
            await self._refund(job, provider)
        else:
            await self._page(job, provider)

    async def _page(self, job: Json, provider: PaymentProvider) -> None:
        known = {"p_payment_id": job["id"], "p_token": job["token"]}
        try:
            if job["job"] == "create":
                page = await provider.open_page(page_request(job))
            elif job["job"] == "expire":
                page = await provider.close_page(job["session_id"])
            else:
                page = await provider.look_up(job["session_id"])
        except PaymentError as error:
            trouble: dict[str, object] = {
                "p_kind": error.kind,
                "p_error": _told(error),
                "p_retry_after_seconds": error.retry_after_seconds,
            }
            outcome = await self._store.call("record_payment_trouble", known | trouble)
            log.warning("payment %s (%s): %s, %s", job["id"], job["job"], error.kind, outcome)
            return
        answer = {"p_session": page.to_json(), "p_poll_seconds": self._poll_seconds}
        outcome = await self._store.call("record_payment", known | answer)
        log.info("payment %s (%s): %s", job["id"], job["job"], outcome)

    async def _refund(self, job: Json, provider: PaymentProvider) -> None:
        try:
            sent = await provider.refund(refund_request(job))
            result: dict[str, object] = {"outcome": "sent", "external_id": sent}
        except PaymentError as error:
            result = {
                "outcome": "retry" if error.kind == "retry" else "failed",
                "error": _told(error),
                "retry_after_seconds": error.retry_after_seconds,
            }
        outcome = await self._store.call(
            "record_refund", {"p_refund_id": job["id"], "p_token": job["token"], "p_result": result}
        )
        log.info("refund %s: %s", job["id"], outcome)


def _told(error: PaymentError) -> str:
    return f"{error} ({error.code})" if error.code else str(error)


@asynccontextmanager
async def open_cashier(store: Store, settings: Settings) -> AsyncIterator[Cashier | None]:
    """The cashier of this process, None without a provider's key."""
    if not settings.stripe_enabled:
        yield None
        return
    cashier = Cashier(store, settings)
    try:
        yield cashier
    finally:
        await cashier.close()


def _stripe(settings: Settings) -> PaymentProvider:
    from processors.payments.stripe_pages import StripePages

    return StripePages(settings)
