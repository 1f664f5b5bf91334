"""The page of conversations: one view that lives from `/rt`."""

from __future__ import annotations

from dashboard.components.inbox import show_inbox
from dashboard.visitor import Visitor


def show(visitor: Visitor) -> None:
    """Draw the page."""
    show_inbox(visitor)
