"""Storage: which path is answered by what. Files are on disk, their rows in storage.objects, and policies decide.

Sources: the client of storage3 2.34 for what is asked, supabase/storage `http/routes` for what is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from devstack.gateway.http import BodyTooLarge
from devstack.gateway.storage.buckets import Buckets
from devstack.gateway.storage.caller import Callers, Identify
from devstack.gateway.storage.errors import StorageFailure, too_large
from devstack.gateway.storage.files import Files
from devstack.gateway.storage.listing import Listing
from devstack.gateway.storage.objects import Objects
from devstack.gateway.storage.signing import Signing

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

Handler = Callable[[Request], Awaitable[Any]]


class StorageService:
    """The routes of `/storage/v1`. `pool` connects with a role that may become anon, authenticated, service_role."""

    def __init__(self, pool: asyncpg.Pool[Any], folder: Path, *, secret: str, identify: Identify) -> None:
        callers, files = Callers(pool, identify), Files(folder)
        self._buckets = Buckets(callers, files)
        self._objects = Objects(callers, files)
        self._listing = Listing(callers)
        self._signing = Signing(callers, self._objects, secret=secret)

    def routes(self) -> list[Route]:
        """To be mounted below `/storage/v1`. The first that fits answers: words come before names of buckets."""
        buckets, objects, signing = self._buckets, self._objects, self._signing
        return [
            _route("GET", "/bucket", buckets.list),
            _route("POST", "/bucket", buckets.create),
            _route("GET", "/bucket/{bucket}", buckets.read),
            _route("PUT", "/bucket/{bucket}", buckets.change),
            _route("DELETE", "/bucket/{bucket}", buckets.delete),
            _route("POST", "/bucket/{bucket}/empty", buckets.empty),
            _route("POST", "/object/list/{bucket}", self._listing.list),
            _route("POST", "/object/move", objects.move),
            _route("POST", "/object/copy", objects.copy),
            _route("POST", "/object/upload/sign/{bucket}/{path:path}", signing.sign_upload),
            _route("PUT", "/object/upload/sign/{bucket}/{path:path}", signing.upload),
            _route("POST", "/object/sign/{bucket}", signing.sign_many),
            _route("POST", "/object/sign/{bucket}/{path:path}", signing.sign),
            _route("GET", "/object/sign/{bucket}/{path:path}", signing.open),
            _route("GET", "/object/info/public/{bucket}/{path:path}", objects.public_info),
            _route("GET", "/object/info/authenticated/{bucket}/{path:path}", objects.info),
            _route("GET", "/object/info/{bucket}/{path:path}", objects.info),
            _route("GET", "/object/public/{bucket}/{path:path}", objects.public),
            _route("GET", "/object/authenticated/{bucket}/{path:path}", objects.download),
            _route("DELETE", "/object/{bucket}", objects.remove),
            _route("GET", "/object/{bucket}/{path:path}", objects.download),
            _route("POST", "/object/{bucket}/{path:path}", objects.upload),
            _route("PUT", "/object/{bucket}/{path:path}", objects.upload),
            _route("DELETE", "/object/{bucket}/{path:path}", objects.remove_one),
            Route("/{path:path}", _answer(_not_spoken), methods=_METHODS),
        ]


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(path, _answer(handler), methods=[method])


def _answer(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            result = await handler(request)
        except StorageFailure as failure:
            return failure.response()
        except BodyTooLarge:
            return too_large().response()
        return result if isinstance(result, Response) else JSONResponse(result)

    return endpoint


async def _not_spoken(request: Request) -> Response:
    message = f"The development gateway does not speak {request.method} {request.url.path}"
    raise StorageFailure(404, "NotSupported", message)
