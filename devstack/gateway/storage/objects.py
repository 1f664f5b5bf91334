"""Objects: upload, read, move, copy, remove.

Who may is tried out by a real statement under the caller's role, so the same policies are needed here as on the
platform: INSERT to upload, SELECT and UPDATE as well to overwrite, SELECT to read, SELECT and UPDATE to move, SELECT
and INSERT to copy, SELECT and DELETE to remove. The row that is kept is written by Storage itself.
"""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from devstack.gateway.storage.bodies import FILE_LIMIT_BYTES, incoming, json_body
from devstack.gateway.storage.caller import Callers
from devstack.gateway.storage.errors import (
    StorageFailure,
    invalid_request,
    no_such_bucket,
    no_such_object,
    too_large,
)
from devstack.gateway.storage.files import Files
from devstack.gateway.storage.names import bucket_name, object_name
from devstack.gateway.storage.shapes import info_json, object_json, stored_metadata

MAX_REMOVED = 1000

_TRY_INSERT = (
    "insert into storage.objects (bucket_id, name, owner, owner_id, version) values ($1, $2, $3, $4, $5)"
)
_TRY_UPSERT = _TRY_INSERT + " on conflict (bucket_id, name) do update set version = excluded.version"
_LOCK = "select pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))"
"""Two uploads of one name come one after the other, so that each knows whose file it replaces."""
_FORMER = "select version from storage.objects where bucket_id = $1 and name = $2"
_KEEP = """
insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
values ($1, $2, $3, $4, $5, $6::text::jsonb, $7::text::jsonb)
{conflict} returning id
"""
_KEEP_NEW = _KEEP.format(conflict="")
_KEEP_ANY = _KEEP.format(
    conflict="on conflict (bucket_id, name) do update set version = excluded.version, metadata = excluded.metadata, "
    "user_metadata = excluded.user_metadata, updated_at = now()"
)


class Objects:
    """Handlers of `/object`."""

    def __init__(self, callers: Callers, files: Files) -> None:
        self._callers = callers
        self._files = files

    # Writing.

    async def upload(self, request: Request) -> Any:
        """POST makes an object, with `x-upsert` or PUT it may overwrite one."""
        bucket, name = place(request)
        upsert = request.method == "PUT" or request.headers.get("x-upsert") == "true"
        owner = self._callers.claims(request).get("sub")
        limits = await self._limits(bucket)
        await self.may_upload(request, bucket, name, upsert=upsert)
        return await self.receive(request, bucket, name, owner=owner, upsert=upsert, limits=limits)

    async def may_upload(self, request: Request, bucket: str, name: str, *, upsert: bool) -> None:
        """Raises StorageFailure unless the caller may."""
        owner = self._callers.claims(request).get("sub")
        statement = _TRY_UPSERT if upsert else _TRY_INSERT
        await self._callers.test(
            *(request, statement, bucket, name, _owner_uuid(owner), owner, str(uuid.uuid4()))
        )

    async def receive(
        self,
        request: Request,
        bucket: str,
        name: str,
        *,
        owner: str | None,
        upsert: bool,
        limits: asyncpg.Record | None = None,
    ) -> Any:
        """Take in the file of a request that may upload it."""
        limits = limits or await self._limits(bucket)
        allowed = limits["allowed_mime_types"]
        limit = min(FILE_LIMIT_BYTES, limits["file_size_limit"] or FILE_LIMIT_BYTES)
        version, path = self._files.new()
        async with incoming(request) as file:
            _refuse_other_types(file.mime, allowed)
            if _announced(request) > limit + _FORM_OVERHEAD:
                raise too_large()
            received = await file.save(path, limit=limit)
        try:
            row_id = await self._keep(
                *(bucket, name, _owner_uuid(owner), owner, version, stored_metadata(received)),
                orjson.dumps(dict(received.user_metadata or {})).decode(),
                upsert=upsert,
            )
        except BaseException:
            self._files.remove([version])
            raise
        return {"Id": row_id, "Key": f"{bucket}/{name}"}

    async def _keep(self, bucket: str, name: str, *row: Any, upsert: bool) -> str:
        """Write the row of a file that is there, and forget the file it replaces. Returns the row's id."""
        async with self._callers.service() as connection:
            await connection.execute(_LOCK, bucket, name)
            former = await connection.fetchval(_FORMER, bucket, name)
            row_id = await connection.fetchval(_KEEP_ANY if upsert else _KEEP_NEW, bucket, name, *row)
        self._files.remove([former])
        return str(row_id)

    async def _limits(self, bucket: str) -> asyncpg.Record:
        async with self._callers.service() as connection:
            query = "select file_size_limit, allowed_mime_types from storage.buckets where id = $1"
            limits: asyncpg.Record | None = await connection.fetchrow(query, bucket)
        if limits is None:
            raise no_such_bucket()
        return limits

    # Reading.

    async def download(self, request: Request) -> Response:
        return self._files.response(request, await self.visible(request))

    async def public(self, request: Request) -> Response:
        return self._files.response(request, await self._public(request))

    async def info(self, request: Request) -> Any:
        return info_json(await self.visible(request))

    async def public_info(self, request: Request) -> Any:
        return info_json(await self._public(request))

    async def visible(self, request: Request) -> asyncpg.Record:
        """The object of the path, if the caller may read it."""
        bucket, name = place(request)
        async with self._callers.caller(request) as connection:
            return await _one(connection, bucket, name)

    async def _public(self, request: Request) -> asyncpg.Record:
        bucket, name = place(request)
        async with self._callers.service() as connection:
            query = "select public from storage.buckets where id = $1"
            if not await connection.fetchval(query, bucket):
                raise no_such_bucket()
            return await _one(connection, bucket, name)

    async def signed(self, request: Request, bucket: str, name: str) -> Response:
        """An object for somebody who holds a signed address."""
        async with self._callers.service() as connection:
            row = await _one(connection, bucket, name)
        return self._files.response(request, row)

    # Moving and removing.

    async def move(self, request: Request) -> Any:
        bucket, source, target_bucket, target = await _journey(request)
        async with self._callers.caller(request) as connection:
            moved = await connection.fetchval(
                "update storage.objects set bucket_id = $3, name = $4, updated_at = now() "
                "where bucket_id = $1 and name = $2 returning id",
                *(bucket, source, target_bucket, target),
            )
        if moved is None:
            raise no_such_object()
        return {"message": "Successfully moved", "Id": str(moved), "Key": f"{target_bucket}/{target}"}

    async def copy(self, request: Request) -> Any:
        bucket, source, target_bucket, target = await _journey(request)
        upsert = request.headers.get("x-upsert") == "true"
        owner = self._callers.claims(request).get("sub")
        async with self._callers.caller(request) as connection:
            row = await _one(connection, bucket, source)
        await self.may_upload(request, target_bucket, target, upsert=upsert)
        version = await self._files.copy(row["version"])
        try:
            row_id = await self._keep(
                *(target_bucket, target, _owner_uuid(owner), owner, version),
                *(row["metadata"], row["user_metadata"] or "{}"),
                upsert=upsert,
            )
        except BaseException:
            self._files.remove([version])
            raise
        return {"Id": row_id, "Key": f"{target_bucket}/{target}"}

    async def remove(self, request: Request) -> Any:
        """Many objects of a bucket; those that the caller may not remove stay, without a word."""
        bucket = bucket_name(request.path_params["bucket"])
        names = (await json_body(request)).get("prefixes")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise invalid_request("body/prefixes must be a list of names")
        if len(names) > MAX_REMOVED:
            raise invalid_request(f"body/prefixes must NOT have more than {MAX_REMOVED} items")
        return [object_json(row) for row in await self._removed(request, bucket, names)]

    async def remove_one(self, request: Request) -> Any:
        bucket, name = place(request)
        if not await self._removed(request, bucket, [name]):
            raise no_such_object()
        return {"message": "Successfully deleted"}

    async def _removed(self, request: Request, bucket: str, names: list[str]) -> list[asyncpg.Record]:
        async with self._callers.caller(request) as connection:
            rows: list[asyncpg.Record] = await connection.fetch(
                "delete from storage.objects where bucket_id = $1 and name = any ($2::text[]) returning *",
                *(bucket, names),
            )
        self._files.remove(row["version"] for row in rows)
        return rows


_FORM_OVERHEAD = 64 * 1024
"""What the parts of a form may take beside the file."""


def place(request: Request) -> tuple[str, str]:
    """Bucket and name of the path. Raises StorageFailure for names that can't be."""
    return bucket_name(request.path_params["bucket"]), object_name(request.path_params["path"])


async def _one(connection: Any, bucket: str, name: str) -> asyncpg.Record:
    query = "select * from storage.objects where bucket_id = $1 and name = $2"
    row: asyncpg.Record | None = await connection.fetchrow(query, bucket, name)
    if row is None:
        raise no_such_object()
    return row


async def _journey(request: Request) -> tuple[str, str, str, str]:
    body = await json_body(request)
    bucket = bucket_name(body.get("bucketId"))
    target_bucket = bucket_name(body.get("destinationBucket") or bucket)
    return bucket, object_name(body.get("sourceKey")), target_bucket, object_name(body.get("destinationKey"))


def _refuse_other_types(mime: str, allowed: list[str] | None) -> None:
    kind = mime.partition(";")[0].strip().lower()
    if allowed and kind not in allowed and f"{kind.partition('/')[0]}/*" not in allowed:
        raise StorageFailure(
            415, "InvalidMimeType", f"mime type {mime} is not supported", error="invalid_mime_type"
        )


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _owner_uuid(owner: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(owner))
    except ValueError:
        return None
