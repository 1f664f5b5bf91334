"""Who looks at a conversation and who writes there, in other desk processes.

Each process tells the topic of the business what its people do, through a function of the database that puts the
person's own name there; nobody can tell it of somebody else. What was told holds for a while and is told again as long
as it is so: a process that dies is forgotten. Whoever opens a conversation asks, and the others tell at once. A process
that hears of no other tells one thing at a time, enough to be found by one whose asking was lost.
Realtime's own presence would do the same, but a client may change what it shows five times in half a minute only,
which is less often than people begin and stop to type.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from dashboard.live.connection import Connection
from dashboard.sessions import Session
from processors.errors import RelaydeskError

log = logging.getLogger(__name__)

AGAIN_SECONDS = 12.0
HOLDS_SECONDS = 30.0
"""What is not told again for so long is over: one of two may be lost."""

State = Literal["looking", "typing", "gone"]
Tell = Callable[[Session, UUID, State, bool], Awaitable[None]]
"""(who, conversation, what they do, whether the others there should tell too)"""
Key = tuple[UUID, UUID]
"""A conversation and a person."""


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A person at another desk process."""

    name: str
    typing: bool
    until: float


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the others were told of a person of ours."""

    session: Session
    state: State
    at: float


class Elsewhere:
    """Both directions. `changed` is called with a conversation whose people elsewhere are others now."""

    def __init__(
        self,
        connections: Collection[Connection],
        tell: Tell,
        *,
        changed: Callable[[UUID], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connections = connections
        self._tell = tell
        self._changed = changed
        self._clock = clock
        self._told: dict[Key, Told] = {}
        self._company_until = 0.0
        self._seen: dict[UUID, dict[tuple[str, UUID], Somebody]] = defaultdict(dict)
        self.desk = uuid4().hex
        self.bell = asyncio.Event()

    def people(self, conversation_id: UUID) -> dict[UUID, Somebody]:
        """Who is there in other processes, by user."""
        found: dict[UUID, Somebody] = {}
        for (_, user), one in self._seen.get(conversation_id, {}).items():
            if one.until > self._clock() and not (user in found and found[user].typing):
                found[user] = one
        return found

    def hear(self, message: Mapping[str, Any]) -> None:
        """Another process, or this one, has told something. Raises ValueError, KeyError, TypeError for nonsense."""
        if message["desk"] == self.desk:
            return
        self._company_until = self._clock() + HOLDS_SECONDS
        conversation_id, user = UUID(message["conversation"]), UUID(message["user"])
        if message.get("asks"):
            self._told = {
                key: Told(
                    session=told.session, state=told.state, at=0.0 if key[0] == conversation_id else told.at
                )
                for key, told in self._told.items()
            }
            self.bell.set()
        key, there = (str(message["desk"]), user), self._seen[conversation_id]
        if message["state"] == "gone":
            there.pop(key, None)
        else:
            until = self._clock() + HOLDS_SECONDS
            there[key] = Somebody(name=str(message["name"]), typing=message["state"] == "typing", until=until)
        if not there:
            del self._seen[conversation_id]
        self._changed(conversation_id)

    async def flush(self) -> None:
        """Tell what is not told yet or for too long, and forget who has not been heard of."""
        now, ours = self._clock(), self._ours()
        again = self._due_again(now)
        jobs = []
        for key, (session, state) in ours.items():
            told = self._told.get(key)
            if told is None or told.state != state or key in again:
                jobs.append(self._say(session, key, state, asks=told is None))
        for key in self._told.keys() - ours.keys():
            jobs.append(self._say(self._told[key].session, key, "gone", asks=False))
        await asyncio.gather(*jobs)
        self._forget(now)

    def _due_again(self, now: float) -> set[Key]:
        """What was told a while ago; only what was told last, while there is no other process to forget it."""
        asked = {key for key, told in self._told.items() if told.at == 0.0}
        if self._company_until > now:
            return asked | {key for key, told in self._told.items() if now - told.at >= AGAIN_SECONDS}
        latest = max(self._told.items(), key=lambda entry: entry[1].at, default=None)
        if latest is None or now - latest[1].at < AGAIN_SECONDS:
            return asked
        return asked | {latest[0]}

    def _ours(self) -> dict[Key, tuple[Session, State]]:
        """What each person does in this process, over all their pages."""
        found: dict[Key, tuple[Session, State]] = {}
        for one in self._connections:
            if one.open_id is None or not one.is_there or one.session.ended:
                continue
            key = (one.open_id, one.session.tokens.user_id)
            if one.is_typing or key not in found:
                found[key] = (one.session, "typing" if one.is_typing else "looking")
        return found

    async def _say(self, session: Session, key: Key, state: State, *, asks: bool) -> None:
        if state == "gone":
            self._told.pop(key, None)
        else:
            self._told[key] = Told(session=session, state=state, at=self._clock())
        try:
            await self._tell(session, key[0], state, asks)
        except RelaydeskError as error:
            # It is told again after a while; who can't tell any more is forgotten by the others.
            log.info("presence: not told (%s)", type(error).__name__)

    def _forget(self, now: float) -> None:
        for conversation_id, there in list(self._seen.items()):
            over = [key for key, one in there.items() if one.until <= now]
            for key in over:
                del there[key]
            if not there:
                del self._seen[conversation_id]
            if over:
                self._changed(conversation_id)
