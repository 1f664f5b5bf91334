"""Work on turns without a worker: for a while after it was noticed that there is something to do.

It claims what is due as a worker does, under the same leases, so a worker beside it loses nothing and
doubles nothing; quiet windows and limits hold because only what is due is claimed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping

from processors import announcer, notifier
from processors.logs import describe
from processors.loops import SHORTEST_PAUSE_SECONDS, Progress, Step, Wake
from processors.media.fetcher import Fetcher
from processors.outbox import Channel, Sender
from processors.services import Services
from processors.turns import TurnDispatcher

log = logging.getLogger(__name__)


class InlineWorker:
    """Claims and answers for `inline_deadline_seconds` after each `notice`, then rests.

    What is due later than that (the end of a rate limit) is left to a worker or to the next notice.
    """

    def __init__(self, services: Services, channels: Mapping[str, Channel], fetcher: Fetcher) -> None:
        self._services = services
        self._fetcher = fetcher
        self._sender = Sender(services.store, channels, services.settings)
        clients = {name: channel.client for name, channel in channels.items()}
        self._dispatcher = TurnDispatcher(services, channels=clients, on_replies=self._ring_followers)
        fetcher.on_heard = self._dispatcher.wake.ring
        self._announcements, self._pushes = Wake(), Wake()
        self._until = 0.0
        self._closed = False
        self._task: asyncio.Task[None] | None = None

    def notice(self) -> None:
        """There is a turn to answer now or soon. Returns at once."""
        if self._closed:
            return
        self._until = time.monotonic() + self._services.settings.inline_deadline_seconds
        self._dispatcher.wake.ring()
        self._fetcher.wake.ring()
        if self._task is None:
            self._task = asyncio.create_task(self._work())

    async def close(self) -> None:
        """Claim nothing more and finish what is under way. Leases cover what could not be finished."""
        self._closed = True
        self._until = 0.0
        self._dispatcher.wake.ring()
        self._fetcher.wake.ring()
        self._ring_followers()
        if self._task is not None:
            await self._task

    async def _work(self) -> None:
        try:
            # Noticed again while the last turns were being finished: the time is extended, so it goes on.
            while time.monotonic() < self._until:
                await asyncio.gather(
                    self._repeat("turns", self._dispatcher.step, self._dispatcher.wake),
                    self._repeat("files", self._fetcher.step, self._fetcher.wake),
                    self._repeat("outbox", self._sender.step, self._sender.wake),
                    self._repeat("announcements", self._announce, self._announcements),
                    self._repeat("pushes", self._push, self._pushes),
                )
                await self._dispatcher.drain()
                await self._fetcher.drain()
                await self._sender.send_all(seconds=self._services.settings.whatsapp_send_timeout_seconds)
        finally:
            self._task = None

    async def _repeat(self, name: str, step: Step, wake: Wake) -> None:
        """Do what is due until the time is over; a claim under way is always awaited, never cut off."""
        poll = self._services.settings.worker_poll_ms / 1000
        while (left := self._until - time.monotonic()) > 0:
            pause = poll
            try:
                progress = await step()
            except Exception as error:
                log.warning("inline %s: %s", name, describe(error))
            else:
                if progress.done:
                    continue
                if progress.next_in is not None:
                    pause = min(poll, max(progress.next_in, SHORTEST_PAUSE_SECONDS))
            await wake.wait(min(pause, left))

    async def _announce(self) -> Progress:
        done = await announcer.announce_once(self._services.store, self._services.settings)
        if done:
            self._sender.wake.ring()
        return Progress(done=done)

    async def _push(self) -> Progress:
        return Progress(done=await notifier.deliver_once(self._services.store, self._services.settings))

    def _ring_followers(self) -> None:
        for wake in (self._sender.wake, self._announcements, self._pushes):
            wake.ring()
