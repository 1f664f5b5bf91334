"""The page of the phone: one view that plays people on the simulated account."""

from __future__ import annotations

from dashboard.components.phone import show_phone
from dashboard.visitor import Visitor


def show(visitor: Visitor) -> None:
    """Draw the page."""
    show_phone(visitor)
