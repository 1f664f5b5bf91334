"""Media of the Graph simulator: upload, look up, download, delete; and what can go wrong on the way.

As at Meta a look-up gives an address that runs out, and the address gives the content to whoever has the token.

Source: developers.facebook.com, WhatsApp Cloud API, business-phone-numbers/media (September 2026).
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from devstack.simulators.fields import invalid
from devstack.simulators.graph_errors import GraphError

MEGABYTE = 1024 * 1024
KEPT_MAX = 64 * MEGABYTE
"""Content kept in all; the oldest goes first."""

MEDIA_TYPES = ("audio", "document", "image", "sticker", "video")
LIMITS = {
    "image/jpeg": 5 * MEGABYTE,
    "image/png": 5 * MEGABYTE,
    "image/webp": 500 * 1024,
    "video/mp4": 16 * MEGABYTE,
    "video/3gpp": 16 * MEGABYTE,
    "audio/aac": 16 * MEGABYTE,
    "audio/amr": 16 * MEGABYTE,
    "audio/mpeg": 16 * MEGABYTE,
    "audio/mp4": 16 * MEGABYTE,
    "audio/ogg": 16 * MEGABYTE,
    "text/plain": 100 * MEGABYTE,
    "application/pdf": 100 * MEGABYTE,
    "application/msword": 100 * MEGABYTE,
    "application/vnd.ms-excel": 100 * MEGABYTE,
    "application/vnd.ms-powerpoint": 100 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 100 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 100 * MEGABYTE,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": 100 * MEGABYTE,
}

Case = Literal["ok", "gone", "expired", "digest", "too_big", "swelling", "unavailable", "slow", "redirect"]
"""What becomes of a look-up and the download after it.

gone: WhatsApp has it no longer · expired: the address has run out already · digest: another digest is announced ·
too_big: a huge size is announced · swelling: far more comes than was announced · unavailable: the file server fails ·
slow: the content comes in pieces with pauses · redirect: the content is elsewhere.
"""

HUGE = 512 * MEGABYTE
PIECES = 8
ADDRESSES_MAX = 10_000

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364600000"
    "00060002308 1d02f0000000049454e44ae426082".replace(" ", "")
)
"""A picture of one point: what a photograph that was never uploaded looks like."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One file."""

    id: str
    mime_type: str
    content: bytes

    def described(self, url: str, case: Case = "ok") -> dict[str, Any]:
        """The answer to a look-up; `url` is where the content is."""
        announced = b"another file" if case == "digest" else self.content
        return {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": self.mime_type,
            "sha256": hashlib.sha256(announced).hexdigest(),
            "file_size": str(HUGE if case == "too_big" else len(self.content)),
            "id": self.id,
        }


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a file can be had for a while, and what becomes of whoever tries."""

    media_id: str
    ends_at: float
    case: Case


class Media:
    """Uploaded files, and stand-ins for the files of inbound messages."""

    def __init__(self) -> None:
        self._files: OrderedDict[str, Stored] = OrderedDict()
        self._addresses: OrderedDict[str, Address] = OrderedDict()
        self._bytes = 0

    def get(self, media_id: str) -> Stored | None:
        """A file by its id."""
        return self._files.get(media_id)

    def address(self, media_id: str, case: Case, *, seconds: float) -> str:
        """A new key to a file's content, good for so many seconds."""
        key = secrets.token_urlsafe(16)
        ends_at = time.time() + (-1 if case == "expired" else seconds)
        self._addresses[key] = Address(media_id=media_id, ends_at=ends_at, case=case)
        while len(self._addresses) > ADDRESSES_MAX:
            self._addresses.popitem(last=False)
        return key

    def download(self, key: str, *, pause_seconds: float, elsewhere: str) -> Response:
        """The content behind a key; `elsewhere` is the address of a redirect, given the new key."""
        address = self._addresses.get(key)
        stored = self.get(address.media_id) if address else None
        if address is None or stored is None or address.ends_at <= time.time():
            return Response(status_code=404)
        match address.case:
            case "unavailable":
                return Response("upstream connect error", status_code=503)
            case "redirect":
                return RedirectResponse(elsewhere + self.address(stored.id, "ok", seconds=60), 302)
            case "slow":
                return StreamingResponse(_slowly(stored.content, pause_seconds), media_type=stored.mime_type)
            case "swelling":
                return StreamingResponse(_swelling(stored.content), media_type=stored.mime_type)
        return Response(stored.content, media_type=stored.mime_type)

    def delete(self, media_id: str) -> bool:
        """Forget a file; whether there was one."""
        stored = self._files.pop(media_id, None)
        self._bytes -= len(stored.content) if stored else 0
        return stored is not None

    async def upload(self, request: Request) -> Stored:
        """Store the file of a multipart request. Raises GraphError."""
        async with request.form() as form:
            file = form.get("file")
            if form.get("messaging_product") != "whatsapp":
                raise invalid("The parameter messaging_product is required.")
            if not isinstance(file, UploadFile):
                raise invalid("The parameter file is required.")
            mime_type = (file.content_type or str(form.get("type", ""))).lower()
            content = await file.read()
        most = LIMITS.get(mime_type.partition(";")[0].strip())
        if most is None:
            raise invalid(f"Param file must be a file with one of the following types: {', '.join(LIMITS)}.")
        if len(content) > most:
            raise GraphError(131053, f"File size exceeds the limit of {most} bytes for {mime_type}.")
        return self.keep(str(secrets.randbelow(9 * 10**15) + 10**15), mime_type, content)

    def sent_by_customer(self, message: dict[str, Any]) -> None:
        """Make the file of an inbound message downloadable, unless it was uploaded before."""
        media = message.get(message["type"])
        if message["type"] not in MEDIA_TYPES or not isinstance(media, dict):
            return
        media_id = media.get("id")
        if isinstance(media_id, str) and media_id not in self._files:
            mime_type = str(media.get("mime_type") or "application/octet-stream")
            content = PIXEL if mime_type.startswith("image/") else f"simulated {media_id}".encode()
            self.keep(media_id, mime_type, content)

    def keep(self, media_id: str, mime_type: str, content: bytes) -> Stored:
        """Hold a file under an id; the oldest ones make room."""
        stored = Stored(id=media_id, mime_type=mime_type, content=content)
        self._files[media_id] = stored
        self._bytes += len(content)
        while self._bytes > KEPT_MAX and len(self._files) > 1:
            self.delete(next(iter(self._files)))
        return stored


async def _slowly(content: bytes, pause_seconds: float) -> AsyncIterator[bytes]:
    size = -(-len(content) // PIECES) or 1
    for start in range(0, len(content), size):
        await asyncio.sleep(pause_seconds)
        yield content[start : start + size]


async def _swelling(content: bytes) -> AsyncIterator[bytes]:
    yield content
    for _ in range(HUGE // MEGABYTE):
        yield bytes(MEGABYTE)
        await asyncio.sleep(0)
