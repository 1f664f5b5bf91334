"""Webhooks as Meta sends them: the envelope, the bytes on the wire, the signature, the retries.

Source: developers.facebook.com, WhatsApp Cloud API, webhooks/overview (September 2026). Meta retries for
seven days; here it is about a minute, which is enough for a receiver that restarts.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import httpx

from devstack.simulators.config import Config

TRIES = 10
BACKOFF_FIRST_SECONDS = 0.25
BACKOFF_MAX_SECONDS = 10.0
TIMEOUT_SECONDS = 20.0
CONNECTIONS_MAX = 64
"""Many, because a receiver may work on a message before it answers, and receipts must not wait for it."""

logger = logging.getLogger(__name__)


def envelope(config: Config, phone_number_id: str, value: dict[str, Any]) -> bytes:
    """One webhook of field `messages` with the number's metadata and the rest of its value."""
    number = config.number(phone_number_id)
    display = number.display if number else phone_number_id
    metadata = {"display_phone_number": display, "phone_number_id": phone_number_id}
    change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": "messages"}
    return encode(
        {"object": "whatsapp_business_account", "entry": [{"id": config.waba_id, "changes": [change]}]}
    )


def encode(payload: dict[str, Any]) -> bytes:
    r"""JSON as Meta writes it: everything beyond ASCII escaped in lower-case hex, slashes as `\/`.

    A slash can only be inside a string, so replacing it in the text is safe.
    """
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def signature(app_secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256` over exactly these bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the receiver said: status None when it could not be reached, then `body` is the reason."""

    status: int | None
    body: Any


class Webhooks:
    """Delivers webhooks to the receiver; further tries run in the background."""

    def __init__(self, config: Config) -> None:
        self._url = config.webhook_url
        self._secret = config.app_secret
        self._tasks: set[asyncio.Task[None]] = set()
        # Proxy settings of the machine are for the outside, never for a receiver on loopback.
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TIMEOUT_SECONDS, pool=None),
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            trust_env=False,
        )

    @property
    def pending(self) -> int:
        """Deliveries that are waiting, under way or to be tried again."""
        return len(self._tasks)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run deliveries while requests go on."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def try_once(self, body: bytes, *, url: str | None = None) -> Answer:
        """Post signed bytes once and report the answer."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": signature(self._secret, body),
        }
        try:
            response = await self._http.post(url or self._url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(status=None, body=f"{type(error).__name__}: {error}")
        return Answer(status=response.status_code, body=_content(response))

    async def deliver(self, body: bytes, *, url: str | None = None, tries_made: int = 0) -> None:
        """Post until the answer is 200, with growing pauses; gives up after the last try."""
        for made in range(tries_made, TRIES):
            if made:
                await asyncio.sleep(min(BACKOFF_FIRST_SECONDS * 2 ** (made - 1), BACKOFF_MAX_SECONDS))
            if (await self.try_once(body, url=url)).status == 200:
                return
        logger.warning("a webhook was not accepted in %d tries and is given up", TRIES)

    async def settled(self) -> None:
        """Return when nothing is pending."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Drop what is pending and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()


def _content(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text
