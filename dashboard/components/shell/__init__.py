"""The header of every page: where one is, where one can go, who one is, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.mounting import view
from dashboard.texts import LANGUAGES, catalogue
from dashboard.visitor import Visitor

if TYPE_CHECKING:
    from dashboard.navigation import Entry

# Streamlit's own header would be a second one; pages begin below ours. Its small print is too pale to be read by
# everybody, and so is what it chose as the colour of its buttons where that stands as words on dark.
FRAME = """
<style>
  [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stDecoration"] { display: none; }
  [data-testid="stMainBlockContainer"] { padding: 74px 28px 40px; max-width: none; }
  [data-testid="stMain"]:focus-visible {
    outline: 2px solid color-mix(in srgb, currentColor 40%, transparent); outline-offset: -2px;
  }
  [data-testid="stCaptionContainer"] { opacity: .76; }
  @media (prefers-color-scheme: dark) {
    :is([role="tab"][aria-selected="true"], [role="radio"][aria-checked="true"][data-variant]) p { color: #8199f1; }
  }
  @media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding-left: 14px; padding-right: 14px; } }
</style>
"""

STYLES = ("shell.css", "team.css")


def show_shell(visitor: Visitor, entries: Sequence[Entry], current: str) -> None:
    """Draw the header."""
    st.html(FRAME)
    session = visitor.session
    texts = catalogue(visitor.language)
    data: dict[str, object] = {
        "signed_in": True,
        "language": visitor.language,
        "languages": list(LANGUAGES),
        "texts": {
            key: text for key, text in texts.items() if key.startswith(("desk.", "role.", "page.", "team."))
        },
        "pages": [{"name": entry.name, "icon": entry.icon} for entry in entries],
        "current": current,
        "name": session.name,
        "email": session.tokens.email,
        "role": session.memberships[0].role,
        "may_be_online": visitor.may("admin", "agent"),
        "businesses": sorted({m.business for m in session.memberships}),
    }
    view("shell", STYLES)(key="shell", data=data, height="content")


def show_way_to_login() -> None:
    """Lead somebody whose session is over to the log-in page, and back to here afterwards."""
    view("shell", STYLES)(key="shell", data={"signed_in": False}, height="content")
