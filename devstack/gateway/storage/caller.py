"""Who asks Storage: every statement for a caller runs in a transaction under their role and claims."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request

from devstack.gateway.storage.errors import access_denied, duplicate, no_such_bucket

Claims = Mapping[str, Any]
Identify = Callable[[str], Claims]
"""Claims of a valid token; raises ValueError for anything else."""

ROLES = ("anon", "authenticated", "service_role")


class Callers:
    """Transactions of callers and of the service itself. `pool` connects as a role that may become any of ROLES."""

    def __init__(self, pool: asyncpg.Pool[Any], identify: Identify) -> None:
        self._pool = pool
        self._identify = identify

    def claims(self, request: Request) -> Claims:
        """What the request's token proves."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        try:
            claims = self._identify(token or request.headers.get("apikey", ""))
        except ValueError as error:
            raise access_denied(str(error)) from None
        if (claims.get("role") or "anon") not in ROLES:
            raise access_denied("the token names an unknown role")
        return claims

    @contextlib.asynccontextmanager
    async def caller(self, request: Request) -> AsyncIterator[Any]:
        """A connection in a transaction with the caller's rights."""
        claims = self.claims(request)
        async with self.service() as connection:
            await connection.execute(
                "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true), "
                "set_config('request.jwt.claim.sub', $3, true), "
                "set_config('request.method', $4, true), set_config('request.path', $5, true)",
                *(str(claims.get("role") or "anon"), orjson.dumps(dict(claims)).decode()),
                *(str(claims.get("sub") or ""), request.method, request.url.path),
            )
            yield connection

    @contextlib.asynccontextmanager
    async def service(self) -> AsyncIterator[Any]:
        """A connection in a transaction with the rights of Storage itself."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute("select set_config('storage.allow_delete_query', 'true', true)")
                yield connection
        except asyncpg.InsufficientPrivilegeError:
            raise access_denied() from None
        except asyncpg.UniqueViolationError:
            raise duplicate() from None
        except asyncpg.ForeignKeyViolationError:
            raise no_such_bucket() from None

    async def test(self, request: Request, statement: str, *values: Any) -> None:
        """See whether the caller might do something, and undo it. Raises what the database says against it."""
        async with self.caller(request) as connection:
            attempt = connection.transaction()
            await attempt.start()
            try:
                await connection.execute(statement, *values)
            finally:
                await attempt.rollback()
