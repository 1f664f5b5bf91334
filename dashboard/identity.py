"""Supabase Auth as the desk uses it: a password becomes tokens, tokens are renewed, and ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from supabase_auth import AsyncGoTrueClient
from supabase_auth.errors import AuthApiError, AuthError, AuthRetryableError
from supabase_auth.types import AuthResponse

from dashboard.settings import DeskSettings
from processors.errors import BadRequest, NotSignedIn, StorageUnavailable


class TooManySignIns(BadRequest):
    """Too many attempts; the person should wait a while."""


class WeakPassword(BadRequest):
    """Auth wants a longer or another password."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What Auth gave for one person. `expires_at` is Unix seconds of the access token."""

    user_id: UUID
    email: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: float


class Identity:
    """Calls of Auth. Each has a client of its own, because a client remembers who signed in last."""

    def __init__(self, settings: DeskSettings, http: httpx.AsyncClient) -> None:
        self._url = f"{settings.supabase_url}/auth/v1"
        self._anon_key = settings.supabase_anon_key.get_secret_value()
        self._http = http

    async def sign_in(self, email: str, password: str) -> Tokens:
        """Raises NotSignedIn for a wrong log-in, TooManySignIns, StorageUnavailable when Auth is down."""
        try:
            response = await self._client().sign_in_with_password({"email": email, "password": password})
        except (AuthError, httpx.HTTPError, OSError) as error:
            raise _translated(error) from None
        return _tokens(response)

    async def renew(self, refresh_token: str) -> Tokens:
        """New tokens; the old refresh token is used up. Raises NotSignedIn once Auth refuses the person."""
        try:
            response = await self._client().refresh_session(refresh_token)
        except (AuthError, httpx.HTTPError, OSError) as error:
            raise _translated(error) from None
        return _tokens(response)

    async def sign_out(self, access_token: str) -> None:
        """End this log-in at Auth too. Raises StorageUnavailable or NotSignedIn; ours ends either way."""
        try:
            await self._client().admin.sign_out(access_token, "local")
        except (AuthError, httpx.HTTPError, OSError) as error:
            raise _translated(error) from None

    async def mail_password(self, email: str) -> None:
        """Have Auth write to somebody how to choose a new password; a person who was invited too.

        Raises TooManySignIns when it did so a moment ago, StorageUnavailable.
        """
        try:
            await self._client().reset_password_for_email(email)
        except (AuthError, httpx.HTTPError, OSError) as error:
            raise _translated(error) from None

    async def set_password(self, access_token: str, password: str) -> None:
        """A new password for whom a mail's link gave this token.

        Raises WeakPassword, NotSignedIn when the token is over, StorageUnavailable.
        """
        headers = {"apikey": self._anon_key, "Authorization": f"Bearer {access_token}"}
        try:
            answer = await self._http.put(f"{self._url}/user", json={"password": password}, headers=headers)
        except (httpx.HTTPError, OSError, UnicodeEncodeError) as error:
            raise StorageUnavailable(type(error).__name__) from None
        if answer.status_code == 422:
            raise WeakPassword("Auth wants another password")
        if answer.status_code >= 500 or answer.status_code == 429:
            raise StorageUnavailable(f"Auth answered {answer.status_code}")
        if not answer.is_success:
            raise NotSignedIn("the proof of the mail is over")

    def _client(self) -> AsyncGoTrueClient:
        return AsyncGoTrueClient(
            url=self._url,
            headers={"apikey": self._anon_key, "Authorization": f"Bearer {self._anon_key}"},
            auto_refresh_token=False,
            persist_session=False,
            http_client=self._http,
        )


def _tokens(response: AuthResponse) -> Tokens:
    session = response.session
    if session is None or session.user is None:
        raise NotSignedIn("Auth gave no session")
    expires_at = session.expires_at or time.time() + session.expires_in
    return Tokens(
        user_id=UUID(session.user.id),
        email=session.user.email or "",
        access=session.access_token,
        refresh=session.refresh_token,
        expires_at=float(expires_at),
    )


def _translated(error: Exception) -> BadRequest | StorageUnavailable:
    if isinstance(error, AuthRetryableError) or not isinstance(error, AuthError):
        return StorageUnavailable(type(error).__name__)
    status = error.status if isinstance(error, AuthApiError) else 400
    if status == 429:
        return TooManySignIns("too many attempts")
    if status >= 500:
        return StorageUnavailable(type(error).__name__)
    return NotSignedIn("the log-in was refused")
