"""The worker program: turns, outbox, files, announcements, pushes and the clock, in one process.

Start as many as you like: every claim is leased, so they share the work and survive each other.
Run it with `python -m processors.worker`.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack

from processors import announcer, dealer_days, hints, logs, notifier
from processors.channels.registry import open_channels
from processors.errors import ConfigurationError
from processors.language.detect import detect
from processors.loops import Progress, Step, Wake, run
from processors.media.bucket import open_bucket
from processors.media.service import open_fetcher
from processors.outbox import Sender
from processors.payments.cashier import open_cashier
from processors.search.indexer import Indexer
from processors.services import Services, open_services
from processors.settings import Settings, load_settings
from processors.summaries.service import summarize_once
from processors.turns import TurnDispatcher
from processors.understanding.intents import classify

log = logging.getLogger(__name__)

SCHEDULE_SECONDS = 2.0
INDEX_SECONDS = 30.0
SUMMARY_SECONDS = 5.0
DAYS_SECONDS = 60.0
FIGURES_SECONDS = 30.0
SHUTDOWN_SECONDS = 15.0


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Work until `stop` is set, then finish what is under way."""
    async with AsyncExitStack() as stack:
        services = await stack.enter_async_context(open_services(settings))
        channels = await stack.enter_async_context(open_channels(settings))
        bucket = await stack.enter_async_context(open_bucket(settings))
        fetcher = await stack.enter_async_context(open_fetcher(services, channels, bucket))
        cashier = await stack.enter_async_context(open_cashier(services.store, settings))
        sender = Sender(services.store, channels, settings, bucket=bucket)
        announcements, pushes = Wake(), Wake()

        def after_turn() -> None:
            for wake in (sender.wake, announcements, pushes):
                wake.ring()

        clients = {name: channel.client for name, channel in channels.items()}
        dispatcher = TurnDispatcher(services, channels=clients, on_replies=after_turn)

        fetcher.on_heard = dispatcher.wake.ring

        def ring_all() -> None:
            dispatcher.wake.ring()
            fetcher.wake.ring()
            after_turn()

        poll = settings.worker_poll_ms / 1000
        loops = [
            run("turns", dispatcher.step, dispatcher.wake, poll_seconds=poll),
            run("outbox", sender.step, sender.wake, poll_seconds=poll),
            run("files", fetcher.step, fetcher.wake, poll_seconds=poll),
            run("announcements", _announce(services, sender.wake.ring), announcements, poll_seconds=poll),
            run("pushes", _push(services), pushes, poll_seconds=poll),
            run("schedules", _tick(services, announcements.ring), Wake(), poll_seconds=SCHEDULE_SECONDS),
            run("dealers' days", _days(services, sender.wake.ring), Wake(), poll_seconds=DAYS_SECONDS),
            run("summaries", _summarize(services), Wake(), poll_seconds=SUMMARY_SECONDS),
            run("search index", _index(services), Wake(), poll_seconds=INDEX_SECONDS),
            run("figures", _count(services), Wake(), poll_seconds=FIGURES_SECONDS),
            hints.listen(settings, ring_all),
        ]
        if cashier is not None:
            # Not rung with every turn: few of them are about money, and a link may come a second later.
            cashier.on_news = announcements.ring
            loops.append(run("payments", cashier.step, cashier.wake, poll_seconds=poll))
        # The first customer should not wait for models to be read from disk.
        await asyncio.to_thread(_warm_up)
        tasks = [asyncio.create_task(loop) for loop in loops]
        log.info("worker ready")
        await stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(SHUTDOWN_SECONDS):
            await dispatcher.drain()
            await sender.drain()
            await fetcher.drain()


def _warm_up() -> None:
    detect("buongiorno, vorrei ordinare")
    classify("vorrei ordinare")


def _announce(services: Services, on_messages: Callable[[], None]) -> Step:
    async def step() -> Progress:
        done = await announcer.announce_once(services.store, services.settings)
        if done:
            on_messages()
        return Progress(done=done)

    return step


def _push(services: Services) -> Step:
    async def step() -> Progress:
        return Progress(done=await notifier.deliver_once(services.store, services.settings))

    return step


def _tick(services: Services, on_events: Callable[[], None]) -> Step:
    async def step() -> Progress:
        counts = await services.store.call("run_schedules", {})
        if counts["offers_expired"]:
            on_events()
        return Progress(done=0)

    return step


def _days(services: Services, on_queued: Callable[[], None]) -> Step:
    async def step() -> Progress:
        told = await dealer_days.tell_once(services.store)
        if told:
            on_queued()
        return Progress(done=told)

    return step


def _summarize(services: Services) -> Step:
    async def step() -> Progress:
        return Progress(done=await summarize_once(services))

    return step


def _count(services: Services) -> Step:
    async def step() -> Progress:
        # Two days at a time, with a pause: nobody waits for this, and the database has other work.
        done = await services.store.call("refresh_figures", {})
        return Progress(done=0, next_in=1.0 if done else None)

    return step


def _index(services: Services) -> Step:
    indexer = Indexer(services.store.call, services.search)

    async def step() -> Progress:
        return Progress(done=await indexer.run_once())

    return step


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await serve(settings, stop)


def main() -> int:
    """Exit code 2 when the settings are wrong, with a text that names them."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logs.configure(settings.log_level)
    asyncio.run(_main(settings))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
