"""How people and prompts do: how fast somebody answers, what customers say of it, which prompt is better."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboard.figures.charts import Part
from dashboard.figures.parts import part
from dashboard.queries.analytics import Service
from dashboard.texts import Voice
from dashboard.words import duration, number, percent
from processors.model import Json

ENOUGH = 100
"""Turns of each version below which a difference is chance."""


def service(voice: Voice, found: Service) -> Part:
    """First answers and resolutions: half, most, and the share within the target."""
    response = found.kinds.get("response")
    names = [
        (voice.say("due.response"), response),
        (voice.say("due.resolution"), found.kinds.get("resolution")),
        *((person["name"], person) for person in found.people),
    ]
    table = [_row(voice, name, row) for name, row in names if row]
    point = voice.say(
        "analytics.service_point",
        half=duration(voice, response["p50"] if response else None),
        most=duration(voice, response["p95"] if response else None),
    )
    note = voice.say("analytics.open_hours" if found.open_hours else "analytics.wall_time")
    empty = "analytics.no_service"
    return part(voice, "service", point, table, has_any=bool(table), empty=empty, note=note)


def _row(voice: Voice, name: str, row: Json) -> Json:
    return {
        "": name,
        voice.say("analytics.count"): number(voice, row["done"]),
        voice.say("analytics.half"): duration(voice, row["p50"]),
        voice.say("analytics.most"): duration(voice, row["p95"]),
        voice.say("analytics.in_time"): percent(voice, row["in_time"], row["with_target"]),
    }


def satisfaction(voice: Voice, found: Json) -> Part:
    """What customers said of those who helped them."""
    names = [(voice.say("analytics.everybody"), found), *((one["name"], one) for one in found["people"])]
    table = [
        {
            "": name,
            voice.say("analytics.asked"): number(voice, row["asked"]),
            voice.say("analytics.answered"): percent(voice, row["answered"], row["asked"]),
            voice.say("analytics.happy"): percent(voice, row["happy"], row["answered"]),
            voice.say("analytics.unhappy"): number(voice, row["unhappy"]),
        }
        for name, row in names
    ]
    point = voice.say(
        "analytics.satisfaction_point",
        share=percent(voice, found["happy"], found["answered"]),
        count=number(voice, found["answered"]),
    )
    has_any = found["asked"] > 0
    return part(voice, "satisfaction", point, table, has_any=has_any, empty="analytics.nobody_asked")


def prompts(voice: Voice, found: Sequence[Json]) -> Part:
    """A line for each version that read turns: what it cost, how long it took, and what customers did next."""
    table = [
        {
            voice.say("analytics.prompt"): row["variant"],
            voice.say("analytics.turns"): number(voice, row["turns"]),
            voice.say("analytics.cost"): f"{Decimal(str(row['cost_usd'])):.4f}",
            voice.say("analytics.latency"): round(row["p50_ms"]),
            voice.say("analytics.latency_most"): round(row["p95_ms"]),
            voice.say("analytics.escalated"): percent(voice, row["escalated"], row["turns"]),
            voice.say("analytics.corrected"): percent(voice, row["corrected"], row["turns"]),
            voice.say("analytics.orders_in_talks"): percent(voice, row["orders"], row["talks"]),
        }
        for row in found
    ]
    point = voice.say("analytics.prompts_point", count=len(found))
    is_few = len(found) > 1 and min(row["turns"] for row in found) < ENOUGH
    note = voice.say("analytics.prompts_few", count=ENOUGH) if is_few else ""
    empty = "analytics.no_prompts"
    return part(voice, "prompts", point, table, has_any=bool(table), empty=empty, note=note)
