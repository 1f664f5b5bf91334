"""The inbox: list, thread and side panel as one view. It draws what `/rt` sends and asks there for the rest."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.sessions import Session
from dashboard.texts import LANGUAGES, catalogue

FOLDER = Path(__file__).parent
STYLES = ("base.css", "list.css", "thread.css", "media.css", "panel.css")

# The code is a set of modules that the browser fetches and keeps; this only fetches the first of them.
STARTER = """
export default function (context) {
  let unmount = () => {};
  let gone = false;
  import(new URL('/assets/inbox/main.js', window.location.origin).href).then((module) => {
    if (!gone) unmount = module.mount(context);
  });
  return () => { gone = true; unmount(); };
}
"""

# The view fills the window, so Streamlit's own frame around it would only be in the way.
FRAME = """
<style>
  [data-testid="stHeader"], [data-testid="stToolbar"], [data-testid="stDecoration"] { display: none; }
  [data-testid="stMainBlockContainer"] { padding: 0; max-width: none; }
</style>
"""


def show_inbox(session: Session | None, language: str) -> None:
    """Draw the view for a person, or lead to the log-in page when nobody is signed in any more."""
    st.html(FRAME)
    css = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in STYLES)
    mount = st.components.v2.component("relaydesk.inbox", css=css, js=STARTER)
    mount(key="inbox", data=_data(session, language), height="content")


def _data(session: Session | None, language: str) -> dict[str, object]:
    texts = {key: text for key, text in catalogue(language).items() if not key.startswith("login.")}
    common: dict[str, object] = {"language": language, "languages": list(LANGUAGES), "texts": texts}
    if session is None:
        return {**common, "signed_in": False}
    return {
        **common,
        "signed_in": True,
        "name": session.name,
        "email": session.tokens.email,
        "role": session.memberships[0].role,
        "may_act": any(m.role in ("admin", "agent") for m in session.memberships),
        "businesses": {str(m.business_id): m.business for m in session.memberships},
    }
