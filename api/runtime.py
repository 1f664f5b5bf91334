"""What one api process holds open while it serves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from api.metrics import Metrics
from api.staff import StaffStore
from processors.channels.registry import open_channels
from processors.ingest import Ingest
from processors.inline import InlineWorker
from processors.media.bucket import Bucket
from processors.media.service import open_fetcher
from processors.services import Services, open_services
from processors.settings import Settings
from processors.simulation import Simulator
from processors.store import Store


@dataclass(frozen=True, kw_only=True)
class TurnKit:
    """What a process needs to answer turns itself."""

    services: Services
    simulator: Simulator
    inline: InlineWorker


@dataclass(kw_only=True)
class Runtime:
    """Connections and helpers that every request shares."""

    settings: Settings
    metrics: Metrics
    store: Store
    ingest: Ingest
    staff: StaffStore
    _kit: TurnKit | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def turns(self) -> TurnKit:
        """The kit for turns, opened at its first use.

        Most api processes only store webhooks; a model's library and connections would double their memory.
        """
        async with self._opening:
            if self._kit is None:
                services = await self._stack.enter_async_context(
                    open_services(self.settings, store=self.store)
                )
                channels = await self._stack.enter_async_context(open_channels(self.settings))
                fetcher = await self._stack.enter_async_context(
                    open_fetcher(services, channels, Bucket(self.store.client))
                )
                self._kit = TurnKit(
                    services=services,
                    simulator=Simulator(services),
                    inline=InlineWorker(services, channels, fetcher),
                )
            return self._kit

    async def close(self) -> None:
        """Finish what is under way, then close the connections."""
        await self.ingest.close()
        if self._kit is not None:
            await self._kit.simulator.close()
            await self._kit.inline.close()
        await self._stack.aclose()
        await self.store.close()


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open what every process needs.

    Nothing connects here, so the api starts while storage is down and says so on /readyz.
    """
    metrics = Metrics()
    store = await Store.open(settings)
    runtime = Runtime(
        settings=settings,
        metrics=metrics,
        store=store,
        ingest=Ingest.from_settings(store, settings, metrics.flush),
        staff=StaffStore(settings, store),
    )
    try:
        yield runtime
    finally:
        await runtime.close()
