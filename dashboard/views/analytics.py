"""The page of figures."""

from __future__ import annotations

from dashboard.components.analytics import show_analytics
from dashboard.visitor import Visitor


def show(visitor: Visitor) -> None:
    """Draw the page. Nothing repaints by itself: a figure that one reads should hold still."""
    show_analytics(visitor)
