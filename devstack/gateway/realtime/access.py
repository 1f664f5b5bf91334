"""Who may join and write a private topic: decided by the project's policies on realtime.messages.

As on the platform a probe row is written by the server, read back under the caller's role and rolled back; to
write is tried under the caller's role and rolled back. So policies see topic and extension, never payload or event.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import orjson

from devstack.gateway.database import CONNECTION_ERRORS
from devstack.gateway.realtime.channel import Rights
from devstack.gateway.realtime.partitions import Partitions
from devstack.gateway.realtime.refused import Refused, database_unreachable, unreadable

log = logging.getLogger(__name__)

ROLES = frozenset({"anon", "authenticated", "service_role"})
"""Roles a token may name here; anything else can't be impersonated."""
ACQUIRE_SECONDS = 5.0

_INSERT = "insert into realtime.messages (topic, extension) values ($1, $2) returning id"


class Access:
    """Asks the policies. `pool` connects with a role that may write realtime.messages and become the others."""

    def __init__(self, pool: asyncpg.Pool[Any], partitions: Partitions) -> None:
        self._pool = pool
        self._partitions = partitions

    async def read_rights(self, topic: str, claims: Mapping[str, Any], *, presence: bool) -> Rights:
        """What the caller may read of a private topic; presence is asked about only if wanted.

        Raises Refused when it may read nothing of it.
        """
        extensions = ("broadcast", "presence") if presence else ("broadcast",)
        try:
            async with self._undone() as connection:
                probes = {kind: await connection.fetchval(_INSERT, topic, kind) for kind in extensions}
                await impersonate(connection, topic, claims)
                found = await connection.fetch(
                    "select id from realtime.messages where id = any ($1)", list(probes.values())
                )
        except asyncpg.PostgresError as error:
            # Also what a policy raised.
            log.warning("asking who may read failed: %s", type(error).__name__)
            raise unreadable(topic) from None
        seen = {row["id"] for row in found}
        rights = Rights(
            read_broadcast=probes["broadcast"] in seen,
            read_presence=probes["presence"] in seen if presence else None,
        )
        if not rights.read_broadcast and not rights.read_presence:
            raise unreadable(topic)
        return rights

    async def may_write(self, topic: str, claims: Mapping[str, Any], extension: str) -> bool:
        """Whether the caller may send a broadcast, or track itself, on the private topic. Raises Refused."""
        try:
            async with self._undone() as connection:
                await impersonate(connection, topic, claims)
                await connection.execute(
                    "insert into realtime.messages (topic, extension) values ($1, $2)", topic, extension
                )
        except asyncpg.PostgresError as error:
            if not isinstance(error, asyncpg.InsufficientPrivilegeError):
                log.warning("asking who may write failed: %s", type(error).__name__)
            return False
        return True

    @contextlib.asynccontextmanager
    async def _undone(self) -> AsyncIterator[Any]:
        """A transaction that is rolled back. Raises Refused when there is no connection for it."""
        try:
            await self._partitions.ensure()
            connection = await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        except TimeoutError:
            raise Refused("IncreaseConnectionPool", "Please increase your connection pool size") from None
        except (*CONNECTION_ERRORS, asyncpg.PostgresError):
            raise database_unreachable() from None
        try:
            transaction = connection.transaction()
            await transaction.start()
            try:
                yield connection
            finally:
                await transaction.rollback()
        except asyncpg.CheckViolationError:
            # The table has no partition for now: somebody restored it, or dropped them.
            self._partitions.forget()
            raise Refused(
                "MissingPartition", "Realtime was unable to find the expected messages partition"
            ) from None
        except CONNECTION_ERRORS:
            raise database_unreachable() from None
        finally:
            with contextlib.suppress(*CONNECTION_ERRORS):
                await asyncio.shield(self._pool.release(connection))


async def impersonate(connection: Any, topic: str, claims: Mapping[str, Any]) -> None:
    """Be the caller for the rest of the transaction. Raises an error of PostgreSQL for a role that is not known."""
    role = str(claims.get("role", ""))
    if role not in ROLES:
        raise asyncpg.InsufficientPrivilegeError(f"role {role} is not known")
    await connection.execute(
        "select set_config('role', $1, true), set_config('realtime.topic', $2, true), "
        "set_config('request.jwt.claims', $3, true), set_config('request.jwt.claim.sub', $4, true), "
        "set_config('request.jwt.claim.role', $1, true), set_config('request.headers', '{}', true), "
        "set_config('statement_timeout', '8s', true)",
        role,
        topic,
        orjson.dumps(dict(claims)).decode(),
        str(claims.get("sub") or ""),
    )
