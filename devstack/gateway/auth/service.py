"""Auth: sign-in by password, refresh with rotation, the signed-in user, sign-out.

Speaks what supabase-auth 2.34 puts on the wire; errors and their order follow supabase/auth `internal/api`. What an
administrator may do is in `admin.py`, what follows from a mail in `mail_links.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from devstack.gateway.auth import passwords
from devstack.gateway.auth.admin import Administration
from devstack.gateway.auth.errors import AuthError, error_response
from devstack.gateway.auth.limits import Limit
from devstack.gateway.auth.links import Links
from devstack.gateway.auth.mail_links import MailLinks
from devstack.gateway.auth.mailbox import Mailbox
from devstack.gateway.auth.requests import address, email, json_body, text
from devstack.gateway.auth.sessions import Sessions, Sign
from devstack.gateway.auth.users import UserTable, is_banned, user_json

Claims = Mapping[str, Any]
Decode = Callable[[str], Claims]
"""Claims of a valid token; raises ValueError for anything else."""

REFRESHES_PER_5_MIN = 150


@dataclass(frozen=True, kw_only=True)
class AuthSettings:
    """What Auth is told about the project."""

    url: str
    """Where clients reach it: `https://host/auth/v1`."""
    site_url: str
    """Where links of mails lead to."""
    sign_ins_per_5_min: int
    mail_interval_seconds: float


class AuthService:
    """The routes of `/auth/v1`. `pool` connects with a role that may read and write schema auth."""

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        settings: AuthSettings,
        mailbox: Mailbox,
        *,
        sign: Sign,
        decode: Decode,
        public_keys: Mapping[str, Any],
    ) -> None:
        self._settings = settings
        self._decode = decode
        self._public_keys = public_keys
        self._users = UserTable(pool)
        self._sessions = Sessions(pool, self._users, sign=sign, issuer=settings.url)
        links = Links(
            *(pool, self._users, mailbox),
            auth_url=settings.url,
            site_url=settings.site_url,
            interval_seconds=settings.mail_interval_seconds,
        )
        self._admin = Administration(self._users, links, url=settings.url)
        self._mails = MailLinks(self._users, links, self._sessions)
        self._sign_ins = Limit(settings.sign_ins_per_5_min)
        self._refreshes = Limit(REFRESHES_PER_5_MIN)

    def routes(self) -> list[Route]:
        """To be mounted below `/auth/v1`."""
        admin, mails = self._admin, self._mails
        return [
            Route("/health", self._answer(self.health)),
            Route("/settings", self._answer(self.settings)),
            Route("/.well-known/jwks.json", self._answer(self.jwks)),
            Route("/token", self._answer(self.token), methods=["POST"]),
            Route("/signup", self._answer(self.signup), methods=["POST"]),
            Route("/user", self._answer(self.user), methods=["GET"]),
            Route("/user", self._answer(self.update_user), methods=["PUT"]),
            Route("/logout", self._answer(self.logout), methods=["POST"]),
            Route("/recover", self._answer(mails.recover), methods=["POST"]),
            Route("/verify", self._answer(mails.verify), methods=["POST"]),
            Route("/verify", self._answer(mails.follow), methods=["GET"]),
            Route("/invite", self._answer(self._for_admin(admin.invite)), methods=["POST"]),
            Route("/admin/users", self._answer(self._for_admin(admin.list)), methods=["GET"]),
            Route("/admin/users", self._answer(self._for_admin(admin.create)), methods=["POST"]),
            Route("/admin/users/{user_id}", self._answer(self._for_admin(admin.read)), methods=["GET"]),
            Route("/admin/users/{user_id}", self._answer(self._for_admin(admin.change)), methods=["PUT"]),
            Route("/admin/users/{user_id}", self._answer(self._for_admin(admin.delete)), methods=["DELETE"]),
            Route("/admin/generate_link", self._answer(self._for_admin(admin.link)), methods=["POST"]),
        ]

    def _answer(
        self, handler: Callable[[Request], Awaitable[Any]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                body = await handler(request)
            except AuthError as error:
                return error_response(error)
            if isinstance(body, Response):
                return body
            return Response(orjson.dumps(body), media_type="application/json")

        return endpoint

    def _for_admin(self, handler: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Any]]:
        async def guarded(request: Request) -> Any:
            if self._claims(request).get("role") not in ("service_role", "supabase_admin"):
                raise AuthError(403, "not_admin", "User not allowed")
            return await handler(request)

        return guarded

    # What everybody may read.

    async def health(self, _: Request) -> Any:
        return {"name": "GoTrue", "description": "auth of the relaydesk development stack"}

    async def settings(self, _: Request) -> Any:
        return {
            "external": {"email": True, "phone": False, "anonymous_users": False},
            "disable_signup": True,
            "mailer_autoconfirm": False,
        }

    async def jwks(self, _: Request) -> Any:
        return self._public_keys

    # Sessions.

    async def signup(self, _: Request) -> Any:
        raise AuthError(422, "signup_disabled", "Signups not allowed for this instance")

    async def token(self, request: Request) -> Any:
        grant = request.query_params.get("grant_type")
        body = await json_body(request)
        if grant == "password":
            self._sign_ins.take(address(request))
            if body.get("phone"):
                raise AuthError(422, "phone_provider_disabled", "Phone logins are disabled")
            return await self._sessions.sign_in(
                email(body), text(body, "password"), user_agent=request.headers.get("user-agent", "")
            )
        if grant == "refresh_token":
            self._refreshes.take(address(request))
            return await self._sessions.refresh(text(body, "refresh_token"))
        if grant == "pkce":
            self._refreshes.take(address(request))
            return await self._mails.exchange(request, body)
        raise AuthError(400, "unsupported_grant_type", "unsupported_grant_type")

    async def logout(self, request: Request) -> Any:
        user, session = await self._me(request)
        await self._sessions.end(user["id"], session, request.query_params.get("scope") or "global")
        return Response(status_code=204)

    # The signed-in user.

    async def user(self, request: Request) -> Any:
        user, _ = await self._me(request)
        return user_json(user)

    async def update_user(self, request: Request) -> Any:
        user, session = await self._me(request)
        body = await json_body(request)
        if body.get("email") not in (None, "", user["email"]) or body.get("phone"):
            text = "Only administrators change addresses here"
            raise AuthError(400, "validation_failed", text)
        data = body.get("data")
        if data is not None and not isinstance(data, dict):
            raise AuthError(400, "validation_failed", "data must be a JSON object")
        if body.get("password") is not None:
            await self._set_password(user, body["password"], session)
        return user_json(await self._users.change(user["id"], user_metadata=data))

    async def _set_password(self, user: asyncpg.Record, password: object, session: uuid.UUID | None) -> None:
        hashed = await passwords.hashed(password)
        if await passwords.matches(user["encrypted_password"], str(password)):
            text = "New password should be different from the old password."
            raise AuthError(422, "same_password", text)
        await self._users.set_password(user["id"], hashed, kept=session)

    async def _me(self, request: Request) -> tuple[asyncpg.Record, uuid.UUID | None]:
        """The user of the token and their session. Raises AuthError in the order of hosted Auth."""
        claims = self._claims(request)
        if not claims.get("sub"):
            raise AuthError(403, "bad_jwt", "invalid claim: missing sub claim")
        user_id = _uuid(claims["sub"])
        if user_id is None:
            raise AuthError(400, "bad_jwt", "invalid claim: sub claim must be a UUID")
        user = await self._users.by_id(user_id)
        if user is None:
            raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
        session = _uuid(claims.get("session_id") or "")
        if session is not None and not await self._sessions.exists(session):
            raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        audience = claims.get("aud")
        if (audience[0] if isinstance(audience, list) and audience else audience) != user["aud"]:
            text = "Token audience doesn't match request audience"
            raise AuthError(400, "validation_failed", text)
        if is_banned(user):
            raise AuthError(403, "user_banned", "User is banned")
        return user, session

    def _claims(self, request: Request) -> Claims:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
        try:
            return self._decode(token)
        except ValueError as error:
            message = f"invalid JWT: unable to parse or verify signature, {error}"
            raise AuthError(403, "bad_jwt", message) from None


def _uuid(value: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
