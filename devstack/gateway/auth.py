"""Auth: sign-in by password, refresh with rotation, the signed-in user, sign-out, users for administrators.

Speaks what supabase-auth 2.34 puts on the wire. Errors carry `X-Supabase-Api-Version`, because without it the
Python client drops the error's code. Access tokens are HS256 like those of a project with a legacy secret.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from devstack.gateway.auth_errors import AuthError, error_response
from devstack.gateway.auth_limits import SlidingWindow
from devstack.gateway.auth_sessions import Sessions, hash_password
from devstack.gateway.auth_users import UserTable, user_json

Claims = Mapping[str, Any]
Decode = Callable[[str], Claims]
"""Claims of a valid token; raises ValueError for anything else."""

API_VERSION = "2024-01-01"


class AuthService:
    """The routes of `/auth/v1`. `pool` connects with a role that may read and write schema auth."""

    def __init__(
        self, pool: asyncpg.Pool[Any], *, secret: str, decode: Decode, sign_ins_per_5_min: int = 150
    ) -> None:
        self._pool = pool
        self._decode = decode
        self._users = UserTable(pool)
        self._sessions = Sessions(pool, self._users, secret=secret)
        self._sign_ins = SlidingWindow(limit=sign_ins_per_5_min, seconds=300)

    def routes(self) -> list[Route]:
        """To be mounted below `/auth/v1`."""
        return [
            Route("/health", self._answer(self.health)),
            Route("/settings", self._answer(self.settings)),
            Route("/.well-known/jwks.json", self._answer(self.jwks)),
            Route("/token", self._answer(self.token), methods=["POST"]),
            Route("/signup", self._answer(self.signup), methods=["POST"]),
            Route("/user", self._answer(self.user), methods=["GET"]),
            Route("/user", self._answer(self.update_user), methods=["PUT"]),
            Route("/logout", self._answer(self.logout), methods=["POST"]),
            Route("/admin/users", self._answer(self.list_users), methods=["GET"]),
            Route("/admin/users", self._answer(self.create_user), methods=["POST"]),
            Route("/admin/users/{user_id}", self._answer(self.admin_user), methods=["GET", "PUT", "DELETE"]),
        ]

    def _answer(
        self, handler: Callable[[Request], Awaitable[Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                body = await handler(request)
            except AuthError as error:
                return error_response(error, API_VERSION)
            if isinstance(body, Response):
                return body
            return Response(orjson.dumps(body, default=str), media_type="application/json")

        return endpoint

    async def health(self, _: Request) -> Any:
        return {"name": "GoTrue", "description": "auth of the relaydesk development stack"}

    async def settings(self, _: Request) -> Any:
        return {
            "external": {"email": True, "phone": False},
            "disable_signup": True,
            "mailer_autoconfirm": True,
        }

    async def jwks(self, _: Request) -> Any:
        # The secret is symmetric, so there is no public key; clients then ask /user instead.
        return {"keys": []}

    async def signup(self, _: Request) -> Any:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")

    # Sessions.

    async def token(self, request: Request) -> Any:
        grant = request.query_params.get("grant_type")
        body = await _json(request)
        if grant == "password":
            address = request.client.host if request.client else ""
            if not self._sign_ins.take(address):
                raise AuthError(429, "over_request_rate_limit", "Request rate limit reached")
            agent = request.headers.get("user-agent", "")
            return await self._sessions.sign_in(
                _text(body, "email").lower(), _text(body, "password"), user_agent=agent
            )
        if grant == "refresh_token":
            return await self._sessions.refresh(_text(body, "refresh_token"))
        raise AuthError(400, "validation_failed", "grant_type must be password or refresh_token")

    # The signed-in user.

    async def _me(self, request: Request) -> tuple[asyncpg.Record, Claims]:
        claims = self._claims(request)
        try:
            user_id, session_id = uuid.UUID(claims["sub"]), uuid.UUID(claims["session_id"])
        except (KeyError, ValueError):
            raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim") from None
        if not await self._pool.fetchval("select true from auth.sessions where id = $1", session_id):
            raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        user = await self._users.by_id(user_id)
        if user is None:
            raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
        if user["banned_until"] and user["banned_until"] > datetime.now(UTC):
            raise AuthError(403, "user_banned", "User is banned")
        return user, claims

    def _claims(self, request: Request) -> Claims:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            return self._decode(token)
        except ValueError:
            raise AuthError(403, "bad_jwt", "invalid JWT: unable to parse or verify signature") from None

    async def user(self, request: Request) -> Any:
        user, _ = await self._me(request)
        return user_json(user)

    async def update_user(self, request: Request) -> Any:
        user, _ = await self._me(request)
        return user_json(await self._change(user["id"], await _json(request), admin=False))

    async def logout(self, request: Request) -> Any:
        user, claims = await self._me(request)
        scope = request.query_params.get("scope", "global")
        statement = {
            "global": "delete from auth.sessions where user_id = $1",
            "local": "delete from auth.sessions where user_id = $1 and id = $2",
            "others": "delete from auth.sessions where user_id = $1 and id <> $2",
        }.get(scope)
        if statement is None:
            raise AuthError(400, "validation_failed", "scope must be global, local or others")
        arguments = [user["id"]] if scope == "global" else [user["id"], uuid.UUID(claims["session_id"])]
        await self._pool.execute(statement, *arguments)
        return Response(status_code=204)

    # Administrators, that is: the service key.

    def _require_admin(self, request: Request) -> None:
        if self._claims(request).get("role") != "service_role":
            raise AuthError(403, "not_admin", "User not allowed")

    async def list_users(self, request: Request) -> Any:
        self._require_admin(request)
        page = _number(request.query_params.get("page"), 1)
        size = min(_number(request.query_params.get("per_page"), 50), 1000)
        rows, total = await self._users.page(page, size)
        body = {"users": [user_json(row) for row in rows], "aud": "authenticated"}
        headers = {"X-Total-Count": str(total)}
        return Response(orjson.dumps(body, default=str), media_type="application/json", headers=headers)

    async def create_user(self, request: Request) -> Any:
        self._require_admin(request)
        body = await _json(request)
        email = _text(body, "email").lower()
        hashed = await _hashed(body)
        user = await self._users.create(
            email,
            hashed,
            confirmed=bool(body.get("email_confirm")),
            app_metadata=body.get("app_metadata") or {},
            user_metadata=body.get("user_metadata") or {},
        )
        return user_json(user)

    async def admin_user(self, request: Request) -> Any:
        self._require_admin(request)
        try:
            user_id = uuid.UUID(request.path_params["user_id"])
        except ValueError:
            raise AuthError(404, "validation_failed", "user_id must be an UUID") from None
        user = await self._users.by_id(user_id)
        if user is None:
            raise AuthError(404, "user_not_found", "User not found")
        if request.method == "GET":
            return user_json(user)
        if request.method == "DELETE":
            await self._pool.execute("delete from auth.users where id = $1", user_id)
            return {}
        return user_json(await self._change(user_id, await _json(request), admin=True))

    async def _change(self, user_id: uuid.UUID, body: Mapping[str, Any], *, admin: bool) -> asyncpg.Record:
        return await self._users.change(
            user_id,
            email=str(body["email"]).lower() if body.get("email") else None,
            password=await _hashed(body),
            user_metadata=body.get("user_metadata") if admin else body.get("data"),
            app_metadata=body.get("app_metadata") if admin else None,
        )


async def _hashed(body: Mapping[str, Any]) -> str | None:
    password = body.get("password")
    if password is None:
        return None
    if not isinstance(password, str) or len(password) < 6:
        raise AuthError(422, "weak_password", "Password should be at least 6 characters.", reasons=["length"])
    return await asyncio.to_thread(hash_password, password)


async def _json(request: Request) -> Mapping[str, Any]:
    try:
        body = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError:
        raise AuthError(400, "bad_json", "Could not parse request body as JSON") from None
    if not isinstance(body, dict):
        raise AuthError(400, "bad_json", "The request body must be a JSON object")
    return body


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise AuthError(400, "validation_failed", f"{name} is missing")
    return value


def _number(value: str | None, default: int) -> int:
    # The Python client sends empty strings for what it was not given.
    return int(value) if value and value.isdigit() and int(value) > 0 else default
