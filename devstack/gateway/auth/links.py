"""One-time tokens: invitations, password resets and sign-in links, and what redeems them.

Sources: supabase/auth `internal/api/mail.go` (what is made and stored), `verify.go` (what redeems it). A token is
the hash of address and code; the row of the user holds it, with the time it was sent.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import asyncpg

from devstack.gateway.auth.errors import AuthError
from devstack.gateway.auth.mailbox import Mailbox
from devstack.gateway.auth.users import UserTable, is_banned

LIFETIME_SECONDS = 3600
FLOW_SECONDS = 300
PKCE_PREFIX = "pkce_"

_CONFIRMATION = ("invite", "signup")
_RECOVERY = ("recovery", "magiclink")
KINDS = (*_CONFIRMATION, *_RECOVERY)
_STORE_CONFIRMATION = """
update auth.users set confirmation_token = $2, confirmation_sent_at = now(),
  invited_at = case when $3 then now() else invited_at end
where id = $1
"""
_STORE_RECOVERY = "update auth.users set recovery_token = $2, recovery_sent_at = now() where id = $1"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A fresh token, in each form it is given out."""

    kind: str
    otp: str
    token_hash: str
    action_link: str
    redirect_to: str


class Links:
    """Makes and redeems one-time tokens."""

    def __init__(
        self,
        pool: asyncpg.Pool[Any],
        users: UserTable,
        mailbox: Mailbox,
        *,
        auth_url: str,
        site_url: str,
        interval_seconds: float,
    ) -> None:
        self._pool = pool
        self._users = users
        self._mailbox = mailbox
        self._auth_url = auth_url
        self._site_url = site_url
        self._interval = interval_seconds
        self._flows: dict[str, tuple[uuid.UUID, str, float]] = {}
        self._challenges: dict[str, str] = {}

    async def make(self, kind: str, user: asyncpg.Record, *, redirect_to: str, challenge: str = "") -> Link:
        """A new token, which ends the one before it. With a `challenge` its link gives a code instead of a session."""
        otp = f"{secrets.randbelow(10**6):06d}"
        token_hash = hashlib.sha224(f"{user['email']}{otp}".encode()).hexdigest()
        if challenge:
            token_hash = PKCE_PREFIX + token_hash
            self._challenges[token_hash] = challenge
        if kind in _CONFIRMATION:
            await self._pool.execute(_STORE_CONFIRMATION, user["id"], token_hash, kind == "invite")
        else:
            await self._pool.execute(_STORE_RECOVERY, user["id"], token_hash)
        target = self.allowed(redirect_to)
        query = urlencode({"token": token_hash, "type": kind, "redirect_to": target})
        return Link(
            kind=kind,
            otp=otp,
            token_hash=token_hash,
            action_link=f"{self._auth_url}/verify?{query}",
            redirect_to=target,
        )

    async def mail(self, kind: str, user: asyncpg.Record, *, redirect_to: str, challenge: str = "") -> None:
        """Make a token and put it into a mail. Raises AuthError when the last one was sent a moment ago."""
        sent_at = user["confirmation_sent_at" if kind in _CONFIRMATION else "recovery_sent_at"]
        wait = self._interval - (time.time() - sent_at.timestamp()) if sent_at else 0
        if kind != "invite" and wait > 0:
            message = f"For security purposes, you can only request this after {int(wait) + 1} seconds."
            raise AuthError(429, "over_email_send_rate_limit", message)
        link = await self.make(kind, user, redirect_to=redirect_to, challenge=challenge)
        self._mailbox.put(
            to=user["email"], kind=kind, otp=link.otp, token_hash=link.token_hash, link=link.action_link
        )

    async def redeem(self, body: Mapping[str, Any]) -> asyncpg.Record:
        """The user of `{type, token_hash}` or `{type, email, token}`. Raises AuthError (otp_expired)."""
        kind = body.get("type")
        if not isinstance(kind, str) or not kind:
            raise AuthError(400, "validation_failed", "Verify requires a verification type")
        given, code, email = body.get("token_hash"), body.get("token"), body.get("email")
        if isinstance(given, str) and given:
            return await self._spend(kind, given, "Email link is invalid or has expired")
        if not isinstance(code, str) or not isinstance(email, str) or not code or not email:
            message = "Verify requires either a token or a token hash"
            raise AuthError(400, "validation_failed", message)
        digest = hashlib.sha224(f"{email.lower()}{code.replace('-', '')}".encode()).hexdigest()
        return await self._spend(kind, digest, "Token has expired or is invalid", prefixed=True)

    async def follow(self, kind: str, token: str) -> tuple[asyncpg.Record, str]:
        """The user of a followed link, and the code to exchange for a session where a challenge was given."""
        challenge = self._challenges.pop(token, "")
        user = await self._spend(kind, token, "Email link is invalid or has expired")
        if not challenge:
            return user, ""
        code = str(uuid.uuid4())
        self._flows[code] = (user["id"], challenge, time.monotonic())
        return user, code

    def exchange(self, code: str, verifier: str) -> uuid.UUID:
        """The user of a code that `follow` gave. Raises AuthError unless the verifier belongs to its challenge."""
        user_id, challenge, made_at = self._flows.pop(code, (None, "", 0.0))
        if user_id is None or time.monotonic() - made_at > FLOW_SECONDS:
            message = "invalid flow state, no valid flow state found"
            raise AuthError(404, "flow_state_not_found", message)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not secrets.compare_digest(digest, challenge):
            message = "code challenge does not match previously saved code verifier"
            raise AuthError(400, "bad_code_verifier", message)
        return user_id

    async def _spend(self, kind: str, token: str, refusal: str, *, prefixed: bool = False) -> asyncpg.Record:
        if kind not in (*KINDS, "email"):
            raise AuthError(400, "validation_failed", "Invalid email verification type")
        spent = await self._pool.fetchval(_SPEND, token, kind, LIFETIME_SECONDS, prefixed)
        if spent is None:
            raise AuthError(403, "otp_expired", refusal)
        user = await self._users.one(spent)
        if is_banned(user):
            raise AuthError(403, "user_banned", "User is banned")
        return user

    def allowed(self, redirect_to: str) -> str:
        """Only the site itself may be led to; anything else becomes the site's first page, as on the platform."""
        site, wanted = urlsplit(self._site_url), urlsplit(redirect_to)
        is_ours = wanted.scheme in ("http", "https") and wanted.hostname == site.hostname
        return redirect_to if redirect_to and is_ours else self._site_url


_SPEND = """
update auth.users set confirmation_token = case when by_confirmation then '' else confirmation_token end,
  recovery_token = case when by_confirmation then recovery_token else '' end,
  email_confirmed_at = coalesce(email_confirmed_at, now()), updated_at = now()
from (
  select id as user_id, confirmation_token = any (forms) as by_confirmation
  from auth.users, (select case when $4 then array[$1, 'pkce_' || $1] else array[$1] end as forms) as given
  where deleted_at is null and $1 <> '' and (
    $2 in ('invite', 'signup', 'email') and confirmation_token = any (forms)
      and confirmation_sent_at > now() - make_interval(secs => $3)
    or $2 in ('recovery', 'magiclink', 'email') and recovery_token = any (forms)
      and recovery_sent_at > now() - make_interval(secs => $3))
  limit 1
  for update of users
) as found
where id = found.user_id
returning id
"""
