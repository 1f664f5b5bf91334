"""Turns: claim, let a processor decide within a deadline, finish once.

One dispatcher per process claims for all its free slots in one call. Whatever goes wrong in a processor,
the customer gets an answer and a person is told.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from processors.channels.base import ChannelClient
from processors.errors import StaleTurn, StorageError, StorageUnavailable
from processors.language.texts import say
from processors.logs import describe
from processors.loops import Progress, Wake
from processors.model import AiCall, Decision, Reply, Turn
from processors.router import respond
from processors.search.meter import metering
from processors.services import Services
from processors.store import FinishedTurn
from processors.trace import tracing

log = logging.getLogger(__name__)

RETRY_MS = 1000
"""Pause before a turn is tried again after the database failed it."""


COURTESY_SECONDS = 0.15
"""How long a finished decision waits for the typing dots to be shown: dots after the reply would stay."""


async def run_turn(
    turn: Turn, services: Services, *, courtesy: asyncio.Task[None] | None = None
) -> FinishedTurn | None:
    """Answer one claimed turn. `courtesy` is the read mark under way, which should arrive before the reply.

    Returns what was done, or None when nothing was: the lease was lost (somebody else answers), or the
    database failed and the turn was given back to be tried again.
    """
    started = time.monotonic()
    try:
        with tracing(turn.account.simulated) as trace, metering() as calls:
            decision = await _decide(turn, services, calls)
        decided_ms = round((time.monotonic() - started) * 1000)
        if trace is not None:
            decision = {**decision, "trace": trace.to_json()}
        if courtesy is not None:
            await asyncio.wait({courtesy}, timeout=COURTESY_SECONDS)
        return await services.store.finish_with(turn, decision, {"decide_ms": decided_ms})
    except StaleTurn:
        log.info("turn %s: the lease was lost, nothing written", turn.token)
        return None
    except StorageError as error:
        log.warning("turn %s: storage failed (%s), try %d", turn.token, error.code, turn.attempts)
        await _give_back(turn, services)
        return None


async def _decide(turn: Turn, services: Services, calls: Sequence[AiCall]) -> dict[str, object]:
    """The decision as it is stored; `calls` are those that searching made meanwhile."""
    if not turn.messages:
        return Decision().to_json()
    if turn.attempts > services.settings.turn_max_attempts:
        return _fallback(turn, "fallback.connection", "storage_failed")
    try:
        async with asyncio.timeout(services.settings.turn_deadline_seconds):
            decision = await respond(turn, services)
        return replace(decision, ai_calls=(*decision.ai_calls, *calls)).to_json()
    except StorageUnavailable:
        raise
    except Exception as error:
        log.error("turn %s: the processor failed: %s", turn.token, describe(error))
        failed = _fallback(turn, "fallback.processing", "processing_failed")
        return {**failed, "ai_calls": [call.to_json() for call in calls]}


def _fallback(turn: Turn, key: str, reason: str) -> dict[str, object]:
    """An honest answer when nothing else can be said; a person is told."""
    language = turn.language or turn.business.default_language
    decision = Decision(replies=(Reply(text=say(language, key)),), escalation=reason)
    return {**decision.to_json(), "failed": True}


async def _give_back(turn: Turn, services: Services) -> None:
    try:
        await services.store.fail_turn(turn.token, retry_ms=RETRY_MS * turn.attempts)
    except StorageError:
        # The lease runs out by itself; whoever claims next goes on from there.
        log.warning("turn %s: could not be given back", turn.token)


class TurnDispatcher:
    """Claims due turns for the free slots of this process and runs them concurrently."""

    def __init__(
        self, services: Services, *, channels: dict[str, ChannelClient], on_replies: Callable[[], None]
    ) -> None:
        self._services = services
        self._channels = channels
        self._on_replies = on_replies
        self._running: set[asyncio.Task[None]] = set()
        self._courtesies: set[asyncio.Task[None]] = set()
        self.wake = Wake()

    async def step(self) -> Progress:
        """Claim for the free slots and start what was claimed."""
        settings = self._services.settings
        free = settings.worker_concurrency - len(self._running)
        if free <= 0:
            return Progress(done=0)
        turns, next_in = await self._services.store.claim_due_turns(
            limit=free, lease_seconds=settings.turn_lease_seconds
        )
        for turn in turns:
            task = asyncio.create_task(self._run(turn))
            self._running.add(task)
            task.add_done_callback(self._finished)
        return Progress(done=len(turns), next_in=next_in)

    async def drain(self) -> None:
        """Wait for the turns under way; called at shutdown."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, turn: Turn) -> None:
        courtesy = asyncio.create_task(self._show_typing(turn))
        self._courtesies.add(courtesy)
        courtesy.add_done_callback(self._courtesies.discard)
        finished = await run_turn(turn, self._services, courtesy=courtesy)
        if finished is not None:
            self._on_replies()

    async def _show_typing(self, turn: Turn) -> None:
        """Read mark and typing dots while the turn runs; a failure is only a missing courtesy."""
        client = self._channels.get(turn.account.channel)
        last = next((m.external_id for m in reversed(turn.messages) if m.external_id), None)
        if client is None or last is None or turn.account.simulated or turn.contact.opted_out:
            return
        await client.mark_read(turn.account.external_id, last, typing=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("turn task: %s", describe(error))
        self.wake.ring()
