"""Work that goes on whatever fails in it: an error is logged, never raised, and never stops what stands beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from processors.errors import RelaydeskError
from processors.logs import describe

log = logging.getLogger(__name__)


async def repeat(
    name: str,
    step: Callable[[], Awaitable[None]],
    bell: asyncio.Event,
    seconds: Callable[[], float] | None,
) -> None:
    """Do a step whenever its bell rings, and every so often with `seconds`; ends only when cancelled."""
    while True:
        try:
            async with asyncio.timeout(seconds() if seconds else None):
                await bell.wait()
        except TimeoutError:
            pass
        bell.clear()
        try:
            await step()
        except Exception as error:
            _report(name, error)


async def all_of(jobs: Sequence[Awaitable[None]]) -> None:
    """Do all of them at the same time; one that fails does not stop the others."""
    for result in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(result, BaseException):
            _report("flush", result)


def _report(name: str, error: BaseException) -> None:
    if isinstance(error, RelaydeskError):
        log.warning("%s: %s", name, type(error).__name__)
    else:
        log.error("%s: %s", name, describe(error))
