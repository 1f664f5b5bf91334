"""The figures: one view that asks `/figures` for each range of days and draws the answer."""

from __future__ import annotations

from dashboard.components.mounting import view
from dashboard.texts import catalogue
from dashboard.visitor import Visitor

STYLES = ("analytics.css", "charts.css")
FAMILIES = ("analytics.", "analytics_range.", "page.analytics", "desk.failed")


def show_analytics(visitor: Visitor) -> None:
    """Draw the view for a person."""
    texts = {key: text for key, text in catalogue(visitor.language).items() if key.startswith(FAMILIES)}
    data: dict[str, object] = {"language": visitor.language, "texts": texts}
    view("analytics", STYLES)(key="analytics", data=data, height="content")
