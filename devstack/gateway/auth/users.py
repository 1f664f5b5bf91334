"""The users of Auth: rows of auth.users and auth.identities, and their JSON."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import orjson

from devstack.gateway.auth.errors import AuthError

_SELECT = """
select u.*, coalesce((select jsonb_agg(jsonb_build_object(
    'id', i.provider_id, 'identity_id', i.id, 'user_id', i.user_id, 'identity_data', i.identity_data,
    'provider', i.provider, 'email', i.email, 'last_sign_in_at', i.last_sign_in_at,
    'created_at', i.created_at, 'updated_at', i.updated_at) order by i.created_at)
  from auth.identities i where i.user_id = u.id), '[]'::jsonb)::text as identities
from auth.users u
"""
_TAKEN = "A user with this email address has already been registered"
_SEEN_WHEN_SET = ("invited_at", "confirmation_sent_at", "recovery_sent_at", "banned_until")


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
        **{name: _time(row[name]) for name in _SEEN_WHEN_SET if row[name] is not None},
    }


def is_banned(row: asyncpg.Record) -> bool:
    """Whether an administrator has shut this person out for the moment."""
    return row["banned_until"] is not None and row["banned_until"] > datetime.now(UTC)


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class UserTable:
    """Reads and writes of users. `pool` connects with a role that may read and write schema auth."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    async def by_email(self, email: str) -> asyncpg.Record | None:
        return await self._pool.fetchrow(_SELECT + "where u.email = $1 and u.deleted_at is null", email)

    async def by_id(self, user_id: uuid.UUID) -> asyncpg.Record | None:
        return await self._pool.fetchrow(_SELECT + "where u.id = $1 and u.deleted_at is null", user_id)

    async def one(self, user_id: uuid.UUID) -> asyncpg.Record:
        """The user. Raises AuthError when there is none."""
        row = await self.by_id(user_id)
        if row is None:
            raise AuthError(404, "user_not_found", "User not found")
        return row

    async def page(self, page: int, size: int) -> tuple[list[asyncpg.Record], int]:
        """Users of one page, newest first, and how many there are in all."""
        order = "where u.deleted_at is null order by u.created_at desc, u.id limit $1 offset $2"
        rows = await self._pool.fetch(_SELECT + order, size, (page - 1) * size)
        total = await self._pool.fetchval("select count(*) from auth.users where deleted_at is null")
        return rows, total

    async def create(
        self,
        email: str,
        *,
        password: str | None,
        confirmed: bool,
        app_metadata: Mapping[str, Any] | None,
        user_metadata: Mapping[str, Any] | None,
        user_id: uuid.UUID | None = None,
    ) -> asyncpg.Record:
        """A new user with an e-mail identity; `password` is a hash. Raises AuthError when the address is taken."""
        own = {"provider": "email", "providers": ["email"], **(app_metadata or {})}
        user_id = user_id or uuid.uuid4()
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, "
                    "raw_user_meta_data) values ($1, $2, $3, case when $4 then now() end, "
                    "$5::text::jsonb, $6::text::jsonb)",
                    *(user_id, email, password, confirmed, _json(own), _json(user_metadata)),
                )
                await connection.execute(
                    "insert into auth.identities (provider_id, user_id, provider, identity_data) "
                    "values ($1, $2, 'email', jsonb_build_object('sub', $1::text, 'email', $3::text, "
                    "'email_verified', $4::boolean))",
                    *(str(user_id), user_id, email, confirmed),
                )
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "users_pkey":
                raise AuthError(422, "user_already_exists", "A user with this id exists already") from None
            raise AuthError(422, "email_exists", _TAKEN) from None
        return await self.one(user_id)

    async def change(
        self,
        user_id: uuid.UUID,
        *,
        email: str | None = None,
        confirmed: bool = False,
        user_metadata: Mapping[str, Any] | None = None,
        app_metadata: Mapping[str, Any] | None = None,
        ban: timedelta | None = None,
    ) -> asyncpg.Record:
        """Change what is given. Metadata are merged key by key, null takes a key away, as Auth does."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "update auth.users set email = coalesce($2, email), "
                    "email_confirmed_at = case when $3 then coalesce(email_confirmed_at, now()) "
                    "else email_confirmed_at end, "
                    "raw_user_meta_data = (raw_user_meta_data || $4::text::jsonb) - $5::text[], "
                    "raw_app_meta_data = (raw_app_meta_data || $6::text::jsonb) - $7::text[], "
                    "banned_until = case when $8::interval is null then banned_until "
                    "when $8 > interval '0' then now() + $8 end, updated_at = now() where id = $1",
                    *(user_id, email, confirmed, _json(user_metadata), _taken_away(user_metadata)),
                    *(_json(app_metadata), _taken_away(app_metadata), ban),
                )
                if email is not None:
                    await connection.execute(
                        "update auth.identities set identity_data = identity_data || "
                        "jsonb_build_object('email', $2::text), updated_at = now() "
                        "where user_id = $1 and provider = 'email'",
                        *(user_id, email),
                    )
        except asyncpg.UniqueViolationError:
            raise AuthError(422, "email_exists", _TAKEN) from None
        return await self.one(user_id)

    async def set_password(self, user_id: uuid.UUID, password: str, *, kept: uuid.UUID | None) -> None:
        """A new password ends every session but the one that asked for it. `password` is a hash."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "update auth.users set encrypted_password = $2, updated_at = now() where id = $1",
                *(user_id, password),
            )
            await connection.execute(
                "delete from auth.sessions where user_id = $1 and id is distinct from $2", user_id, kept
            )

    async def delete(self, user_id: uuid.UUID, *, softly: bool) -> None:
        """Remove a user; softly means that the row stays, but nothing personal in it."""
        if not softly:
            await self._pool.execute("delete from auth.users where id = $1", user_id)
            return
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "update auth.users set email = $2, phone = null, encrypted_password = '', deleted_at = now(), "
                "raw_user_meta_data = '{}', raw_app_meta_data = '{}', confirmation_token = '', "
                "recovery_token = '' where id = $1",
                *(user_id, secrets.token_hex(16)),
            )
            await connection.execute("delete from auth.identities where user_id = $1", user_id)
            await connection.execute("delete from auth.sessions where user_id = $1", user_id)


def _json(value: Mapping[str, Any] | None) -> str:
    return orjson.dumps(dict(value or {})).decode()


def _taken_away(value: Mapping[str, Any] | None) -> list[str]:
    return [key for key, item in (value or {}).items() if item is None]
