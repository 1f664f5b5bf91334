"""Loops of the worker: do what is due, then sleep until woken, until the next thing is due, or until the poll."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from processors.errors import StorageUnavailable
from processors.logs import describe

log = logging.getLogger(__name__)

SHORTEST_PAUSE_SECONDS = 0.02
"""What is due but locked by somebody else is asked for again after this, not at once."""


class Wake:
    """A bell: rung by whoever made work, waited for by the loop that does it. Rings add up to one."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return when rung, or after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
        finally:
            self._event.clear()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What one step did: how much, and in how many seconds the next thing is due (None: not known)."""

    done: int
    next_in: float | None = None


Step = Callable[[], Awaitable[Progress]]


async def run(name: str, step: Step, wake: Wake, *, poll_seconds: float) -> None:
    """Repeat `step` until cancelled. An error never ends the loop; the database's rows remember the work."""
    pause = poll_seconds
    failures = 0
    while True:
        try:
            progress = await step()
        except StorageUnavailable as error:
            failures += 1
            pause = min(poll_seconds * 2 ** min(failures, 4), 15.0)
            log.warning("%s: storage is unavailable (%s), next try in %.1f s", name, error.code, pause)
        except Exception as error:
            failures += 1
            pause = min(poll_seconds * 2 ** min(failures, 4), 15.0)
            log.error("%s: %s, next try in %.1f s", name, describe(error), pause)
        else:
            failures = 0
            if progress.done:
                continue
            pause = poll_seconds
            if progress.next_in is not None:
                pause = min(poll_seconds, max(progress.next_in, SHORTEST_PAUSE_SECONDS))
        await wake.wait(pause)
