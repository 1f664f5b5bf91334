"""The page of figures as one answer: its facts at the top, its parts in two columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.figures import parts, people
from dashboard.figures.charts import Fact, Part
from dashboard.queries.analytics import Figures, Report
from dashboard.texts import Voice
from dashboard.words import duration, number, percent
from processors.language.money import money


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a range of days came to. `columns` are read one after the other where there is no room beside."""

    facts: Sequence[Fact]
    columns: Sequence[Sequence[Part]]

    def part(self, name: str) -> Part | None:
        """The part of this name."""
        return next((one for column in self.columns for one in column if one.name == name), None)


def sheet(voice: Voice, found: Figures) -> Sheet:
    """The figures in somebody's language."""
    report = found.report
    return Sheet(
        facts=_facts(voice, report),
        columns=(
            (
                parts.volume(voice, report),
                parts.funnel(voice, report),
                parts.intents(voice, report),
                parts.agents(voice, report),
                parts.models(voice, report),
                people.prompts(voice, found.prompts),
            ),
            (
                parts.times(voice, report),
                people.service(voice, found.service),
                people.satisfaction(voice, found.satisfaction),
                parts.revenue(voice, report),
                parts.peaks(voice, report),
                parts.failures(voice, report),
            ),
        ),
    )


def _facts(voice: Voice, found: Report) -> Sequence[Fact]:
    times = found.raw["times"]
    delivered = sum(day.delivered for day in found.days)
    failed = sum(row["messages"] for row in found.raw["failed"])
    return (
        Fact(label=voice.say("analytics.people"), value=number(voice, found.raw["people"]["total"])),
        Fact(
            label=voice.say("analytics.received"),
            value=number(voice, found.received),
            hint=voice.say("analytics.sent_too", count=number(voice, found.sent)),
        ),
        Fact(
            label=voice.say("analytics.answer"),
            value=duration(voice, times["p50"]),
            hint=voice.say("analytics.answer_p95", time=duration(voice, times["p95"]))
            if times["p95"]
            else "",
        ),
        Fact(
            label=voice.say("analytics.revenue"),
            value=money(found.revenue, found.currency, voice.language),
            hint=voice.say("analytics.delivered", count=number(voice, delivered)),
        ),
        Fact(
            label=voice.say("analytics.failed"),
            value=number(voice, failed),
            hint=voice.say("analytics.failed_share", share=percent(voice, failed, found.sent)),
        ),
    )
