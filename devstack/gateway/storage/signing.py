"""Signed addresses: to read an object, or to upload one, for somebody without a key."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt
from starlette.requests import Request

from devstack.gateway.storage.bodies import json_body, whole_number
from devstack.gateway.storage.caller import Callers
from devstack.gateway.storage.errors import StorageFailure, invalid_request
from devstack.gateway.storage.names import bucket_name, object_name
from devstack.gateway.storage.objects import Objects, place

UPLOAD_SECONDS = 2 * 3600
_DOWNLOAD, _UPLOAD = "download", "upload"
_NO_ACCESS = "Either the object does not exist or you do not have access to it"


class Signing:
    """Handlers of `/object/sign` and `/object/upload/sign`."""

    def __init__(self, callers: Callers, objects: Objects, *, secret: str) -> None:
        self._callers = callers
        self._objects = objects
        self._secret = secret

    async def sign(self, request: Request) -> Any:
        seconds = _lifetime(await json_body(request))
        row = await self._objects.visible(request)
        return {"signedURL": self._address(f"{row['bucket_id']}/{row['name']}", seconds)}

    async def sign_many(self, request: Request) -> Any:
        """One answer per path, in their order; what the caller may not see has an error in its place."""
        body = await json_body(request)
        bucket, seconds = bucket_name(request.path_params["bucket"]), _lifetime(body)
        paths = body.get("paths")
        if not isinstance(paths, list) or not paths or not all(isinstance(path, str) for path in paths):
            raise invalid_request("body/paths must be a list of names")
        async with self._callers.caller(request) as connection:
            query = "select name from storage.objects where bucket_id = $1 and name = any ($2::text[])"
            seen = {row["name"] for row in await connection.fetch(query, bucket, paths)}
        return [
            {
                "path": path,
                "error": None if path in seen else _NO_ACCESS,
                "signedURL": self._address(f"{bucket}/{path}", seconds) if path in seen else None,
            }
            for path in paths
        ]

    async def open(self, request: Request) -> Any:
        """The object of a signed address."""
        bucket, name = request.path_params["bucket"], request.path_params["path"]
        self._claims(request, _DOWNLOAD)
        return await self._objects.signed(request, bucket, name)

    async def sign_upload(self, request: Request) -> Any:
        bucket, name = place(request)
        upsert = request.headers.get("x-upsert") == "true"
        await self._objects.may_upload(request, bucket, name, upsert=upsert)
        owner = self._callers.claims(request).get("sub")
        key = f"{bucket}/{name}"
        token = self._token(key, UPLOAD_SECONDS, scope=_UPLOAD, owner=owner, upsert=upsert)
        return {"url": f"/object/upload/sign/{key}?token={token}", "token": token}

    async def upload(self, request: Request) -> Any:
        """The upload itself, by whoever holds the address."""
        claims = self._claims(request, _UPLOAD)
        bucket, name = bucket_name(request.path_params["bucket"]), object_name(request.path_params["path"])
        return await self._objects.receive(
            *(request, bucket, name), owner=claims.get("owner"), upsert=bool(claims.get("upsert"))
        )

    def _address(self, key: str, seconds: int) -> str:
        return f"/object/sign/{key}?token={self._token(key, seconds, scope=_DOWNLOAD)}"

    def _token(self, key: str, seconds: int, **claims: Any) -> str:
        now = int(time.time())
        return jwt.encode({"url": key, "iat": now, "exp": now + seconds, **claims}, self._secret, "HS256")

    def _claims(self, request: Request, scope: str) -> Mapping[str, Any]:
        token = request.query_params.get("token", "")
        try:
            claims: Mapping[str, Any] = jwt.decode(token, self._secret, algorithms=["HS256"])
        except jwt.ExpiredSignatureError:
            message = '"exp" claim timestamp check failed'
            raise StorageFailure(400, "InvalidJWT", message) from None
        except (jwt.PyJWTError, ValueError):
            raise StorageFailure(400, "InvalidJWT", "signature verification failed") from None
        key = f"{request.path_params['bucket']}/{request.path_params['path']}"
        if claims.get("url") != key or claims.get("scope") != scope:
            raise StorageFailure(400, "InvalidSignature", "Invalid signature")
        return claims


def _lifetime(body: Mapping[str, Any]) -> int:
    seconds = whole_number(body, "expiresIn", 0)
    if seconds < 1:
        raise invalid_request("body/expiresIn must be >= 1")
    return seconds
