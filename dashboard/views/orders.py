"""The page of the orders board: one view that draws and changes what is under way."""

from __future__ import annotations

from dashboard.components.orders import show_orders
from dashboard.visitor import Visitor


def show(visitor: Visitor) -> None:
    """Draw the page."""
    show_orders(visitor)
