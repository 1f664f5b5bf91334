"""Who may join and write a private topic: decided by the project's policies on realtime.messages.

As on the platform a probe row is written by the server, read back under the caller's role and rolled back.
Policies therefore see topic and extension, never payload or event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson

ROLES = frozenset({"anon", "authenticated", "service_role"})
"""Roles a token may name here; anything else can't be impersonated."""


class Access:
    """Asks the policies. `pool` connects with a role that may write realtime.messages and become the others."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def may_read(self, topic: str, claims: Mapping[str, Any]) -> bool:
        """Whether the caller may join the private topic."""
        async with self._pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                probe = await connection.fetchval(
                    "insert into realtime.messages (topic, extension) values ($1, 'broadcast') returning id",
                    topic,
                )
                await _impersonate(connection, topic, claims)
                found = await connection.fetchval("select true from realtime.messages where id = $1", probe)
                return bool(found)
            except asyncpg.InsufficientPrivilegeError:
                return False
            finally:
                await transaction.rollback()

    async def may_write(self, topic: str, claims: Mapping[str, Any]) -> bool:
        """Whether the caller may broadcast to the private topic."""
        async with self._pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            try:
                await _impersonate(connection, topic, claims)
                await connection.execute(
                    "insert into realtime.messages (topic, extension) values ($1, 'broadcast')", topic
                )
            except asyncpg.InsufficientPrivilegeError:
                return False
            finally:
                await transaction.rollback()
        return True


async def _impersonate(connection: Any, topic: str, claims: Mapping[str, Any]) -> None:
    role = str(claims.get("role", ""))
    if role not in ROLES:
        raise asyncpg.InsufficientPrivilegeError(f"role {role} is not known")
    await connection.execute(
        "select set_config('role', $1, true), set_config('realtime.topic', $2, true), "
        "set_config('request.jwt.claims', $3, true), set_config('request.jwt.claim.sub', $4, true), "
        "set_config('request.jwt.claim.role', $1, true), set_config('request.headers', '{}', true)",
        role,
        topic,
        orjson.dumps(dict(claims)).decode(),
        str(claims.get("sub") or ""),
    )
