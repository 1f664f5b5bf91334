"""Storage: buckets and objects. Who may do what is decided by policies on storage.objects; files are on disk.

Errors answer HTTP 400 while the body names the real status, as the platform does. An upload is tested by a real
insert under the caller's role, so the same policies are needed here as there.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import orjson
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

Claims = Mapping[str, Any]
Identify = Callable[[str], Claims]


class StorageFailure(Exception):
    """A refusal. `status` goes into the body; the HTTP status is 400 for nearly all of them."""

    def __init__(self, status: str, error: str, message: str, *, http: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.http = http


_NOT_FOUND = StorageFailure("404", "not_found", "Object not found")


class StorageService:
    """The routes of `/storage/v1`. `pool` connects with a role that may become anon, authenticated, service_role."""

    def __init__(self, pool: asyncpg.Pool[Any], folder: Path, *, secret: str, identify: Identify) -> None:
        self._pool = pool
        self._folder = folder
        self._secret = secret
        self._identify = identify

    def routes(self) -> list[Route]:
        """To be mounted below `/storage/v1`."""
        return [
            Route("/bucket", self._answer(self.buckets), methods=["GET", "POST"]),
            Route("/bucket/{bucket}", self._answer(self.bucket), methods=["GET"]),
            Route("/object/list/{bucket}", self._answer(self.list), methods=["POST"]),
            Route("/object/sign/{bucket}/{path:path}", self._answer(self.sign), methods=["POST"]),
            Route("/object/sign/{bucket}/{path:path}", self._answer(self.signed), methods=["GET"]),
            Route("/object/public/{bucket}/{path:path}", self._answer(self.public), methods=["GET"]),
            Route("/object/info/{bucket}/{path:path}", self._answer(self.info), methods=["GET"]),
            Route("/object/{bucket}", self._answer(self.remove), methods=["DELETE"]),
            Route("/object/{bucket}/{path:path}", self._answer(self.upload), methods=["POST", "PUT"]),
            Route("/object/{bucket}/{path:path}", self._answer(self.download), methods=["GET"]),
        ]

    def _answer(self, handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                result = await handler(request)
            except StorageFailure as failure:
                body = {"statusCode": failure.status, "error": failure.error, "message": str(failure)}
                return JSONResponse(body, failure.http)
            except asyncpg.InsufficientPrivilegeError as error:
                return JSONResponse(
                    {"statusCode": "403", "error": "Unauthorized", "message": str(error)}, 400
                )
            except asyncpg.UniqueViolationError:
                body = {"statusCode": "409", "error": "Duplicate", "message": "The resource already exists"}
                return JSONResponse(body, 400)
            return result if isinstance(result, Response) else JSONResponse(result)

        return endpoint

    async def _as_caller(self, request: Request, connection: Any) -> Claims:
        token = request.headers.get("authorization", "").partition(" ")[2] or request.headers.get(
            "apikey", ""
        )
        try:
            claims = self._identify(token)
        except ValueError:
            raise StorageFailure("403", "Unauthorized", "jwt malformed") from None
        role = str(claims.get("role") or "anon")
        if role not in ("anon", "authenticated", "service_role"):
            raise StorageFailure("403", "Unauthorized", "jwt names an unknown role")
        await connection.execute(
            "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true), "
            "set_config('request.jwt.claim.sub', $3, true), set_config('storage.allow_delete_query', 'true', true)",
            role,
            orjson.dumps(dict(claims)).decode(),
            str(claims.get("sub") or ""),
        )
        return claims

    # Buckets.

    async def buckets(self, request: Request) -> Any:
        async with self._pool.acquire() as connection, connection.transaction():
            await self._as_caller(request, connection)
            if request.method == "GET":
                return [
                    _bucket_json(r)
                    for r in await connection.fetch("select * from storage.buckets order by name")
                ]
            body = await _json(request)
            name = body.get("id") or body.get("name")
            if not isinstance(name, str) or not name:
                raise StorageFailure("422", "InvalidRequest", "name is missing")
            await connection.execute(
                "insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) "
                "values ($1, $1, $2, $3, $4)",
                name,
                bool(body.get("public")),
                _bytes(body.get("file_size_limit")),
                body.get("allowed_mime_types"),
            )
        return {"name": name}

    async def bucket(self, request: Request) -> Any:
        async with self._pool.acquire() as connection, connection.transaction():
            await self._as_caller(request, connection)
            name = request.path_params["bucket"]
            row = await connection.fetchrow("select * from storage.buckets where id = $1", name)
        if row is None:
            raise StorageFailure("404", "Bucket not found", "Bucket not found")
        return _bucket_json(row)

    # Objects.

    async def upload(self, request: Request) -> Any:
        bucket, path = request.path_params["bucket"], _clean(request.path_params["path"])
        upsert = request.method == "PUT" or request.headers.get("x-upsert") == "true"
        content, mime = await _file(request)
        limits = await self._pool.fetchrow(
            "select file_size_limit, allowed_mime_types from storage.buckets where id = $1", bucket
        )
        if limits is None:
            raise StorageFailure("404", "Bucket not found", "Bucket not found")
        if limits["file_size_limit"] is not None and len(content) > limits["file_size_limit"]:
            raise StorageFailure("413", "Payload too large", "The object exceeded the maximum allowed size")
        if limits["allowed_mime_types"] and mime.split(";")[0] not in limits["allowed_mime_types"]:
            raise StorageFailure("415", "invalid_mime_type", f"mime type {mime} is not supported")
        metadata = {"size": len(content), "mimetype": mime, "eTag": hashlib.sha256(content).hexdigest()}
        conflict = (
            "on conflict (bucket_id, name) do update set metadata = excluded.metadata, updated_at = now() "
        )
        async with self._pool.acquire() as connection, connection.transaction():
            claims = await self._as_caller(request, connection)
            row_id = await connection.fetchval(
                "insert into storage.objects (bucket_id, name, owner_id, metadata) "  # No input in it.
                f"values ($1, $2, $3, $4::text::jsonb) {conflict if upsert else ''}returning id",
                bucket,
                path,
                claims.get("sub"),
                orjson.dumps(metadata).decode(),
            )
            target = self._place(bucket, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return {"Id": str(row_id), "Key": f"{bucket}/{path}"}

    async def download(self, request: Request) -> Any:
        row = await self._visible(request)
        return self._send(request.path_params["bucket"], row)

    async def info(self, request: Request) -> Any:
        row = await self._visible(request)
        metadata = orjson.loads(row["metadata"] or "{}")
        return {"id": str(row["id"]), "name": row["name"], "size": metadata.get("size"), "metadata": metadata}

    async def public(self, request: Request) -> Any:
        row = await self._pool.fetchrow(
            "select o.* from storage.objects o join storage.buckets b on b.id = o.bucket_id "
            "where b.public and o.bucket_id = $1 and o.name = $2",
            request.path_params["bucket"],
            request.path_params["path"],
        )
        if row is None:
            raise _NOT_FOUND
        return self._send(request.path_params["bucket"], row)

    async def sign(self, request: Request) -> Any:
        row = await self._visible(request)
        seconds = _bytes((await _json(request)).get("expiresIn")) or 60
        key = f"{request.path_params['bucket']}/{row['name']}"
        now = int(time.time())
        claims = {"url": key, "scope": "download", "iat": now, "exp": now + seconds}
        token = jwt.encode(claims, self._secret, algorithm="HS256")
        return {"signedURL": f"/object/sign/{key}?token={token}"}

    async def signed(self, request: Request) -> Any:
        key = f"{request.path_params['bucket']}/{request.path_params['path']}"
        try:
            claims = jwt.decode(request.query_params.get("token", ""), self._secret, algorithms=["HS256"])
        except jwt.PyJWTError:
            raise StorageFailure("400", "InvalidJWT", "jwt expired or malformed") from None
        if claims.get("url") != key:
            raise StorageFailure("400", "InvalidSignature", "The signature is for another object")
        row = await self._pool.fetchrow(
            "select * from storage.objects where bucket_id = $1 and name = $2",
            request.path_params["bucket"],
            request.path_params["path"],
        )
        if row is None:
            raise _NOT_FOUND
        return self._send(request.path_params["bucket"], row)

    async def list(self, request: Request) -> Any:
        body = await _json(request)
        prefix = str(body.get("prefix") or "").strip("/")
        prefix = f"{prefix}/" if prefix else ""
        async with self._pool.acquire() as connection, connection.transaction():
            await self._as_caller(request, connection)
            rows = await connection.fetch(
                "select * from storage.objects where bucket_id = $1 and starts_with(name, $2) order by name",
                request.path_params["bucket"],
                prefix,
            )
        entries: dict[str, Any] = {}
        for row in rows:
            first, slash, _ = row["name"].removeprefix(prefix).partition("/")
            entries.setdefault(first, _folder_json(first) if slash else _object_json(row, first))
        offset, limit = _bytes(body.get("offset")) or 0, _bytes(body.get("limit")) or 100
        return list(entries.values())[offset : offset + limit]

    async def remove(self, request: Request) -> Any:
        bucket = request.path_params["bucket"]
        names = (await _json(request)).get("prefixes") or []
        async with self._pool.acquire() as connection, connection.transaction():
            await self._as_caller(request, connection)
            rows = await connection.fetch(
                "delete from storage.objects where bucket_id = $1 and name = any ($2::text[]) returning *",
                bucket,
                names,
            )
        for row in rows:
            self._place(bucket, row["name"]).unlink(missing_ok=True)
        return [_object_json(row, row["name"]) for row in rows]

    async def _visible(self, request: Request) -> asyncpg.Record:
        async with self._pool.acquire() as connection, connection.transaction():
            await self._as_caller(request, connection)
            row: asyncpg.Record | None = await connection.fetchrow(
                "select * from storage.objects where bucket_id = $1 and name = $2",
                request.path_params["bucket"],
                request.path_params["path"],
            )
        if row is None:
            # Forbidden and missing look alike, so that nobody learns what exists.
            raise _NOT_FOUND
        return row

    def _place(self, bucket: str, path: str) -> Path:
        # A digest for a name: no path of a caller ever reaches the file system.
        return self._folder / hashlib.sha256(f"{bucket}\0{path}".encode()).hexdigest()

    def _send(self, bucket: str, row: asyncpg.Record) -> Response:
        metadata = orjson.loads(row["metadata"] or "{}")
        headers = {"etag": f'"{metadata.get("eTag", "")}"'}
        place = self._place(bucket, row["name"])
        if not place.exists():
            raise _NOT_FOUND
        return FileResponse(place, media_type=metadata.get("mimetype"), headers=headers)


def _clean(path: str) -> str:
    if (
        not path
        or len(path) > 1024
        or any(part in ("", ".", "..") for part in path.split("/"))
        or "\0" in path
    ):
        raise StorageFailure("400", "InvalidKey", "Invalid key")
    return path


async def _file(request: Request) -> tuple[bytes, str]:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            for value in form.values():
                if isinstance(value, UploadFile):
                    return await value.read(), value.content_type or "text/plain;charset=UTF-8"
        raise StorageFailure("400", "InvalidRequest", "the form has no file")
    return await request.body(), request.headers.get("content-type", "application/octet-stream")


async def _json(request: Request) -> Mapping[str, Any]:
    try:
        body = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError:
        raise StorageFailure("400", "InvalidRequest", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise StorageFailure("400", "InvalidRequest", "the body is not an object")
    return body


def _bytes(value: object) -> int | None:
    # The Python client sends numbers as strings.
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else None


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
    }


def _object_json(row: asyncpg.Record, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "id": str(row["id"]),
        "bucket_id": row["bucket_id"],
        "created_at": row["created_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
        "last_accessed_at": row["last_accessed_at"].isoformat(),
        "metadata": orjson.loads(row["metadata"] or "{}"),
    }


def _folder_json(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "id": None,
        "created_at": None,
        "updated_at": None,
        "last_accessed_at": None,
        "metadata": None,
    }
