"""The evening's summaries: each dealer hears once a day how it went, where the business wants that."""

from __future__ import annotations

import logging

from processors.dealer.day import evening_reply
from processors.language.texts import DEFAULT_LANGUAGE, LANGUAGES
from processors.logs import describe
from processors.store import Store

log = logging.getLogger(__name__)

BATCH = 20
LEASE_SECONDS = 60


async def tell_once(store: Store) -> int:
    """Tell the days that are due, at most a batch. Returns how many went into the outbox."""
    days = await store.call(
        "claim_dealer_days", {"p_limit": BATCH, "p_lease_seconds": LEASE_SECONDS}, retry=False
    )
    told = 0
    for day in days:
        language = day["language"] if day["language"] in LANGUAGES else DEFAULT_LANGUAGE
        try:
            reply = evening_reply(language, day["numbers"]).to_json()
        except Exception as error:
            # Its lease runs out and it is tried again, a few times; the others go on.
            log.error("the day of a dealer has no text: %s", describe(error))
            continue
        outcome = await store.call(
            "finish_dealer_day",
            {"p_dealer_id": day["dealer_id"], "p_day": day["day"], "p_token": day["token"], "p_reply": reply},
        )
        told += outcome == "queued"
    return told
