"""What the service key may do with users: list, make, change, ban, remove, invite. Source: supabase/auth `admin.go`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response

from devstack.gateway.auth import passwords
from devstack.gateway.auth.errors import AuthError
from devstack.gateway.auth.links import KINDS, Links
from devstack.gateway.auth.requests import ban_duration, email, json_body, metadata, page_number, user_id
from devstack.gateway.auth.users import UserTable, user_json

PER_PAGE = 50
MAX_PER_PAGE = 1000

_ATTRIBUTES = frozenset(
    {
        *("id", "aud", "role", "nonce", "email", "email_confirm", "password", "password_hash"),
        *("user_metadata", "app_metadata", "ban_duration"),
    }
)


class Administration:
    """Handlers that ask for nothing: their caller has seen that the service asks."""

    def __init__(self, users: UserTable, links: Links, *, url: str) -> None:
        self._users = users
        self._links = links
        self._url = url

    async def list(self, request: Request) -> Response:
        """One page, newest first; `Link` names the next and the last one."""
        page = page_number(request, "page", 1)
        size = min(page_number(request, "per_page", PER_PAGE), MAX_PER_PAGE)
        rows, total = await self._users.page(page, size)
        body = {"users": [user_json(row) for row in rows], "aud": "authenticated"}
        headers = {"X-Total-Count": str(total), "Link": self._pages(page, size, total)}
        return Response(orjson.dumps(body), media_type="application/json", headers=headers)

    def _pages(self, page: int, size: int, total: int) -> str:
        last = max(1, -(-total // size))
        links = [(last, "last")] if page >= last else [(page + 1, "next"), (last, "last")]
        address = f"{self._url}/admin/users"
        return ", ".join(f'<{address}?page={n}&per_page={size}>; rel="{name}"' for n, name in links)

    async def create(self, request: Request) -> Any:
        body = _known(await json_body(request))
        if not body.get("email"):
            message = "Cannot create a user without either an email or phone"
            raise AuthError(400, "validation_failed", message)
        user = await self._users.create(
            email(body),
            password=await _password(body),
            confirmed=bool(body.get("email_confirm")),
            app_metadata=metadata(body, "app_metadata"),
            user_metadata=metadata(body, "user_metadata"),
            user_id=_given_id(body),
        )
        ban = ban_duration(body)
        return user_json(user if ban is None else await self._users.change(user["id"], ban=ban))

    async def read(self, request: Request) -> Any:
        return user_json(await self._users.one(user_id(request)))

    async def change(self, request: Request) -> Any:
        """A new password here ends all sessions of the user."""
        user = await self._users.one(user_id(request))
        body = _known(await json_body(request))
        password = await _password(body)
        if password is not None:
            await self._users.set_password(user["id"], password, kept=None)
        return user_json(
            await self._users.change(
                user["id"],
                email=email(body) if body.get("email") else None,
                confirmed=bool(body.get("email_confirm")),
                user_metadata=metadata(body, "user_metadata"),
                app_metadata=metadata(body, "app_metadata"),
                ban=ban_duration(body),
            )
        )

    async def delete(self, request: Request) -> Any:
        user = await self._users.one(user_id(request))
        body = await json_body(request)
        await self._users.delete(user["id"], softly=bool(body.get("should_soft_delete")))
        return {}

    async def invite(self, request: Request) -> Any:
        """A user without a password, and a mail that lets them in."""
        body = await json_body(request)
        user = await self._invited(body)
        await self._links.mail("invite", user, redirect_to=request.query_params.get("redirect_to", ""))
        return user_json(await self._users.one(user["id"]))

    async def link(self, request: Request) -> Any:
        """The link of a mail without the mail: `{type, email, password?, data?}`."""
        body = await json_body(request)
        kind = body.get("type")
        if kind not in KINDS:
            message = f"Invalid email action link type requested: {str(kind)[:40]}"
            raise AuthError(400, "validation_failed", message)
        user = await self._linked(kind, body)
        target = str(body.get("redirect_to") or request.query_params.get("redirect_to", ""))
        made = await self._links.make(kind, user, redirect_to=target)
        return {
            **user_json(await self._users.one(user["id"])),
            "action_link": made.action_link,
            "email_otp": made.otp,
            "hashed_token": made.token_hash,
            "verification_type": made.kind,
            "redirect_to": made.redirect_to,
        }

    async def _linked(self, kind: str, body: Mapping[str, Any]) -> asyncpg.Record:
        if kind == "invite":
            return await self._invited(body)
        user = await self._users.by_email(email(body))
        if kind == "signup":
            if user is not None and user["email_confirmed_at"] is not None:
                message = "A user with this email address has already been registered"
                raise AuthError(422, "email_exists", message)
            return user or await self._new(body, password=await passwords.hashed(body.get("password")))
        if user is None:
            raise AuthError(404, "user_not_found", "User with this email not found")
        return user

    async def _invited(self, body: Mapping[str, Any]) -> asyncpg.Record:
        user = await self._users.by_email(email(body))
        if user is not None and user["email_confirmed_at"] is not None:
            message = "A user with this email address has already been registered"
            raise AuthError(422, "email_exists", message)
        return user or await self._new(body, password=None)

    async def _new(self, body: Mapping[str, Any], *, password: str | None) -> asyncpg.Record:
        return await self._users.create(
            email(body),
            password=password,
            confirmed=False,
            app_metadata=None,
            user_metadata=metadata(body, "data"),
        )


def _known(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Attributes that are not spoken here are refused rather than ignored."""
    unknown = sorted(name for name, value in body.items() if value and name not in _ATTRIBUTES)
    if unknown:
        message = f"Attributes that the development gateway does not know: {', '.join(unknown)}"
        raise AuthError(400, "validation_failed", message)
    if body.get("role") not in (None, "", "authenticated") or body.get("aud") not in (
        None,
        "",
        "authenticated",
    ):
        raise AuthError(400, "validation_failed", "role and aud must be authenticated here")
    return body


async def _password(body: Mapping[str, Any]) -> str | None:
    if body.get("password_hash"):
        return passwords.given_hash(body["password_hash"])
    return await passwords.hashed(body["password"]) if body.get("password") is not None else None


def _given_id(body: Mapping[str, Any]) -> uuid.UUID | None:
    given = body.get("id")
    if not given:
        return None
    try:
        return uuid.UUID(str(given))
    except ValueError:
        raise AuthError(400, "validation_failed", "ID must conform to the uuid v4 format") from None
