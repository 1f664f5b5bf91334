"""Who is signed in: an opaque cookie outside, tokens in the memory of this process inside.

A session ends by sign-out, by age, when Auth refuses to renew it, or when the person no longer works for any
business. Whoever watches a session is told the moment it ends. It outlives the process: its tokens are kept in the
database too, sealed (see `vault`), and a process that is shown a cookie it does not know looks there.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from dashboard.client import Storage
from dashboard.identity import Identity, Tokens
from dashboard.membership import Membership, memberships_of
from dashboard.vault import Kept, Seal, Vault, digest
from processors.errors import NotAllowed, NotSignedIn, StorageError, StorageUnavailable

log = logging.getLogger(__name__)

RENEW_BEFORE_SECONDS = 90
"""An access token with less left than this is renewed before it is used."""

MAX_SESSIONS = 2000
"""More than any desk has people; the oldest goes first, so that memory stays bounded."""

SEEN_SECONDS = 15.0
"""For so long a session is not looked up again: a sign-out at another process counts here that much later at most."""

UNKNOWN_SECONDS = 20.0
MAX_UNKNOWN = 5000
"""Cookies of nobody are remembered for a while, so that they cost storage nothing."""

RENEWAL_TRIES = 50
RENEWAL_PAUSE_SECONDS = 0.5
"""How long to wait for another process that is renewing the same session; its claim ends before that."""


@dataclass(eq=False, kw_only=True)
class Session:
    """One log-in. `key` is the digest of the cookie; the cookie itself is kept by the browser alone."""

    key: str
    tokens: Tokens = field(repr=False)
    memberships: tuple[Membership, ...]
    ends_at: float
    seal: Seal = field(repr=False)
    version: int = 0
    """Of what is kept in the database; 0 while nothing is."""
    seen_at: float = 0.0
    is_stored: bool = True
    """False: the database lacks the latest tokens, because it could not be reached."""
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
        self._vault = Vault(storage)
        self._sessions: dict[str, Session] = {}
        self._restoring: dict[str, asyncio.Task[Session | None]] = {}
        self._unknown: dict[str, float] = {}
        self._over: set[str] = set()
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
        memberships = await memberships_of(self._storage, tokens)
        if not memberships:
            await self._end_at_auth(tokens)
            raise NotAllowed("this person works for no business")
        self._sweep()
        cookie = secrets.token_urlsafe(32)
        session = Session(
            key=digest(cookie),
            tokens=tokens,
            memberships=memberships,
            ends_at=self._clock() + self._seconds,
            seal=Seal(cookie),
            seen_at=self._clock(),
        )
        await self._keep(session)
        self._sessions[session.key] = session
        return session, cookie

    def find(self, cookie: str | None) -> Session | None:
        """The session of a cookie while it lasts, as far as this process knows. `look` knows more."""
        session = self._sessions.get(digest(cookie)) if cookie else None
        if session is not None and session.ends_at <= self._clock():
            self._forget(session)
            return None
        return session

    async def look(self, cookie: str | None) -> Session | None:
        """The session of a cookie, found again after a restart, and gone when it was ended at another process.

        Raises StorageError when that can't be told: an unknown cookie while storage is away.
        """
        if not cookie:
            return None
        session = self.find(cookie)
        if session is not None:
            return session if await self._is_on(session) else None
        key, now = digest(cookie), self._clock()
        if key in self._over or self._unknown.get(key, 0.0) > now:
            return None
        task = self._restoring.get(key)
        if task is None:
            task = asyncio.create_task(self._restore(cookie, key))
            self._restoring[key] = task
            task.add_done_callback(lambda _: self._restoring.pop(key, None))
        # Shielded: others wait for the same, and a token may be being renewed.
        return await asyncio.shield(task)

    async def _restore(self, cookie: str, key: str) -> Session | None:
        kept = await self._vault.find(key)
        try:
            tokens = Seal(cookie).open(kept.sealed) if kept else None
        except (ValueError, TypeError, KeyError):
            tokens = None
        if kept is None or tokens is None:
            if len(self._unknown) >= MAX_UNKNOWN:
                self._unknown.clear()
            self._unknown[key] = self._clock() + UNKNOWN_SECONDS
            return None
        session = Session(
            key=key,
            tokens=tokens,
            memberships=(),
            ends_at=kept.ends_at,
            seal=Seal(cookie),
            version=kept.version,
            seen_at=self._clock(),
        )
        try:
            await self._renew(session)
            session.memberships = await memberships_of(self._storage, session.tokens)
        except (NotSignedIn, NotAllowed):
            session.memberships = ()
        if not session.memberships:
            await self._vault.end(key)
            return None
        if session.ended:
            # Signed out at another process while the tokens were being renewed here.
            return None
        self._sweep()
        self._sessions[key] = session
        return session

    async def _is_on(self, session: Session) -> bool:
        """Whether the session was not ended at another process. What can't be asked counts as it was."""
        if self._clock() - session.seen_at < SEEN_SECONDS:
            return True
        try:
            if not session.is_stored:
                await self._keep(session)
            elif session.version:
                kept = await self._vault.find(session.key)
                if kept is None:
                    self._forget(session)
                    return False
                self._adopt(session, kept)
            await self._end_those_over()
        except StorageError as error:
            log.info("sessions: not looked up (%s)", error.code or type(error).__name__)
        session.seen_at = self._clock()
        return True

    def _adopt(self, session: Session, kept: Kept) -> None:
        """Take tokens that another process has put there."""
        if kept.version > session.version:
            session.tokens, session.version = session.seal.open(kept.sealed), kept.version

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
        if not await self._is_on(session):
            raise NotSignedIn("signed out at another process")
        try:
            memberships = await memberships_of(self._storage, session.tokens)
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
        """Sign a person out: here at once, at the other processes and at Auth as soon as they can be reached."""
        self._forget(session)
        self._over.add(session.key)
        try:
            await self._end_those_over()
        except StorageError as error:
            log.info("sign-out: storage did not take it yet (%s)", error.code or type(error).__name__)
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
            for _ in range(RENEWAL_TRIES):
                if self._is_fresh(session):
                    return
                try:
                    if not await self._may_renew(session):
                        await asyncio.sleep(0 if self._is_fresh(session) else RENEWAL_PAUSE_SECONDS)
                        continue
                    session.tokens = await self._identity.renew(session.tokens.refresh)
                except NotSignedIn:
                    self._forget(session)
                    raise
                except StorageUnavailable:
                    # A token that still lives is good enough until Auth answers again.
                    if session.tokens.expires_at <= self._clock():
                        raise
                    return
                await self._keep(session)
                return
            raise StorageUnavailable("another process is renewing this session")

    async def _may_renew(self, session: Session) -> bool:
        """Whether this process may use the refresh token: Auth takes it once, and another process may be at it."""
        if not session.version or not session.is_stored:
            return True
        kept = await self._vault.claim(session.key, session.version)
        if kept is None:
            raise NotSignedIn("signed out at another process")
        self._adopt(session, kept)
        return kept.mine

    async def _keep(self, session: Session) -> None:
        """Keep the session's tokens in the database; a session that can't be kept lives in this process alone."""
        sealed = session.seal.close(session.tokens)
        try:
            if session.version:
                version = await self._vault.renew(session.key, sealed, session.tokens, session.version)
                if version is None:
                    self._forget(session)
                    return
                session.version = version
            else:
                session.version = await self._vault.keep(session.key, sealed, session.tokens, session.ends_at)
            session.is_stored = True
        except (StorageError, NotSignedIn, NotAllowed) as error:
            session.is_stored = False
            log.warning("sessions: one is not kept (%s)", type(error).__name__)

    async def _end_those_over(self) -> None:
        for key in list(self._over):
            await self._vault.end(key)
            self._over.discard(key)

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
