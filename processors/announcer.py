"""The announcer: order events become messages to customers, dealers and riders, each exactly once.

An event is claimed with a lease, its text is made here, and `finish_announcement` puts the text into the
outbox and closes the event in one transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from processors.announcements import render
from processors.logs import describe
from processors.model import Json
from processors.settings import Settings
from processors.store import Store

log = logging.getLogger(__name__)

BATCH = 50
LEASE_SECONDS = 30

MAX_ATTEMPTS = 5
"""An event whose text could not be made so often is closed without one, so that it blocks nothing."""


async def announce_once(store: Store, settings: Settings) -> int:
    """Tell the order events that are due, at most a batch. Returns how many were closed."""
    events = await store.call(
        "claim_announcements", {"p_limit": BATCH, "p_lease_seconds": LEASE_SECONDS}, retry=False
    )
    readers: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for event in events:
        readers[_reader(event)].append(event)
    # One reader's news in order, the readers beside each other.
    closed = await asyncio.gather(*(_tell_all(store, news) for news in readers.values()))
    return sum(closed)


def _reader(event: Json) -> tuple[str, str]:
    audience = str(event["audience"])
    if audience in ("dealer", "rider"):
        return audience, str((event.get(audience) or {}).get("id"))
    return "customer", str(event["relay"]["id"])


async def _tell_all(store: Store, news: Sequence[Json]) -> int:
    closed = 0
    for event in news:
        told = await _tell(store, event)
        closed += told
    return closed


async def _tell(store: Store, event: Json) -> bool:
    """Close one event. False when its text could not be made: the lease runs out and it is tried again."""
    reply: dict[str, Any] | None = None
    try:
        rendered = render(event)
        reply = rendered.to_json() if rendered else None
    except Exception as error:
        log.error("order event %s (%s) has no text: %s", event["id"], event["kind"], describe(error))
        if event["attempts"] <= MAX_ATTEMPTS:
            return False
    outcome = await store.call(
        "finish_announcement", {"p_event_id": event["id"], "p_token": event["token"], "p_reply": reply}
    )
    if outcome == "nobody":
        log.warning("order event %s (%s) has nobody to be told", event["id"], event["kind"])
    return bool(outcome != "stale")
