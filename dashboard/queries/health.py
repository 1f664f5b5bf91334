"""How the traffic of a business is, and what is wrong with it in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json

QUIET_SECONDS = 3 * 3600
"""Without a message, receipt or event for longer than this by day, something may be wrong with the webhook."""
LATE_SECONDS = 120
BUDGET_WARNED = 0.8
MODEL_DOWN = {"key", "quota", "model_not_found"}
MODEL_LATE = ("timeout", "server", "connection", "rate_limit", "breaker_open")
MODEL_LATE_CALLS = 3
"""In the last hour; one or two are weather."""
RECEIPTS_LATE_SECONDS = 60
QUEUES = ("turns", "sends", "files", "pushes", "news")
LIMITED = {"TIER_50", "TIER_250", "TIER_1K"}
BAD_TEMPLATES = {"REJECTED", "PAUSED", "DISABLED", "FLAGGED"}
BAD_EVENTS = {
    "DOWNGRADE",
    "FLAGGED",
    "DISABLED_UPDATE",
    "ACCOUNT_RESTRICTION",
    "ACCOUNT_VIOLATION",
    "ACCOUNT_DELETED",
}


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something is wrong: `health_alert.<name>` says what, `health_remedy.<name>` what to do. `seconds` is an age."""

    tone: Literal["bad", "warn"]
    name: str
    values: Json = field(default_factory=dict)
    seconds: float | None = None


async def health(client: AsyncPostgrestClient, business_id: UUID) -> Json:
    """The answer of `desk_health`. Raises what `dashboard.client.rows` raises."""
    found: Any = await rows(client.rpc("desk_health", {"p_business_id": str(business_id)}))
    return dict(found)


def alerts(found: Json, *, live: bool = True) -> list[Alert]:
    """What is wrong, worst first; empty when all is well. `live`: whether the desk itself hears of changes."""
    told = [*_of_queues(found), *_of_silence(found), *_of_provider(found), *_of_model(found)]
    if not live:
        told.append(Alert(tone="warn", name="not_live"))
    return sorted(told, key=lambda alert: alert.tone != "bad")


def _of_queues(found: Json) -> Iterable[Alert]:
    for name in ("turns", "sends"):
        queue = found[name]
        if queue["late"]:
            yield Alert(
                tone="bad", name=name, values={"count": queue["late"]}, seconds=queue["oldest_seconds"]
            )
    for name in ("files", "pushes", "news"):
        queue = found[name]
        if queue["oldest_seconds"] > LATE_SECONDS:
            yield Alert(
                tone="warn", name=name, values={"count": queue["waiting"]}, seconds=queue["oldest_seconds"]
            )
    if found["receipts"]["oldest_seconds"] > RECEIPTS_LATE_SECONDS * 10:
        parked = found["receipts"]
        yield Alert(
            tone="warn", name="parked", values={"count": parked["parked"]}, seconds=parked["oldest_seconds"]
        )
    if (found["receipt_seconds"] or 0) > RECEIPTS_LATE_SECONDS:
        yield Alert(tone="warn", name="receipts_late", seconds=found["receipt_seconds"])


def _of_silence(found: Json) -> Iterable[Alert]:
    if not any(account["active"] and not account["simulated"] for account in found["accounts"]):
        return
    if found["heard_at"] is None:
        yield Alert(tone="warn", name="never_heard")
        return
    silence = (
        datetime.fromisoformat(found["now"]) - datetime.fromisoformat(found["heard_at"])
    ).total_seconds()
    if silence > QUIET_SECONDS:
        yield Alert(tone="warn", name="silence", seconds=silence)


def _of_model(found: Json) -> Iterable[Alert]:
    failed: Json = found["model"]
    for error in sorted(MODEL_DOWN & set(failed)):
        yield Alert(tone="bad", name=f"model_{error}", values={"count": failed[error]})
    late = sum(failed.get(error, 0) for error in MODEL_LATE)
    if late >= MODEL_LATE_CALLS:
        yield Alert(tone="warn", name="model_late", values={"count": late})
    budget = found["budget"]
    if budget is None or budget["share"] < BUDGET_WARNED:
        return
    if budget["share"] >= 1:
        yield Alert(tone="bad", name="model_spent")
    else:
        yield Alert(tone="warn", name="model_budget", values={"percent": int(budget["share"] * 100)})


def _of_provider(found: Json) -> Iterable[Alert]:
    for error in found["errors"]:
        if error["code"] in (190, 131031, 131042):
            yield Alert(tone="bad", name=f"code_{error['code']}")
    for account in found["accounts"]:
        for event in sorted(BAD_EVENTS & set(account["health"])):
            yield Alert(tone="bad", name="number", values={"label": account["label"], "event": event})
    for template in found["templates"]:
        if template["status"] in BAD_TEMPLATES:
            yield Alert(
                tone="warn",
                name="template",
                values={"name": template["name"], "language": template["language"]},
            )
