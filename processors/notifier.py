"""Pushes: claim deliveries, send each to its device, record what became of them.

A delivery is one row per device, so a failure touches its own device only. A process that dies between
sending and recording sends once more when the lease runs out; the collapse key lets the second push
replace the first one on the device.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from processors.errors import ConfigurationError
from processors.language.texts import say
from processors.model import Json
from processors.push import fcm
from processors.push.kinds import NOTIFICATIONS, NotificationKind, desk_link, device_data
from processors.push.verdicts import Verdict, misconfigured, pause_after
from processors.settings import Settings
from processors.store import Store

log = logging.getLogger(__name__)

BATCH = 32
LEASE_SECONDS = 90
"""Longer than a batch can last: 32 pushes, 8 at once, two time-outs of 8 s each at worst."""

MAX_ATTEMPTS = 10
"""With pauses that double from 1 s this is a quarter of an hour of outage."""


async def deliver_once(store: Store, settings: Settings) -> int:
    """Send the pushes that are due, at most a batch. Returns how many were tried.

    Without FCM_PROJECT_ID nothing is claimed: the deliveries wait until there is one.
    """
    if not settings.fcm_project_id:
        return 0
    deliveries = await store.call(
        "claim_deliveries", {"p_limit": BATCH, "p_lease_seconds": LEASE_SECONDS}, retry=False
    )
    if not deliveries:
        return 0
    verdicts = await _send_all(deliveries, settings)
    results = [_result(d, v) for d, v in zip(deliveries, verdicts, strict=True)]
    await store.call("record_deliveries", {"p_results": results, "p_max_attempts": MAX_ATTEMPTS})
    return len(results)


async def _send_all(deliveries: list[Json], settings: Settings) -> list[Verdict]:
    try:
        client = await asyncio.to_thread(fcm.client_for, settings)
    except ConfigurationError as error:
        log.error("no push can be sent: %s", error)
        return [misconfigured("CREDENTIAL_REFUSED")] * len(deliveries)
    return await asyncio.gather(*(_send(d, client, settings.desk_url) for d in deliveries))


async def _send(delivery: Json, client: fcm.FcmClient, desk_url: str) -> Verdict:
    kind = NOTIFICATIONS.get(delivery["notification"]["kind"])
    if kind is None:
        return Verdict(outcome="failed", error="UNKNOWN_KIND")
    return await client.send(build_push(delivery, kind, desk_url))


def _result(delivery: Json, verdict: Verdict) -> dict[str, Any]:
    retry = verdict.outcome == "retry"
    if verdict.outcome == "failed" or (retry and delivery["attempts"] >= MAX_ATTEMPTS):
        log.warning("push %s failed: %s", delivery["delivery_id"], verdict.error)
    return {
        "delivery_id": delivery["delivery_id"],
        "token": delivery["token"],
        "outcome": verdict.outcome,
        "dead": verdict.dead,
        "external_id": verdict.external_id,
        "error": verdict.error,
        "retry_after_seconds": pause_after(verdict, delivery["attempts"]) if retry else None,
    }


def build_push(delivery: Json, kind: NotificationKind, desk_url: str) -> fcm.Push:
    """The push of one claimed delivery, in the language of its rider or business.

    Its words name an order at most; who wrote what is read in the desk, behind the log-in.
    """
    notification, device = delivery["notification"], delivery["device"]
    name, data, language = notification["kind"], notification["data"], delivery["language"]
    values = device_data(kind, data)
    subject = values.get(kind.subject, notification["id"])
    words = {"order_code": "", **values}
    return fcm.Push(
        address_kind=device["kind"],
        address=device["value"],
        title=say(language, f"push.{name}.title", **words),
        body=say(language, f"push.{name}.body", **words),
        data={**values, "kind": name, "notification_id": notification["id"]},
        collapse_key=f"{name}:{subject}",
        link=desk_link(kind, data, desk_url),
        ttl_seconds=kind.ttl_seconds,
    )
