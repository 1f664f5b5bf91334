"""The phone: two handsets that play customers, dealers and riders, and between them what the engine did."""

from __future__ import annotations

from dashboard.components.mounting import view
from dashboard.texts import catalogue
from dashboard.visitor import Visitor

STYLES = ("phone.css", "handset.css", "engine.css")
FAMILIES = (
    "phone.",
    "phone_",
    "intent.",
    "order.",
    "status.",
    "media.",
    "language.",
    "thread.",
    "desk.",
    "understood",
)


def show_phone(visitor: Visitor) -> None:
    """Draw the view for an admin."""
    texts = {key: text for key, text in catalogue(visitor.language).items() if key.startswith(FAMILIES)}
    data: dict[str, object] = {
        "language": visitor.language,
        "texts": texts,
        "user": str(visitor.session.tokens.user_id),
        "business": next((m.business for m in visitor.session.memberships if m.role == "admin"), ""),
    }
    view("phone", STYLES)(key="phone", data=data, height="content")
