"""Who is signed in: an opaque cookie outside, tokens in the memory of this process inside.

A session ends by sign-out, by age, when Auth refuses to renew it, or when the person no longer works for any
business. Whoever watches a session is told the moment it ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from dashboard.client import Storage, rows
from dashboard.identity import Identity, Tokens
from processors.errors import NotAllowed, NotSignedIn, StorageUnavailable

log = logging.getLogger(__name__)

RENEW_BEFORE_SECONDS = 90
"""An access token with less left than this is renewed before it is used."""

MAX_SESSIONS = 2000
"""More than any desk has people; the oldest goes first, so that memory stays bounded."""


@dataclass(frozen=True, kw_only=True)
class Membership:
    """That a person works for a business, and as what: admin, agent or viewer."""

    staff_id: UUID
    business_id: UUID
    business: str
    role: str
    name: str


@dataclass(eq=False, kw_only=True)
class Session:
    """One log-in. `key` is the digest of the cookie; the cookie itself is kept by the browser alone."""

    key: str
    tokens: Tokens = field(repr=False)
    memberships: tuple[Membership, ...]
    ends_at: float
    ended: bool = False
    renewing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    @property
    def businesses(self) -> frozenset[UUID]:
        """The businesses this person may look into. Equal sets see the same rows."""
        return frozenset(membership.business_id for membership in self.memberships)

    @property
    def name(self) -> str:
        """The person's name, or their e-mail while staff have given none."""
        return next((m.name for m in self.memberships if m.name), self.tokens.email)


Watcher = Callable[[Session], None]


class Sessions:
    """All log-ins of this process. `clock` gives Unix seconds."""

    def __init__(
        self,
        identity: Identity,
        storage: Storage,
        *,
        hours: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._identity = identity
        self._storage = storage
        self._seconds = hours * 3600
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with every session that ends from now on."""
        self._watchers.append(watcher)

    async def open(self, email: str, password: str) -> tuple[Session, str]:
        """Sign a person in; returns the session and its cookie.

        Raises NotSignedIn for a wrong log-in, NotAllowed for a person who is not staff, TooManySignIns,
        StorageUnavailable.
        """
        tokens = await self._identity.sign_in(email, password)
        memberships = await self._memberships(tokens)
        if not memberships:
            await self._end_at_auth(tokens)
            raise NotAllowed("this person works for no business")
        self._sweep()
        cookie = secrets.token_urlsafe(32)
        session = Session(
            key=_digest(cookie),
            tokens=tokens,
            memberships=memberships,
            ends_at=self._clock() + self._seconds,
        )
        self._sessions[session.key] = session
        return session, cookie

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie while it lasts."""
        session = self._sessions.get(_digest(cookie)) if cookie else None
        if session is not None and session.ends_at <= self._clock():
            self._forget(session)
            return None
        return session

    async def access_token(self, session: Session) -> str:
        """An access token that is good for the next requests, renewed when it is about to end.

        Raises NotSignedIn when the session is over, StorageUnavailable when Auth can't be asked in time.
        """
        self._require(session)
        if self._is_fresh(session):
            return session.tokens.access
        # Shielded: a refresh token is used up by its first use, so an answer on its way must not be dropped.
        await asyncio.shield(self._renew(session))
        self._require(session)
        return session.tokens.access

    async def check(self, session: Session) -> bool:
        """Look again whether and where the person works; True when their rights have changed.

        Raises NotSignedIn when the session is over; it is ended then.
        """
        await self.access_token(session)
        try:
            memberships = await self._memberships(session.tokens)
        except (NotSignedIn, NotAllowed):
            self._forget(session)
            raise NotSignedIn("storage refused the session") from None
        if not memberships:
            self._forget(session)
            raise NotSignedIn("the person works for no business any more")
        changed = memberships != session.memberships
        session.memberships = memberships
        return changed

    async def close(self, session: Session) -> None:
        """Sign a person out, here at once and at Auth if it can be reached."""
        self._forget(session)
        await self._end_at_auth(session.tokens)

    def end(self, session: Session) -> None:
        """The session's token was refused: it is over here."""
        self._forget(session)

    def _require(self, session: Session) -> None:
        if session.ends_at <= self._clock():
            self._forget(session)
        if session.ended:
            raise NotSignedIn("the session is over")

    def _is_fresh(self, session: Session) -> bool:
        return session.tokens.expires_at - self._clock() > RENEW_BEFORE_SECONDS

    async def _renew(self, session: Session) -> None:
        async with session.renewing:
            if self._is_fresh(session):
                return
            try:
                session.tokens = await self._identity.renew(session.tokens.refresh)
            except NotSignedIn:
                self._forget(session)
                raise
            except StorageUnavailable:
                # A token that still lives is good enough until Auth answers again.
                if session.tokens.expires_at <= self._clock():
                    raise

    async def _memberships(self, tokens: Tokens) -> tuple[Membership, ...]:
        query = (
            self._storage.of(tokens.access)
            .from_("staff")
            .select("id, business_id, role, name, business:businesses(name)")
            .eq("user_id", str(tokens.user_id))
            .eq("active", "true")
            .order("business_id")
        )
        return tuple(
            Membership(
                staff_id=UUID(row["id"]),
                business_id=UUID(row["business_id"]),
                business=(row["business"] or {}).get("name", ""),
                role=row["role"],
                name=row["name"],
            )
            for row in await rows(query)
        )

    async def _end_at_auth(self, tokens: Tokens) -> None:
        try:
            await self._identity.sign_out(tokens.access)
        except (NotSignedIn, StorageUnavailable) as error:
            log.info("sign-out: Auth did not take it (%s)", type(error).__name__)

    def _forget(self, session: Session) -> None:
        if session.ended:
            return
        session.ended = True
        self._sessions.pop(session.key, None)
        for watcher in self._watchers:
            watcher(session)

    def _sweep(self) -> None:
        now = self._clock()
        for session in [s for s in self._sessions.values() if s.ends_at <= now]:
            self._forget(session)
        while len(self._sessions) >= MAX_SESSIONS:
            self._forget(next(iter(self._sessions.values())))


def _digest(cookie: str) -> str:
    """What is kept of a cookie: a dump of the memory lets nobody in by it."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).hexdigest()
