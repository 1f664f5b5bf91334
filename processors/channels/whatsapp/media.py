"""Files of the WhatsApp Cloud API: look up and download what a customer sent, upload what we send.

`GET {api}/{version}/{media id}` gives an address that lives five minutes; it is fetched with the same bearer token.
`POST {api}/{version}/{phone_number_id}/media` gives an id that lives 30 days. Source:
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import quote, urljoin, urlsplit

import httpx
import orjson

from processors.channels.base import Fetched, SendResult, Uploaded
from processors.channels.whatsapp.answers import read_answer
from processors.errors import MediaError
from processors.settings import Settings

log = logging.getLogger(__name__)

UPLOAD_DAYS = 30
REDIRECTS = 3
READ_TIMEOUT_SECONDS = 30.0

TRUSTED_DOMAINS = (".fbsbx.com", ".facebook.com")
"""Where Meta keeps files. Besides the API's own host, only these ever see the token."""

AGENT = {"User-Agent": "relaydesk", "Accept-Encoding": "identity"}
"""Meta's file servers refuse the names of some HTTP libraries; what is packed could unpack to anything."""

_UNKNOWN_OBJECT = frozenset({100, 131052})
"""What a look-up answers for an id that is unknown, expired (after 7 days) or not downloadable."""


@dataclass(frozen=True, kw_only=True)
class _Location:
    url: str
    mime_type: str
    sha256: bytes | None
    size: int | None


class WhatsAppFiles:
    """A ChannelFiles for the WhatsApp Cloud API. The token is in no log, no error and no repr of it."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._http = http
        self._base = f"{settings.whatsapp_api_url}/{settings.whatsapp_api_version}"
        self._token = settings.whatsapp_access_token.get_secret_value()
        self._api = urlsplit(settings.whatsapp_api_url)
        self._timeout = httpx.Timeout(
            READ_TIMEOUT_SECONDS, connect=min(3.0, settings.whatsapp_send_timeout_seconds)
        )

    async def fetch(self, media_id: str, into: BinaryIO, *, limit: int) -> Fetched:
        """Download a customer's file into `into`, at most `limit` bytes, and check it against its digest.

        The address is asked for anew at each call, and once more when it has run out already.
        Raises MediaError.
        """
        for last in (False, True):
            location = await self._locate(media_id)
            if location.size is not None and location.size > limit:
                raise MediaError("too_large", f"{location.size} bytes, the limit is {limit}")
            try:
                return await self._download(location, into, limit)
            except _AddressGone:
                if last:
                    raise MediaError("unavailable", "the address of the file was refused twice") from None
        raise AssertionError("unreachable")

    async def _locate(self, media_id: str) -> _Location:
        try:
            response = await self._http.get(
                f"{self._base}/{quote(media_id, safe='')}",
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=self._timeout,
            )
            body = _object(response)
        except httpx.HTTPError as error:
            raise MediaError("unavailable", f"look-up: {type(error).__name__}") from None
        code = body["error"].get("code") if isinstance(body.get("error"), dict) else None
        if code in _UNKNOWN_OBJECT or (code is None and response.status_code == 404):
            raise MediaError("gone", f"look-up: WhatsApp no longer has it (code {code})")
        url = body.get("url")
        if not response.is_success or not isinstance(url, str):
            raise MediaError("unavailable", f"look-up: HTTP {response.status_code}, code {code}")
        return _Location(
            url=url,
            mime_type=str(body.get("mime_type") or ""),
            sha256=digest_of(body.get("sha256")),
            size=_size(body.get("file_size")),
        )

    async def _download(self, location: _Location, into: BinaryIO, limit: int) -> Fetched:
        url = location.url
        try:
            for _ in range(REDIRECTS + 1):
                async with self._http.stream(
                    "GET", self._allowed(url), headers=self._headers(url), timeout=self._timeout
                ) as response:
                    if response.is_redirect:
                        url = urljoin(url, response.headers.get("location", ""))
                        continue
                    if response.status_code in (401, 403, 404, 410):
                        raise _AddressGone
                    if not response.is_success:
                        raise MediaError("unavailable", f"download: HTTP {response.status_code}")
                    return await _received(response, location, into, limit)
        except httpx.HTTPError as error:
            raise MediaError("unavailable", f"download: {type(error).__name__}") from None
        raise MediaError("unavailable", "download: too many redirects")

    def _allowed(self, url: str) -> str:
        """The address, if it may be fetched at all: an answer must not lead us into a private network."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) != (self._api.scheme, self._api.netloc) and parts.scheme != "https":
            raise MediaError("unavailable", "download: the address is not https")
        return url

    def _headers(self, url: str) -> dict[str, str]:
        host = urlsplit(url).hostname or ""
        is_trusted = urlsplit(url).netloc == self._api.netloc or host.endswith(TRUSTED_DOMAINS)
        return AGENT | ({"Authorization": f"Bearer {self._token}"} if is_trusted else {})

    async def upload(
        self, account: str, content: bytes, *, mime_type: str, file_name: str
    ) -> Uploaded | SendResult:
        """Give a file to WhatsApp; its id can be sent from `account` for 30 days.

        Raises nothing for what the network or Meta does: instead of the id comes the result of a send that did not
        happen. Nothing reached a customer, so what is in doubt may be tried again.
        """
        try:
            response = await self._http.post(
                f"{self._base}/{quote(account, safe='')}/media",
                data={"messaging_product": "whatsapp", "type": mime_type},
                files={"file": (file_name, content, mime_type)},
                headers={"Authorization": f"Bearer {self._token}"},
                timeout=self._timeout,
            )
        except httpx.RequestError as error:
            return _again(f"upload: no answer from WhatsApp ({type(error).__name__})")
        media_id = _object(response).get("id") if response.is_success else None
        if isinstance(media_id, str) and media_id:
            return Uploaded(external_id=media_id, days=UPLOAD_DAYS)
        result = read_answer(response, attempt=1, token=self._token)
        log.warning("upload by %s: %s, code %s", account, result.outcome, result.code)
        return _again(result.error or "upload: unreadable answer") if result.outcome == "unknown" else result


class _AddressGone(Exception):
    """The address has run out; another one may be asked for."""


async def _received(response: httpx.Response, location: _Location, into: BinaryIO, limit: int) -> Fetched:
    into.seek(0)
    into.truncate()
    digest, size = hashlib.sha256(), 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > limit:
            raise MediaError("too_large", f"more than {limit} bytes")
        digest.update(piece)
        into.write(piece)
    into.flush()
    if location.sha256 is not None and digest.digest() != location.sha256:
        raise MediaError("digest_mismatch", f"the digest of {size} bytes is another one")
    declared = location.mime_type or response.headers.get("content-type", "")
    return Fetched(mime_type=declared, sha256=digest.digest(), size=size)


def digest_of(value: object) -> bytes | None:
    """A SHA-256 as bytes: webhooks write it in base64, the API in hexadecimal. None when it is neither."""
    if not isinstance(value, str):
        return None
    try:
        found = bytes.fromhex(value) if len(value) == 64 else base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return None
    return found if len(found) == 32 else None


def _again(error: str) -> SendResult:
    return SendResult(outcome="retry", error=error, retry_after_seconds=3.0)


def _size(value: Any) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else None


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        document = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}
