"""The inbox: list, thread and side panel as one view. It draws what `/rt` sends and asks there for the rest."""

from __future__ import annotations

from dashboard.components.mounting import view
from dashboard.texts import catalogue
from dashboard.visitor import Visitor

STYLES = (
    *("list.css", "thread.css", "media.css", "composer.css", "assist.css"),
    *("panel.css", "cart.css", "../common/over.css", "start.css", "person.css"),
)
OTHERS = ("login.", "page.", "phone.", "phone_")
"""Texts that this view does not say."""


def show_inbox(visitor: Visitor) -> None:
    """Draw the view for a person."""
    session = visitor.session
    texts = {key: text for key, text in catalogue(visitor.language).items() if not key.startswith(OTHERS)}
    data: dict[str, object] = {
        "language": visitor.language,
        "texts": texts,
        "user": str(session.tokens.user_id),
        "name": session.name,
        "me": {str(m.business_id): str(m.staff_id) for m in session.memberships},
        "may_act": [str(m.business_id) for m in session.memberships if m.role in ("admin", "agent")],
        "businesses": {str(m.business_id): m.business for m in session.memberships},
    }
    view("inbox", STYLES)(key="inbox", data=data, height="content")
