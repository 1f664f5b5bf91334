"""The orders board as one view: it asks `/rt` for the board, and again when orders changed."""

from __future__ import annotations

from dashboard.components.mounting import view
from dashboard.texts import catalogue
from dashboard.visitor import Visitor

STYLES = ("../common/over.css", "orders.css")
FAMILIES = (
    *("orders.", "orders_", "order.", "payment.", "pay_cash.", "delivery_failed.", "duty."),
    *("refusal.", "act.", "desk.", "team."),
)


def show_orders(visitor: Visitor) -> None:
    """Draw the view for a person."""
    texts = {key: text for key, text in catalogue(visitor.language).items() if key.startswith(FAMILIES)}
    members = visitor.session.memberships
    data: dict[str, object] = {
        "language": visitor.language,
        "texts": texts,
        "may_act": [str(m.business_id) for m in members if m.role in ("admin", "agent")],
        "may_refund": [str(m.business_id) for m in members if m.role == "admin"],
    }
    view("orders", STYLES)(key="orders", data=data, height="content")
