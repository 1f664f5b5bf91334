"""Buckets: make, list, change, empty, remove. Policies on storage.buckets and storage.objects decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import asyncpg
from starlette.requests import Request

from devstack.gateway.storage.bodies import FILE_LIMIT_BYTES, json_body
from devstack.gateway.storage.caller import Callers
from devstack.gateway.storage.errors import StorageFailure, invalid_request, no_such_bucket
from devstack.gateway.storage.files import Files
from devstack.gateway.storage.names import bucket_name

_SIZE = re.compile(r"(\d+(?:\.\d+)?)(gb|mb|kb|b)", re.IGNORECASE)
_UNITS = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_MIME = re.compile(r"[a-z0-9!#$&^_.+-]+/(\*|[a-z0-9!#$&^_.+-]+)", re.IGNORECASE)


class Buckets:
    """Handlers of `/bucket`."""

    def __init__(self, callers: Callers, files: Files) -> None:
        self._callers = callers
        self._files = files

    async def list(self, request: Request) -> Any:
        async with self._callers.caller(request) as connection:
            rows = await connection.fetch("select * from storage.buckets order by name")
        return [_bucket_json(row) for row in rows]

    async def create(self, request: Request) -> Any:
        body = await json_body(request)
        name = bucket_name(body.get("id") or body.get("name"))
        size, mimes = _limits(body)
        owner = str(self._callers.claims(request).get("sub") or "") or None
        async with self._callers.caller(request) as connection:
            await connection.execute(
                "insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types, owner_id) "
                "values ($1, $1, $2, $3, $4, $5)",
                *(name, bool(body.get("public")), size, mimes, owner),
            )
        return {"name": name}

    async def read(self, request: Request) -> Any:
        async with self._callers.caller(request) as connection:
            return _bucket_json(await _visible(connection, request))

    async def change(self, request: Request) -> Any:
        body = await json_body(request)
        size, mimes = _limits(body)
        async with self._callers.caller(request) as connection:
            bucket = await _visible(connection, request)
            await connection.execute(
                "update storage.buckets set public = coalesce($2, public), updated_at = now(), "
                "file_size_limit = case when $3 then $4 else file_size_limit end, "
                "allowed_mime_types = case when $5 then $6::text[] else allowed_mime_types end where id = $1",
                *(bucket["id"], body.get("public"), "file_size_limit" in body, size),
                *("allowed_mime_types" in body, mimes),
            )
        return {"message": "Successfully updated"}

    async def empty(self, request: Request) -> Any:
        async with self._callers.caller(request) as connection:
            bucket = await _visible(connection, request)
            rows = await connection.fetch(
                "delete from storage.objects where bucket_id = $1 returning version", bucket["id"]
            )
        self._files.remove(row["version"] for row in rows)
        return {"message": "Successfully emptied"}

    async def delete(self, request: Request) -> Any:
        not_empty = StorageFailure(409, "ResourceNotEmpty", "The bucket you tried to delete is not empty")
        async with self._callers.caller(request) as connection:
            bucket = await _visible(connection, request)
        # Also what the caller may not see keeps a bucket.
        async with self._callers.service() as connection:
            query = "select exists (select from storage.objects where bucket_id = $1)"
            if await connection.fetchval(query, bucket["id"]):
                raise not_empty
        async with self._callers.caller(request) as connection:
            try:
                await connection.execute("delete from storage.buckets where id = $1", bucket["id"])
            except asyncpg.ForeignKeyViolationError:
                raise not_empty from None
        return {"message": "Successfully deleted"}


async def _visible(connection: Any, request: Request) -> asyncpg.Record:
    query = "select * from storage.buckets where id = $1"
    row: asyncpg.Record | None = await connection.fetchrow(query, bucket_name(request.path_params["bucket"]))
    if row is None:
        raise no_such_bucket()
    return row


def _limits(body: Mapping[str, Any]) -> tuple[int | None, list[str] | None]:
    mimes = body.get("allowed_mime_types")
    if mimes is not None and not (
        isinstance(mimes, list) and all(isinstance(mime, str) and _MIME.fullmatch(mime) for mime in mimes)
    ):
        raise invalid_request("allowed_mime_types must be a list of types such as image/png or image/*")
    return _size_limit(body.get("file_size_limit")), mimes


def _size_limit(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, str):
        found = _SIZE.fullmatch(value)
        if not found:
            message = "Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B"
            raise invalid_request(message)
        value = int(float(found[1]) * _UNITS[found[2].lower()])
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid_request("file_size_limit must be a number of bytes")
    if value > FILE_LIMIT_BYTES:
        raise StorageFailure(413, "EntityTooLarge", "The object exceeded the maximum allowed size")
    return value


def _bucket_json(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "owner": row["owner_id"] or "",
        "public": row["public"],
        "file_size_limit": row["file_size_limit"],
        "allowed_mime_types": row["allowed_mime_types"],
        "created_at": row["created_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
        "type": "STANDARD",
    }
