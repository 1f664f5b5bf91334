"""The files themselves: one per version of an object, named by the version. No name of a caller reaches the disk."""

from __future__ import annotations

import asyncio
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from devstack.gateway.storage.bodies import DEFAULT_MIME
from devstack.gateway.storage.errors import no_such_object


class Files:
    """A folder of versions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> tuple[str, Path]:
        """A version that nobody has, and where its file goes."""
        version = str(uuid.uuid4())
        return version, self._folder / version

    async def copy(self, version: str) -> str:
        """The same content under a new version."""
        fresh, path = self.new()
        try:
            await asyncio.to_thread(shutil.copyfile, self._folder / version, path)
        except FileNotFoundError:
            raise no_such_object() from None
        return fresh

    def remove(self, versions: Iterable[str | None]) -> None:
        """Forget versions; one that is not there is no matter."""
        for version in versions:
            if version:
                (self._folder / version).unlink(missing_ok=True)

    def response(self, request: Request, row: asyncpg.Record) -> Response:
        """The content of an object, whole or the range that is asked for."""
        metadata = orjson.loads(row["metadata"] or "{}")
        path = self._folder / str(row["version"])
        if not path.exists():
            raise no_such_object()
        headers = {
            "etag": metadata.get("eTag", ""),
            "cache-control": metadata.get("cacheControl", "no-cache"),
        }
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        if "download" in request.query_params:
            name = request.query_params["download"] or row["name"].rpartition("/")[2]
            headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')};"
        return FileResponse(path, media_type=metadata.get("mimetype") or DEFAULT_MIME, headers=headers)
