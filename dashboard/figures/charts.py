"""What the browser draws: a chart is its values and the words that are shown with them, and says nothing of its looks.

`part` names what a series stands for; the same thing has the same colour everywhere (`charts.css` of the view).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Table = Sequence[Mapping[str, Any]]
"""Rows by the headings of their columns, each row with the same ones. Numbers stay numbers."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One value for each label, None where there is none, and how it is told."""

    part: str
    name: str
    values: Sequence[float | None]
    shown: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Stacked:
    """Bars of parts on top of each other."""

    labels: Sequence[str]
    series: Sequence[Series]
    kind: Literal["stacked"] = "stacked"


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Lines over the labels; the first series is the main one."""

    labels: Sequence[str]
    series: Sequence[Series]
    unit: str
    kind: Literal["lines"] = "lines"


@dataclass(frozen=True, kw_only=True)
class Across:
    """Bars that lie, each with its figure at the end."""

    labels: Sequence[str]
    values: Sequence[float]
    shown: Sequence[str]
    kind: Literal["across"] = "across"


@dataclass(frozen=True, kw_only=True)
class Heat:
    """A week of hours, the darker the more: a row of 24 values for each of the days."""

    days: Sequence[str]
    values: Sequence[Sequence[int]]
    shown: Sequence[Sequence[str]]
    kind: Literal["heat"] = "heat"


Chart = Stacked | Lines | Across | Heat


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question and its answer: the sentence that says the point, its chart, its table.

    Without a chart the table is what is shown; without a table there is nothing to show but the point.
    """

    name: str
    label: str
    point: str
    table: Table = ()
    chart: Chart | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A figure with its name."""

    label: str
    value: str
    hint: str = ""
