"""What one api process holds open while it serves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.metrics import Metrics
from api.staff import StaffStore
from processors.channels.registry import open_channels
from processors.ingest import Ingest
from processors.inline import InlineWorker
from processors.services import Services, open_services
from processors.settings import Settings
from processors.simulation import Simulator


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Connections and helpers that every request shares."""

    settings: Settings
    metrics: Metrics
    services: Services
    ingest: Ingest
    inline: InlineWorker
    simulator: Simulator
    staff: StaffStore


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open everything, and at the end finish what is under way before closing it.

    Nothing connects here, so the api starts while storage is down and says so on /readyz.
    """
    metrics = Metrics()
    async with open_services(settings) as services, open_channels(settings) as channels:
        ingest = Ingest.from_settings(services.store, settings, metrics.flush)
        inline = InlineWorker(services, channels)
        simulator = Simulator(services)
        try:
            yield Runtime(
                settings=settings,
                metrics=metrics,
                services=services,
                ingest=ingest,
                inline=inline,
                simulator=simulator,
                staff=StaffStore(settings, services.store),
            )
        finally:
            await ingest.close()
            await simulator.close()
            await inline.close()
