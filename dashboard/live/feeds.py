"""The feeds that run: one for each business whose inbox somebody has open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from uuid import UUID

from dashboard.live.feed import Feed


class Feeds:
    """Starts and ends them. `make` gives the feed of a business, which does not run yet."""

    def __init__(self, make: Callable[[UUID], Feed]) -> None:
        self._make = make
        self._running: dict[UUID, tuple[Feed, asyncio.Task[None]]] = {}

    def start(self, business_ids: Collection[UUID]) -> None:
        """Listen for these businesses, as far as nobody does yet."""
        for business_id in business_ids:
            if business_id not in self._running:
                feed = self._make(business_id)
                self._running[business_id] = (feed, asyncio.create_task(feed.run()))

    def are_joined(self, business_ids: Collection[UUID]) -> bool:
        """Whether hints of each of these businesses arrive."""
        found = [self._running.get(business_id) for business_id in business_ids]
        return all(entry is not None and entry[0].is_joined for entry in found)

    def is_any_cut(self, business_ids: Collection[UUID]) -> bool:
        """Whether a feed of one of these businesses runs and has heard nothing for some seconds."""
        found = [self._running.get(business_id) for business_id in business_ids]
        return any(entry is not None and entry[0].is_cut for entry in found)

    def keep_only(self, business_ids: Collection[UUID]) -> None:
        """End the feeds of all other businesses."""
        for business_id in [b for b in self._running if b not in business_ids]:
            self._running.pop(business_id)[1].cancel()

    async def stop(self) -> None:
        """End all of them."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
