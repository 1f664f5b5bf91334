"""The parts of the page of figures: for each question one chart, the sentence that says its point, and its table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dashboard.figures.charts import Across, Chart, Heat, Lines, Part, Series, Stacked, Table
from dashboard.queries.analytics import AUTHORS, STEPS, Report
from dashboard.texts import Voice
from dashboard.words import duration, named, number, percent
from processors.language.money import money

HOURLY_DAYS = 2
"""Up to this many days the hours of the day tell more than the days."""


def volume(voice: Voice, found: Report) -> Part:
    """Messages by day, or by hour of a short range, and who wrote them."""
    names = {author: voice.say(f"author.{author}") for author in AUTHORS}
    hourly = len(found.days) <= HOURLY_DAYS
    slots = (
        [(f"{hour:02d}", written) for hour, written in found.hours_of_day()]
        if hourly
        else [(_day(day.day), day.written) for day in found.days]
    )
    series = [
        Series(
            part=author,
            name=name,
            values=[written.get(author, 0) for _, written in slots],
            shown=[number(voice, written.get(author, 0)) for _, written in slots],
        )
        for author, name in names.items()
        if any(written.get(author) for _, written in slots)
    ]
    table = [
        {voice.say("analytics.hour" if hourly else "analytics.day"): label}
        | {name: written.get(author, 0) for author, name in names.items()}
        for label, written in slots
    ]
    point = voice.say(
        "analytics.volume_point", received=number(voice, found.received), sent=number(voice, found.sent)
    )
    chart = Stacked(labels=[label for label, _ in slots], series=series)
    return part(voice, "volume", point, table, chart, has_any=bool(series))


def times(voice: Voice, found: Report) -> Part:
    """How long people waited for an answer."""
    names = {"p50": voice.say("analytics.half"), "p95": voice.say("analytics.most")}
    by_part = {"p50": [day.p50 for day in found.days], "p95": [day.p95 for day in found.days]}
    series = [
        Series(part=key, name=names[key], values=values, shown=[duration(voice, value) for value in values])
        for key, values in by_part.items()
    ]
    table = [
        {
            voice.say("analytics.day"): day.day.isoformat(),
            names["p50"]: _rounded(day.p50),
            names["p95"]: _rounded(day.p95),
        }
        for day in found.days
    ]
    summed = found.raw["times"]
    point = voice.say(
        "analytics.times_point", half=duration(voice, summed["p50"]), most=duration(voice, summed["p95"])
    )
    chart = Lines(labels=_labels(found), series=series, unit=voice.say("analytics.seconds"))
    return part(voice, "times", point, table, chart, has_any=any(day.p50 is not None for day in found.days))


def funnel(voice: Voice, found: Report) -> Part:
    """How far people came on the way to a delivered order."""
    steps = found.raw["funnel"]
    wrote = steps["wrote"]
    names = {step: voice.say(f"funnel.{step}") for step in STEPS}
    chart = Across(
        labels=list(names.values()),
        values=[steps[step] for step in STEPS],
        shown=[f"{number(voice, steps[step])} · {percent(voice, steps[step], wrote)}" for step in STEPS],
    )
    table = [
        {voice.say("analytics.step"): names[step], voice.say("analytics.people"): steps[step]}
        for step in STEPS
    ]
    point = voice.say("analytics.funnel_point", share=percent(voice, steps["confirmed"], wrote))
    return part(voice, "funnel", point, table, chart, has_any=wrote > 0)


def revenue(voice: Voice, found: Report) -> Part:
    """What delivered orders brought, by day."""
    name = voice.say("analytics.revenue")
    brought = Series(
        part="revenue",
        name=name,
        values=[float(day.revenue) for day in found.days],
        shown=[money(day.revenue, found.currency, voice.language) for day in found.days],
    )
    table = [
        {
            voice.say("analytics.day"): day.day.isoformat(),
            voice.say("analytics.confirmed_orders"): day.confirmed,
            voice.say("analytics.delivered_orders"): day.delivered,
            f"{name} {found.currency}": str(day.revenue),
        }
        for day in found.days
    ]
    point = voice.say(
        "analytics.revenue_point",
        revenue=money(found.revenue, found.currency, voice.language),
        count=number(voice, sum(day.delivered for day in found.days)),
    )
    chart = Stacked(labels=_labels(found), series=[brought])
    return part(voice, "revenue", point, table, chart, has_any=found.revenue > 0)


def peaks(voice: Voice, found: Report) -> Part:
    """Which hours of the week are busy."""
    by_hour = found.by_hour()
    days = [voice.say(f"weekday.{n}") for n in range(7)]
    (day, hour), most = max(by_hour.items(), key=lambda one: one[1])
    values = [[by_hour[weekday, hour] for hour in range(24)] for weekday in range(7)]
    table = [
        {voice.say("analytics.day"): days[weekday]} | {f"{hour:02d}": row[hour] for hour in range(24)}
        for weekday, row in enumerate(values)
    ]
    point = voice.say("analytics.peaks_point", day=days[day], hour=f"{hour:02d}:00")
    chart = Heat(days=days, values=values, shown=[[number(voice, n) for n in row] for row in values])
    return part(voice, "peaks", point, table, chart, has_any=most > 0)


def intents(voice: Voice, found: Report) -> Part:
    """What people wanted."""
    wanted = sorted(found.raw["turns"]["intents"].items(), key=lambda one: -one[1])
    total = sum(n for _, n in wanted)
    names = [named(voice, "intent", name) for name, _ in wanted]
    table = [
        {voice.say("analytics.intent"): name, voice.say("analytics.turns"): n}
        for name, (_, n) in zip(names, wanted, strict=True)
    ]
    chart = Across(
        labels=names,
        values=[n for _, n in wanted],
        shown=[f"{number(voice, n)} · {percent(voice, n, total)}" for _, n in wanted],
    )
    point = voice.say("analytics.intents_point", name=names[0]) if names else ""
    return part(voice, "intents", point, table, chart, has_any=bool(wanted))


def failures(voice: Voice, found: Report) -> Part:
    """What could not be sent, and why."""
    failed = found.raw["failed"]
    table = [
        {
            voice.say("analytics.code"): str(row["code"] or ""),
            voice.say("analytics.why"): named(voice, "error", row["code"]),
            voice.say("analytics.messages"): row["messages"],
        }
        for row in failed
    ]
    total = sum(row["messages"] for row in failed)
    point = voice.say("analytics.failures_point", count=number(voice, total))
    return part(voice, "failures", point, table, has_any=bool(failed), empty="analytics.none_failed")


def models(voice: Voice, found: Report) -> Part:
    """What the model was asked, and what that cost."""
    share = found.offline_share
    table = [
        {
            voice.say("analytics.model"): row["model"],
            voice.say("analytics.calls"): row["calls"],
            voice.say("analytics.calls_failed"): row["failed"],
            voice.say("analytics.tokens"): row["input_tokens"] + row["output_tokens"],
            voice.say("analytics.cost"): f"{Decimal(row['cost_usd']):.4f}",
            voice.say("analytics.latency"): round(row["p50_ms"]),
            voice.say("analytics.latency_most"): round(row["p95_ms"]),
        }
        for row in found.raw["ai"]
    ]
    point = voice.say("analytics.models_point", share=percent(voice, share or 0, 1))
    note = "" if table or share is None else voice.say("analytics.no_model")
    return part(voice, "models", point, table, has_any=share is not None, note=note)


def agents(voice: Voice, found: Report) -> Part:
    """What each person at the desk answered."""
    people = found.raw["agents"]
    table = [
        {
            voice.say("analytics.agent"): row["name"],
            voice.say("analytics.answers"): row["answers"],
            voice.say("analytics.conversations"): row["conversations"],
            voice.say("analytics.first_response"): duration(voice, row["first_response"]),
        }
        for row in people
    ]
    point = voice.say("analytics.agents_point", count=number(voice, sum(row["answers"] for row in people)))
    return part(voice, "agents", point, table, has_any=bool(people), empty="analytics.no_agents")


def part(
    voice: Voice,
    name: str,
    point: str,
    table: Table,
    chart: Chart | None = None,
    *,
    has_any: bool,
    empty: str = "analytics.nothing",
    note: str = "",
) -> Part:
    """A part with its name; where there is nothing to tell, only that."""
    label = voice.say(f"analytics_part.{name}")
    if not has_any:
        return Part(name=name, label=label, point=voice.say(empty))
    return Part(name=name, label=label, point=point, table=table, chart=chart, note=note)


def _labels(found: Report) -> list[str]:
    return [_day(day.day) for day in found.days]


def _day(day: date) -> str:
    return f"{day:%d/%m}"


def _rounded(seconds: float | None) -> float | str:
    return "" if seconds is None else round(seconds, 2)
