"""Sessions of Auth: made by a password or a link, renewed by refresh tokens, and the JSON that clients keep.

A refresh token is used once. Used again within ten seconds, or as the direct parent of the active one, it gives the
active token (two tabs refreshing at once); later, the whole session ends, because somebody else may hold the family.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg

from devstack.gateway.auth import passwords
from devstack.gateway.auth.errors import AuthError
from devstack.gateway.auth.users import UserTable, is_banned, user_json

TOKEN_SECONDS = 3600
REUSE_SECONDS = 10

_IS_BANNED = "select banned_until > now() from auth.users where id = $1"

Sign = Callable[[Mapping[str, Any]], str]
"""Makes an access token of claims."""


class Sessions:
    """Makes, renews and ends sessions. `pool` connects with a role that may read and write schema auth."""

    def __init__(self, pool: asyncpg.Pool[Any], users: UserTable, *, sign: Sign, issuer: str) -> None:
        self._pool = pool
        self._users = users
        self._sign = sign
        self._issuer = issuer

    async def sign_in(self, email: str, password: str, *, user_agent: str) -> dict[str, Any]:
        """A new session. Raises AuthError when address and password don't belong together."""
        row = await self._users.by_email(email)
        if not await passwords.matches(row["encrypted_password"] if row else None, password) or row is None:
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        if is_banned(row):
            raise AuthError(400, "user_banned", "User is banned")
        if row["email_confirmed_at"] is None:
            raise AuthError(400, "email_not_confirmed", "Email not confirmed")
        return await self.begin(row["id"], method="password", user_agent=user_agent)

    async def begin(self, user_id: uuid.UUID, *, method: str, user_agent: str) -> dict[str, Any]:
        """A new session of a user who has proved who they are by `method` (password, otp)."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("update auth.users set last_sign_in_at = now() where id = $1", user_id)
            session = await connection.fetchval(
                "insert into auth.sessions (user_id, user_agent) values ($1, $2) returning id",
                *(user_id, user_agent[:200].replace("\0", "")),
            )
            await connection.execute(
                "insert into auth.mfa_amr_claims (session_id, authentication_method) values ($1, $2)",
                *(session, method),
            )
            refresh = await _new_refresh_token(connection, user_id, session, parent=None)
        return await self._json(user_id, session, refresh)

    async def refresh(self, token: str) -> dict[str, Any]:
        """The session continued with new tokens. Raises AuthError for a token that is unknown or used up."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "select *, updated_at > now() - make_interval(secs => $2) as fresh "
                "from auth.refresh_tokens where token = $1 for update",
                *(token, REUSE_SECONDS),
            )
            if row is None:
                message = "Invalid Refresh Token: Refresh Token Not Found"
                raise AuthError(400, "refresh_token_not_found", message)
            user, session = uuid.UUID(row["user_id"]), row["session_id"]
            # On the same connection: one that waits for a second may wait for itself.
            if await connection.fetchval(_IS_BANNED, user):
                raise AuthError(400, "user_banned", "Invalid Refresh Token: User Banned")
            if row["revoked"]:
                refresh = await _forgiven(connection, row)
            else:
                refresh = await _rotated(connection, row)
        if refresh is None:
            # Done after the transaction above, which an error would roll back.
            await self._pool.execute("delete from auth.sessions where id = $1", session)
            raise AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
        return await self._json(user, session, refresh)

    async def exists(self, session_id: uuid.UUID) -> bool:
        """Whether nobody has signed out of the session."""
        query = "select exists (select from auth.sessions where id = $1)"
        return bool(await self._pool.fetchval(query, session_id))

    async def end(self, user_id: uuid.UUID, session_id: uuid.UUID | None, scope: str) -> None:
        """Sign out of this session, of the others, or of all. Access tokens stay valid until they run out."""
        statement = {
            "global": "delete from auth.sessions where user_id = $1",
            "local": "delete from auth.sessions where user_id = $1 and id = $2",
            "others": "delete from auth.sessions where user_id = $1 and id is distinct from $2",
        }.get(scope)
        if statement is None:
            raise AuthError(400, "validation_failed", f"Unsupported logout scope {scope[:40]!r}")
        arguments = [user_id] if scope == "global" else [user_id, session_id]
        await self._pool.execute(statement, *arguments)

    async def _json(self, user_id: uuid.UUID, session_id: uuid.UUID, refresh: str) -> dict[str, Any]:
        user = await self._users.by_id(user_id)
        if user is None:
            raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
        methods = await self._pool.fetch(
            "select authentication_method, extract(epoch from created_at)::bigint as at "
            "from auth.mfa_amr_claims where session_id = $1 order by created_at desc",
            session_id,
        )
        now = int(time.time())
        body = user_json(user)
        claims = {
            "iss": self._issuer,
            "sub": str(user_id),
            "aud": "authenticated",
            "exp": now + TOKEN_SECONDS,
            "iat": now,
            "email": body["email"],
            "phone": body["phone"],
            "app_metadata": body["app_metadata"],
            "user_metadata": body["user_metadata"],
            "role": body["role"],
            "aal": "aal1",
            "amr": [{"method": row["authentication_method"], "timestamp": row["at"]} for row in methods],
            "session_id": str(session_id),
            "is_anonymous": False,
        }
        return {
            "access_token": self._sign(claims),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "expires_at": now + TOKEN_SECONDS,
            "refresh_token": refresh,
            "user": body,
        }


async def _rotated(connection: Any, row: asyncpg.Record) -> str:
    """The child of a token that is used for the first time."""
    await connection.execute(
        "update auth.refresh_tokens set revoked = true, updated_at = now() where id = $1", row["id"]
    )
    session = row["session_id"]
    await connection.execute("update auth.sessions set refreshed_at = now() where id = $1", session)
    user = uuid.UUID(row["user_id"])
    return await _new_refresh_token(connection, user, session, parent=row["token"])


async def _forgiven(connection: Any, row: asyncpg.Record) -> str | None:
    """The active token for one that was used already; None where that can't be an accident."""
    active = await connection.fetchrow(
        "select token, parent from auth.refresh_tokens where session_id = $1 and not revoked "
        "order by id desc limit 1",
        row["session_id"],
    )
    if active is None or not (row["fresh"] or active["parent"] == row["token"]):
        return None
    return str(active["token"])


async def _new_refresh_token(
    connection: Any, user_id: uuid.UUID, session_id: uuid.UUID, *, parent: str | None
) -> str:
    token = secrets.token_urlsafe(16)
    await connection.execute(
        "insert into auth.refresh_tokens (token, user_id, session_id, parent) values ($1, $2, $3, $4)",
        *(token, str(user_id), session_id, parent),
    )
    return token
