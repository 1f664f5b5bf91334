"""The users of Auth: rows of auth.users and auth.identities, and their JSON."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson

from devstack.gateway.auth_errors import AuthError

_SELECT = """
select u.*, coalesce((select jsonb_agg(jsonb_build_object(
    'id', i.provider_id, 'identity_id', i.id, 'user_id', i.user_id, 'identity_data', i.identity_data,
    'provider', i.provider, 'email', i.email, 'last_sign_in_at', i.last_sign_in_at,
    'created_at', i.created_at, 'updated_at', i.updated_at) order by i.created_at)
  from auth.identities i where i.user_id = u.id), '[]'::jsonb)::text as identities
from auth.users u
"""


def user_json(row: asyncpg.Record) -> dict[str, Any]:
    """A user as clients read it. The Python client requires id, aud, both metadata and created_at."""
    return {
        "id": str(row["id"]),
        "aud": row["aud"] or "authenticated",
        "role": row["role"] or "authenticated",
        "email": row["email"] or "",
        "phone": row["phone"] or "",
        "email_confirmed_at": _time(row["email_confirmed_at"]),
        "confirmed_at": _time(row["confirmed_at"]),
        "last_sign_in_at": _time(row["last_sign_in_at"]),
        "app_metadata": orjson.loads(row["raw_app_meta_data"] or "{}"),
        "user_metadata": orjson.loads(row["raw_user_meta_data"] or "{}"),
        "identities": orjson.loads(row["identities"]),
        "created_at": _time(row["created_at"]),
        "updated_at": _time(row["updated_at"]),
        "is_anonymous": bool(row["is_anonymous"]),
    }


def _time(value: Any) -> str | None:
    return None if value is None else value.isoformat()


class UserTable:
    """Reads and writes of users."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def by_email(self, email: str) -> asyncpg.Record | None:
        return await self._pool.fetchrow(_SELECT + "where u.email = $1 and u.deleted_at is null", email)

    async def by_id(self, user_id: uuid.UUID) -> asyncpg.Record | None:
        return await self._pool.fetchrow(_SELECT + "where u.id = $1 and u.deleted_at is null", user_id)

    async def page(self, page: int, size: int) -> tuple[list[asyncpg.Record], int]:
        """Users of one page, newest first, and how many there are in all."""
        order = "where u.deleted_at is null order by u.created_at desc, u.id limit $1 offset $2"
        rows = await self._pool.fetch(_SELECT + order, size, (page - 1) * size)
        total = await self._pool.fetchval("select count(*) from auth.users where deleted_at is null")
        return rows, total

    async def create(
        self,
        email: str,
        password: str | None,
        *,
        confirmed: bool,
        app_metadata: Mapping[str, Any],
        user_metadata: Mapping[str, Any],
    ) -> asyncpg.Record:
        """A new user with an e-mail identity. Raises AuthError when the address is taken."""
        metadata = {"provider": "email", "providers": ["email"], **app_metadata}
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                user_id = await connection.fetchval(
                    "insert into auth.users (email, encrypted_password, email_confirmed_at, raw_app_meta_data, "
                    "raw_user_meta_data) values ($1, $2, case when $3 then now() end, "
                    "$4::text::jsonb, $5::text::jsonb) returning id",
                    email,
                    password,
                    confirmed,
                    orjson.dumps(metadata).decode(),
                    orjson.dumps(dict(user_metadata)).decode(),
                )
                await connection.execute(
                    "insert into auth.identities (provider_id, user_id, provider, identity_data) "
                    "values ($1, $2, 'email', jsonb_build_object('sub', $1::text, 'email', $3::text))",
                    str(user_id),
                    user_id,
                    email,
                )
        except asyncpg.UniqueViolationError:
            text = "A user with this email address has already been registered"
            raise AuthError(422, "email_exists", text) from None
        return await self._one(user_id)

    async def change(
        self,
        user_id: uuid.UUID,
        *,
        email: str | None,
        password: str | None,
        user_metadata: Mapping[str, Any] | None,
        app_metadata: Mapping[str, Any] | None,
    ) -> asyncpg.Record:
        """Change what is not None; metadata are merged key by key, as Auth does."""
        try:
            await self._pool.execute(
                "update auth.users set email = coalesce($2, email), "
                "encrypted_password = coalesce($3, encrypted_password), "
                "raw_user_meta_data = raw_user_meta_data || $4::text::jsonb, "
                "raw_app_meta_data = raw_app_meta_data || $5::text::jsonb, updated_at = now() where id = $1",
                user_id,
                email,
                password,
                orjson.dumps(dict(user_metadata or {})).decode(),
                orjson.dumps(dict(app_metadata or {})).decode(),
            )
        except asyncpg.UniqueViolationError:
            text = "A user with this email address has already been registered"
            raise AuthError(422, "email_exists", text) from None
        return await self._one(user_id)

    async def _one(self, user_id: uuid.UUID) -> asyncpg.Record:
        row = await self.by_id(user_id)
        if row is None:
            raise AuthError(404, "user_not_found", "User not found")
        return row
