"""Sessions of Auth: sign-in by password, refresh with rotation, the JSON that clients keep.

A refresh token is used once. Used again within ten seconds, or as the direct parent of the active one, it gives the
active token (two tabs refreshing at once); later, the whole session ends, because somebody else may hold the family.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any

import asyncpg
import jwt
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from devstack.gateway.auth_errors import AuthError
from devstack.gateway.auth_users import UserTable, user_json

TOKEN_SECONDS = 3600
REUSE_SECONDS = 10

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash(secrets.token_hex(16))
"""Checked when there is no such user, so that the answer takes as long as for a wrong password."""


def hash_password(password: str) -> str:
    """An argon2id string for `auth.users.encrypted_password`, which hosted Auth reads too."""
    return _hasher.hash(password)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False


class Sessions:
    """Makes and renews sessions. `pool` connects with a role that may read and write schema auth."""

    def __init__(self, pool: asyncpg.Pool[Any], users: UserTable, *, secret: str) -> None:
        self._pool = pool
        self._users = users
        self._secret = secret

    async def sign_in(self, email: str, password: str, *, user_agent: str) -> dict[str, Any]:
        """A new session. Raises AuthError when address and password don't belong together."""
        row = await self._users.by_email(email)
        stored = (row["encrypted_password"] or _NOBODY) if row else _NOBODY
        if not await asyncio.to_thread(_matches, stored, password) or row is None:
            raise AuthError(400, "invalid_credentials", "Invalid login credentials")
        if row["banned_until"] and row["banned_until"] > datetime.now(UTC):
            raise AuthError(400, "user_banned", "User is banned")
        if row["email_confirmed_at"] is None:
            raise AuthError(400, "email_not_confirmed", "Email not confirmed")
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute("update auth.users set last_sign_in_at = now() where id = $1", row["id"])
            session = await connection.fetchval(
                "insert into auth.sessions (user_id, user_agent) values ($1, $2) returning id",
                row["id"],
                user_agent[:200],
            )
            refresh = await _new_refresh_token(connection, row["id"], session, parent=None)
        return await self._session(row["id"], session, refresh)

    async def refresh(self, token: str) -> dict[str, Any]:
        """The session continued with new tokens. Raises AuthError for a token that is unknown or used up."""
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "select *, updated_at > now() - make_interval(secs => $2) as fresh "
                "from auth.refresh_tokens where token = $1 for update",
                token,
                REUSE_SECONDS,
            )
            if row is None:
                raise AuthError(
                    400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found"
                )
            user, session = uuid.UUID(row["user_id"]), row["session_id"]
            if not row["revoked"]:
                await connection.execute(
                    "update auth.refresh_tokens set revoked = true, updated_at = now() where id = $1",
                    row["id"],
                )
                await connection.execute(
                    "update auth.sessions set refreshed_at = now() where id = $1", session
                )
                refresh = await _new_refresh_token(connection, user, session, parent=token)
                reused = False
            else:
                active = await connection.fetchrow(
                    "select token, parent from auth.refresh_tokens where session_id = $1 and not revoked "
                    "order by id desc limit 1",
                    session,
                )
                reused = active is None or not (row["fresh"] or active["parent"] == token)
                refresh = "" if active is None else active["token"]
        if reused:
            # Somebody else may hold the stolen family: the whole session ends. Done after the transaction
            # above, which an error would roll back.
            await self._pool.execute("delete from auth.sessions where id = $1", session)
            raise AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")
        return await self._session(user, session, refresh)

    async def _session(self, user_id: uuid.UUID, session_id: uuid.UUID, refresh: str) -> dict[str, Any]:
        user = await self._users.by_id(user_id)
        if user is None:
            raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
        now = int(time.time())
        body = user_json(user)
        claims = {
            "iss": "relaydesk-devstack",
            "sub": str(user_id),
            "aud": "authenticated",
            "exp": now + TOKEN_SECONDS,
            "iat": now,
            "email": body["email"],
            "phone": body["phone"],
            "app_metadata": body["app_metadata"],
            "user_metadata": body["user_metadata"],
            "role": "authenticated",
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": str(session_id),
            "is_anonymous": False,
        }
        return {
            "access_token": jwt.encode(claims, self._secret, algorithm="HS256"),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "expires_at": now + TOKEN_SECONDS,
            "refresh_token": refresh,
            "user": body,
        }


async def _new_refresh_token(
    connection: Any, user_id: uuid.UUID, session_id: uuid.UUID, *, parent: str | None
) -> str:
    token = secrets.token_urlsafe(16)
    await connection.execute(
        "insert into auth.refresh_tokens (token, user_id, session_id, parent) values ($1, $2, $3, $4)",
        token,
        str(user_id),
        session_id,
        parent,
    )
    return token
