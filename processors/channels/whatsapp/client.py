"""Speaks to the Graph API: sends built bodies, marks messages as read.

`POST {api}/{version}/{phone_number_id}/messages`, header `Authorization: Bearer <token>`. Source:
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from processors.channels.base import Json, SendResult
from processors.channels.whatsapp.answers import read_answer
from processors.errors import ConfigurationError
from processors.settings import Settings

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 3.0

# The connection was never there, so the request cannot have left.
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
# The address or the request is impossible; it would be again.
_IMPOSSIBLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


def create_http(settings: Settings) -> httpx.AsyncClient:
    """The HTTP client for Graph, to be closed by whoever made it.

    Redirects are not followed, so that the token goes nowhere else; a simulator on this machine is
    reached directly even where the environment names a proxy.
    """
    seconds = settings.whatsapp_send_timeout_seconds
    return httpx.AsyncClient(
        timeout=httpx.Timeout(seconds, connect=min(CONNECT_TIMEOUT_SECONDS, seconds)),
        limits=httpx.Limits(max_connections=settings.outbox_concurrency + 4),
        follow_redirects=False,
        mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
    )


class WhatsAppClient:
    """A ChannelClient for the WhatsApp Cloud API. The token is in no log, no error and no repr of it."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        """Raises ConfigurationError for an address that is none and a token that no header can hold."""
        self._http = http
        self._base = f"{settings.whatsapp_api_url}/{settings.whatsapp_api_version}"
        self._token = settings.whatsapp_access_token.get_secret_value()
        # Otherwise the header's own error would quote the token.
        if not all("!" <= c <= "~" for c in self._token):
            raise ConfigurationError(
                "WHATSAPP_ACCESS_TOKEN holds spaces, line breaks or other odd characters"
            )
        try:
            httpx.URL(self._base)
        except httpx.InvalidURL:
            raise ConfigurationError("WHATSAPP_API_URL is not a URL") from None

    async def send(self, account: str, body: Json, *, attempt: int = 1) -> SendResult:
        """Send one body from the number `account` and say what is certain about it.

        `attempt` is the number of this try, from 1: it lengthens the pauses and ends the retries. Raises
        nothing for what the network or Meta does; a cancelled call leaves the outcome unknown.
        """
        try:
            response = await self._post(account, body)
        except httpx.RequestError as error:
            result = _without_answer(error, attempt)
        else:
            result = read_answer(response, attempt=attempt, token=self._token)
        if result.outcome != "sent":
            log.warning("send by %s: %s, code %s, try %d", account, result.outcome, result.code, attempt)
        return result

    async def mark_read(self, account: str, external_id: str, *, typing: bool = False) -> bool:
        """Show the message, and all before it, as read; `typing` shows the dots until a reply or for 25 s.

        A courtesy only: when it fails nothing is lost, so the answer is just whether it worked.
        """
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": external_id}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        try:
            response = await self._post(account, body)
        except httpx.RequestError as error:
            log.info("read mark by %s: %s", account, type(error).__name__)
            return False
        if not response.is_success:
            log.info("read mark by %s: HTTP %d", account, response.status_code)
        return response.is_success

    async def _post(self, account: str, body: Json) -> httpx.Response:
        return await self._http.post(
            f"{self._base}/{quote(account, safe='')}/messages",
            content=orjson.dumps(dict(body)),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
        )


def _without_answer(error: httpx.RequestError, attempt: int) -> SendResult:
    """No complete answer came. Whether the request had left decides between `retry` and `unknown`.

    Reading and writing may fail after Meta took the message: a closed keep-alive connection, a timeout,
    a torn answer look alike from here. Only the name of the error is kept: its text may quote headers.
    """
    name = type(error).__name__
    if isinstance(error, _BEFORE_SENDING):
        pause = float(min(2 ** min(attempt, 8), 60))
        text = f"WhatsApp can't be reached ({name})"
        return SendResult(outcome="retry", error=text, retry_after_seconds=pause, scope="account")
    if isinstance(error, _IMPOSSIBLE):
        text = f"the request can't be made ({name}): check WHATSAPP_API_URL and _ACCESS_TOKEN"
        return SendResult(outcome="failed", error=text, scope="account")
    return SendResult(outcome="unknown", error=f"no answer from WhatsApp ({name})")
