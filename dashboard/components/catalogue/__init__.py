"""The rows of the catalogue as one view: a page of products costs one message and opens at once."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.components.mounting import view
from dashboard.visitor import Visitor

Row = dict[str, str]
"""{id, name, about, tone: good | warn | bad | calm, state, price}, as words."""


def show_rows(visitor: Visitor, rows: Sequence[Row]) -> str | None:
    """Draw the rows; returns the id of a product when the person has just opened it."""
    data: dict[str, object] = {"language": visitor.language, "rows": list(rows)}
    result = view("catalogue", ("rows.css",))(
        key="catalogue_rows", data=data, height="content", on_open_change=_heard
    )
    opened = result.open
    return opened if isinstance(opened, str) else None


def _heard() -> None:
    """The choice is read in the run that it causes; Streamlit wants to know that somebody listens."""
