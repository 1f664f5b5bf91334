"""Charts of native pages. The same thing has the same colour everywhere, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st
from altair.utils import schemapi

# Altair holds every chart against its schema twice, a fifth of the time in which the page is painted, and brings a look
# of its own; ours are tried out by the tests, and Streamlit brings the look.
schemapi.disable_debug_mode()
alt.theme.enable("none")

COLOURS: Mapping[str, str] = {
    "customer": "#5b7cfa",
    "dealer": "#9775fa",
    "rider": "#22b8cf",
    "bot": "#2bb98a",
    "agent": "#f2a33c",
    "phone": "#e8743b",
    "system": "#8a93a6",
}
MAIN, SECOND, GOOD, BAD = "#5b7cfa", "#a9b8fb", "#2bb98a", "#e5604d"
HEIGHT = 230

Row = Mapping[str, Any]


def stacked(rows: Sequence[Row], names: Mapping[str, str], *, amount: str) -> None:
    """Bars of parts on top of each other. Rows: {label, part, value}; `names` are the parts in their order."""
    parts = list(names)
    colour = alt.Color(
        "name:N",
        title=None,
        sort=list(names.values()),
        scale=alt.Scale(domain=list(names.values()), range=[COLOURS[part] for part in parts]),
        legend=alt.Legend(orient="top", columns=3, symbolType="circle"),
    )
    values = [{**row, "name": names[row["part"]], "order": parts.index(row["part"])} for row in rows]
    _draw(
        _base(values)
        .mark_bar(cornerRadius=2)
        .encode(
            x=_labels(),
            y=alt.Y("value:Q", title=None, stack="zero", axis=_counts()),
            color=colour,
            order="order:Q",
            tooltip=[_tip("label", ""), _tip("name", ""), _tip("value", amount)],
        )
    )


def bars(rows: Sequence[Row], *, amount: str, colour: str = MAIN, shown: str = "shown") -> None:
    """One bar for each label. Rows: {label, value, shown}; the tooltip tells `shown`."""
    _draw(
        _base(rows)
        .mark_bar(cornerRadius=2, color=colour)
        .encode(
            x=_labels(),
            y=alt.Y("value:Q", title=None, axis=_counts()),
            tooltip=[_tip("label", ""), _tip(shown, amount)],
        )
    )


def across(rows: Sequence[Row], *, amount: str, colour: str = MAIN) -> None:
    """Bars that lie, each with its figure at the end. Rows: {label, value, shown}, in their order."""
    base = _base(rows).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=210, ticks=False, domain=False)),
        # Room at the end for the figure of the longest bar.
        x=alt.X(
            "value:Q",
            title=None,
            axis=None,
            scale=alt.Scale(domain=[0, max(1, *(row["value"] for row in rows)) * 1.3]),
        ),
        tooltip=[_tip("label", ""), _tip("shown", amount)],
    )
    figures = base.mark_text(align="left", dx=6, fontSize=12.5, color="gray").encode(text="shown:N")
    _draw(base.mark_bar(cornerRadius=3, color=colour) + figures, height=max(34 * len(rows), 80))


def lines(rows: Sequence[Row], names: Mapping[str, str], *, unit: str) -> None:
    """Lines over days. Rows: {label, part, value, shown}; the first of `names` is the main one."""
    colour = alt.Color(
        "name:N",
        title=None,
        sort=list(names.values()),
        scale=alt.Scale(domain=list(names.values()), range=[MAIN, SECOND]),
        legend=alt.Legend(orient="top", symbolType="circle"),
    )
    _draw(
        _base([{**row, "name": names[row["part"]]} for row in rows])
        .mark_line(point=alt.OverlayMarkDef(size=34), strokeWidth=2.2)
        .encode(
            x=_labels(),
            y=alt.Y("value:Q", title=unit, axis=_counts()),
            color=colour,
            tooltip=[_tip("label", ""), _tip("name", ""), _tip("shown", unit)],
        )
    )


def heat(rows: Sequence[Row], days: Sequence[str], *, amount: str) -> None:
    """A week of hours, the darker the more. Rows: {day, hour, value}."""
    _draw(
        _base(rows)
        .mark_rect(cornerRadius=3, stroke=None)
        .encode(
            x=alt.X(
                "hour:O",
                title=None,
                axis=alt.Axis(labelAngle=0, ticks=False, domain=False, labelOverlap=True),
            ),
            y=alt.Y("day:N", sort=list(days), title=None, axis=alt.Axis(ticks=False, domain=False)),
            color=alt.value(MAIN),
            opacity=alt.Opacity("value:Q", scale=alt.Scale(range=[0.06, 1]), legend=None),
            tooltip=[_tip("day", ""), _tip("hour", "h"), _tip("value", amount)],
        )
    )


def _base(rows: Sequence[Row]) -> alt.Chart:
    return alt.Chart(alt.Data(values=[dict(row) for row in rows]))  # type: ignore[no-untyped-call]  # Made so by Altair.


def _labels() -> alt.X:
    return alt.X(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True, ticks=False, domain=False),
    )


def _counts() -> alt.Axis:
    return alt.Axis(tickCount=4, format="~s", domain=False, ticks=False)


def _tip(field: str, title: str) -> alt.Tooltip:
    # A title that is empty would be the field's own name.
    return alt.Tooltip(f"{field}:N", title=title or " ")


def _draw(chart: alt.Chart | alt.LayerChart, height: int = HEIGHT) -> None:
    spec = chart.properties(height=height).configure_view(strokeWidth=0).to_dict(validate=False)
    st.vega_lite_chart(spec, width="stretch")
