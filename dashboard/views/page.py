"""What the native pages share: their head, the business they are about, dialogs that close with a word."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from dashboard.visitor import Visitor

STYLE = """
<style>
  [data-testid="stMainBlockContainer"]:has(.st-key-page) { max-width: 1180px; padding-bottom: 80px; }
  [data-testid="stMainBlockContainer"]:has(.st-key-page) h3 { font-size: 1.15rem; padding: 12px 0 0; }
  .st-key-page h1 { font-size: 1.6rem; padding: 0 0 2px; letter-spacing: -.015em; }
  [class*="st-key-row_"] { border-bottom: 1px solid rgba(128, 128, 128, .25); padding: 7px 2px; }
  [class*="st-key-row_"] p { margin: 0; }
  [class*="st-key-row_"] :is([data-testid="stMarkdownContainer"], [data-testid="stCaptionContainer"]) {
    margin-bottom: 0 !important;
  }
  [class*="st-key-row_"] > div:last-child [data-testid="stText"] { text-align: right; }
  [class*="st-key-row_"] [data-testid="stBaseButton-tertiary"] {
    text-align: left; justify-content: flex-start; padding: 0; min-height: 0;
  }
  [class*="st-key-row_"] [data-testid="stBaseButton-tertiary"] p { font-weight: 620; }
  [class*="st-key-row_"] [data-testid="stText"] { font-size: .92em; opacity: .68; }
  @media (max-width: 640px) {
    [data-testid="stMainBlockContainer"]:has(.st-key-page) { padding-left: 14px; padding-right: 14px; }
  }
</style>
"""
NOTICE = "page.notice"


def head(visitor: Visitor, name: str, lead: str, *roles: str) -> UUID:
    """Title, lead and, for somebody with several, the choice of a business where they have one of these roles."""
    st.html(STYLE)
    with st.container(key="page", gap="small"):
        st.title(visitor.say(f"page.{name}"), anchor=False)
        st.caption(lead)
        mine = {
            m.business_id: m.business for m in visitor.session.memberships if m.role in roles or not roles
        }
        chosen = next(iter(mine))
        if len(mine) > 1:
            chosen = st.selectbox(
                visitor.say("field.business"), list(mine), format_func=lambda key: mine[key], key="business"
            )
    if NOTICE in st.session_state:
        st.toast(st.session_state.pop(NOTICE), icon=":material/check:")
    return chosen


def may(visitor: Visitor, business: UUID, *roles: str) -> bool:
    """Whether the person has one of these roles in this business."""
    return any(m.business_id == business and m.role in roles for m in visitor.session.memberships)


def done(visitor: Visitor, key: str = "form.saved", **values: object) -> None:
    """Close the dialog and say shortly what was done."""
    st.session_state[NOTICE] = visitor.say(key, **values)
    st.rerun()


def dialog(title: str, show: Callable[[], None], *, wide: bool = False) -> None:
    """Open a dialog over the page; what `show` draws repaints by itself."""
    # Drawn again without the dialog, what was typed and not saved is forgotten.
    st.dialog(title, width="medium" if wide else "small", on_dismiss="rerun")(show)()


def plain(text: str) -> str:
    """A text for a place that Streamlit reads as Markdown, such as a button: signs are taken literally."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+!|<>~$:@" else sign for sign in text)
