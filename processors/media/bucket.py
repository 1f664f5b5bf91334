"""The private bucket where files are kept, with connections of its own: a long upload holds up no turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from storage3.exceptions import StorageApiError
from supabase import AsyncClient

from processors.errors import MediaError, StorageError, StorageUnavailable
from processors.settings import Settings
from processors.store import connect

BUCKET = "media"
TIMEOUT_SECONDS = 60.0

_REFUSALS = {"413": "too_large", "415": "type_refused"}


class Bucket:
    """Files in and out, with the service's rights."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    async def put(self, path: str, source: Path, mime_type: str) -> None:
        """Upload a file; one that is there already is replaced, so that a repeated try finds no obstacle.

        Raises MediaError when the bucket refuses size or type, StorageUnavailable when it can't be reached.
        """
        options = {"content-type": mime_type, "upsert": "true", "cache-control": "3600"}
        try:
            await self._client.storage.from_(BUCKET).upload(path, source, options)  # type: ignore[arg-type]  # A TypedDict with dashes.
        except StorageApiError as error:
            if reason := _REFUSALS.get(str(error.status)):
                raise MediaError(reason, f"Storage: {error.message}") from None
            raise StorageUnavailable(f"Storage: {error.status}") from None
        except (httpx.HTTPError, OSError) as error:
            raise StorageUnavailable(f"Storage: {type(error).__name__}") from None

    async def get(self, path: str) -> bytes:
        """The bytes of a file. Raises StorageError when it is not there, StorageUnavailable."""
        try:
            return await self._client.storage.from_(BUCKET).download(path)
        except StorageApiError as error:
            if str(error.status) == "404":
                raise StorageError("Storage: no such file", code="404") from None
            raise StorageUnavailable(f"Storage: {error.status}") from None
        except (httpx.HTTPError, OSError) as error:
            raise StorageUnavailable(f"Storage: {type(error).__name__}") from None


@asynccontextmanager
async def open_bucket(settings: Settings) -> AsyncIterator[Bucket]:
    """A bucket with its connections, closed at the end."""
    limits = httpx.Limits(max_connections=settings.media_concurrency + 4, keepalive_expiry=60)
    async with httpx.AsyncClient(http2=False, timeout=TIMEOUT_SECONDS, limits=limits) as http:
        yield Bucket(await connect(settings, http=http))
