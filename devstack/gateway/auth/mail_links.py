"""What people do with mails of Auth: ask for one, type in its code, follow its link.

Source: supabase/auth `internal/api/recover.go`, `verify.go`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse

from devstack.gateway.auth.errors import AuthError
from devstack.gateway.auth.limits import Limit
from devstack.gateway.auth.links import Links
from devstack.gateway.auth.requests import address, email, json_body, text
from devstack.gateway.auth.sessions import Sessions
from devstack.gateway.auth.users import UserTable

VERIFICATIONS_PER_5_MIN = 30


class MailLinks:
    """Handlers of `/recover` and `/verify`, and the exchange of a code that a link gave."""

    def __init__(self, users: UserTable, links: Links, sessions: Sessions) -> None:
        self._users = users
        self._links = links
        self._sessions = sessions
        self._limit = Limit(VERIFICATIONS_PER_5_MIN)

    async def recover(self, request: Request) -> Any:
        """The answer is the same for an address that nobody has."""
        self._limit.take(address(request))
        body = await json_body(request)
        user = await self._users.by_email(email(body))
        challenge = str(body.get("code_challenge") or "")
        if challenge and body.get("code_challenge_method") not in ("s256", "S256"):
            raise AuthError(400, "validation_failed", "code_challenge_method must be s256 here")
        if user is not None:
            target = request.query_params.get("redirect_to", "")
            await self._links.mail("recovery", user, redirect_to=target, challenge=challenge)
        return {}

    async def verify(self, request: Request) -> Any:
        """A token becomes a session."""
        self._limit.take(address(request))
        user = await self._links.redeem(await json_body(request))
        return await self._begin(user["id"], request)

    async def follow(self, request: Request) -> Any:
        """A followed link leads back to the site, with a session, a code, or what went wrong."""
        self._limit.take(address(request))
        query = request.query_params
        site = self._links.allowed(query.get("redirect_to", ""))
        try:
            user, code = await self._links.follow(query.get("type", ""), query.get("token", ""))
        except AuthError as error:
            failure = {"error": "access_denied", "error_code": error.code, "error_description": str(error)}
            return RedirectResponse(f"{site}#{urlencode(failure)}", 303)
        if code:
            return RedirectResponse(f"{site}{'&' if '?' in site else '?'}{urlencode({'code': code})}", 303)
        session = await self._begin(user["id"], request)
        kept = {name: session[name] for name in ("access_token", "expires_at", "expires_in", "refresh_token")}
        fragment = urlencode({**kept, "token_type": "bearer", "type": query.get("type", "")})
        return RedirectResponse(f"{site}#{fragment}", 303)

    async def exchange(self, request: Request, body: Mapping[str, Any]) -> Any:
        """A code of a followed link and the verifier of who asked for the mail become a session."""
        user_id = self._links.exchange(text(body, "auth_code"), text(body, "code_verifier"))
        return await self._begin(user_id, request)

    async def _begin(self, user_id: uuid.UUID, request: Request) -> Any:
        agent = request.headers.get("user-agent", "")
        return await self._sessions.begin(user_id, method="otp", user_agent=agent)
