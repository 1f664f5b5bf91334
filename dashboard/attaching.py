"""A file that a person attaches: looked at, measured, and put into the bucket under their own token."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from postgrest import AsyncPostgrestClient
from starlette.requests import Request
from storage3 import AsyncStorageClient
from storage3.exceptions import StorageApiError

from dashboard.client import one
from processors.errors import MediaError, StorageError
from processors.media.bucket import BUCKET
from processors.media.types import HEAD_BYTES, checked_type, extension

MEGABYTE = 1024 * 1024
LARGEST = {"image": 5 * MEGABYTE, "video": 16 * MEGABYTE, "audio": 16 * MEGABYTE, "document": 100 * MEGABYTE}
"""What WhatsApp takes, in bytes (its documentation, "Media")."""

_DRAWN = ("image/jpeg", "image/png")
"""Any other picture is sent as a document."""


async def attach(
    request: Request, rest: AsyncPostgrestClient, storage: AsyncStorageClient, conversation_id: UUID
) -> dict[str, Any] | None:
    """Store the body of a request; what `staff_file` takes, None when the person may not write in the conversation.

    Raises MediaError `too_large` or `type_refused`, StorageError.
    """
    query = rest.from_("whatsapp_conversations").select("id, business_id").eq("id", str(conversation_id))
    conversation = await one(query.limit(1))
    if conversation is None:
        return None
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    kind = _kind(declared)
    name = unquote(request.headers.get("x-file-name", ""))[-150:]
    # On disk on its way in and out: of a film of a hundred megabytes a piece at a time is in memory.
    with tempfile.NamedTemporaryFile() as file:
        size = await _receive(request, file, LARGEST[kind])
        mime_type = checked_type(kind, declared, _head(file))
        stored = f"{uuid4().hex}.{extension(mime_type)}"
        path = f"{conversation['business_id']}/{conversation_id}/out/{stored}"
        if not await _put(storage, path, Path(file.name), mime_type):
            return None
    return {"kind": kind, "stored": stored, "mime_type": mime_type, "file_name": name, "size_bytes": size}


def _kind(declared: str) -> str:
    if declared in _DRAWN:
        return "image"
    family = declared.partition("/")[0]
    return family if family in ("audio", "video") else "document"


async def _receive(request: Request, file: IO[bytes], most: int) -> int:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise MediaError("too_large", f"more than {most} bytes")
        file.write(chunk)
    file.flush()
    return size


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(HEAD_BYTES)


async def _put(storage: AsyncStorageClient, path: str, file: Path, mime_type: str) -> bool:
    """False when the policies of the bucket refuse the person. Raises MediaError, StorageError."""
    try:
        await storage.from_(BUCKET).upload(path, file, {"content-type": mime_type})
    except StorageApiError as error:
        if str(error.status) in ("400", "401", "403"):
            return False
        if str(error.status) == "413":
            # A project may take less than WhatsApp does: 50 MB unless it was told otherwise.
            raise MediaError("too_large", "more than the project's storage takes") from None
        raise StorageError(f"Storage: {error.status}") from None
    return True
