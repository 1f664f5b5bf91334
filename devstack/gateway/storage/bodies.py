"""What requests to Storage carry: JSON, and files as a form or bare."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from devstack.gateway.storage.errors import invalid_request, too_large

FILE_LIMIT_BYTES = 50 * 1024 * 1024
"""The limit of a hosted project unless set otherwise; a bucket may have a smaller one."""
DEFAULT_MIME = "application/octet-stream"
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file that has arrived on disk."""

    size: int
    etag: str
    mime: str
    cache_control: str
    user_metadata: Mapping[str, Any] | None


@dataclass(kw_only=True)
class Incoming:
    """A file that is about to be read."""

    mime: str
    cache_control: str
    user_metadata: Mapping[str, Any] | None
    chunks: AsyncIterator[bytes]

    async def save(self, path: Path, *, limit: int) -> Received:
        """Write it to `path`. Raises StorageFailure when it is longer than `limit`; nothing is left then."""
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.md5(usedforsecurity=False), 0
        try:
            with path.open("wb") as file:
                async for chunk in self.chunks:
                    size += len(chunk)
                    if size > limit:
                        raise too_large()
                    digest.update(chunk)
                    await _write(file, chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Received(
            size=size,
            etag=f'"{digest.hexdigest()}"',
            mime=self.mime,
            cache_control=self.cache_control,
            user_metadata=self.user_metadata,
        )


async def _write(file: BinaryIO, chunk: bytes) -> None:
    await asyncio.to_thread(file.write, chunk)


@contextlib.asynccontextmanager
async def incoming(request: Request) -> AsyncIterator[Incoming]:
    """The file of an upload. Raises StorageFailure when there is none."""
    headers = request.headers
    if not headers.get("content-type", "").startswith("multipart/form-data"):
        yield Incoming(
            mime=headers.get("content-type") or DEFAULT_MIME,
            cache_control=headers.get("cache-control") or "no-cache",
            user_metadata=_encoded_metadata(headers.get("x-metadata", "")),
            chunks=request.stream(),
        )
        return
    try:
        form = await request.form(max_files=1, max_fields=20)
    except MultiPartException as error:
        raise invalid_request(f"the form can't be read: {error.message}") from None
    try:
        file = next((value for value in form.values() if isinstance(value, UploadFile)), None)
        if file is None:
            raise invalid_request("No content provided")
        yield Incoming(
            mime=file.content_type or DEFAULT_MIME,
            cache_control=_cache_control(form.get("cacheControl")),
            user_metadata=_metadata(form.get("metadata")),
            chunks=_chunks(file),
        )
    finally:
        await form.close()


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK_BYTES):
        yield chunk


def _cache_control(value: object) -> str:
    return f"max-age={value}" if isinstance(value, str) and value else "no-cache"


def _metadata(value: object) -> Mapping[str, Any] | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        metadata = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise invalid_request("metadata is not JSON") from None
    if not isinstance(metadata, dict):
        raise invalid_request("metadata is not an object")
    return metadata


def _encoded_metadata(value: str) -> Mapping[str, Any] | None:
    try:
        return _metadata(base64.b64decode(value, validate=True).decode())
    except ValueError:
        raise invalid_request("x-metadata is not base64") from None


async def json_body(request: Request) -> Mapping[str, Any]:
    """The JSON object of a request; empty when there is no body."""
    raw = await request.body()
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        raise invalid_request("the body is not JSON") from None
    if not isinstance(body, dict):
        raise invalid_request("the body is not an object")
    if b"\\u0000" in raw:
        raise invalid_request("the body holds a null character")
    return body


def whole_number(body: Mapping[str, Any], name: str, default: int) -> int:
    """A number from 0 on; the Python client sends some as texts."""
    value = body.get(name, default)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | str) or not str(value).isascii():
        raise invalid_request(f"body/{name} must be integer")
    if not str(value).isdigit() or int(value) >= 2**31:
        raise invalid_request(f"body/{name} must be an integer from 0 to {2**31 - 1}")
    return int(value)
