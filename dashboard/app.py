"""The script that Streamlit runs: the header that all pages share, and the page that is open."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.components.shell import show_shell, show_way_to_login
from dashboard.desk import Desk
from dashboard.navigation import PAGES, Entry, pages_of
from dashboard.texts import COOKIE, choose
from dashboard.visitor import Visitor

LOOKED = "app.looked"
"""Set once a newly opened page has looked up where the person works, and as what."""


def main() -> None:
    """One run. Somebody whose session is over is led to the log-in page."""
    st.set_page_config(page_title="relaydesk", page_icon="💬", layout="wide")
    visitor = _visitor()
    if visitor is None:
        st.navigation([st.Page(show_way_to_login, default=True)], position="hidden").run()
        return
    entries = pages_of(visitor)
    pages = {
        entry.name: st.Page(
            _runner(entry, visitor) if entry in entries else _closed(entry, visitor),
            title=f"{visitor.say(f'page.{entry.name}')} · relaydesk",
            url_path=entry.name,
            default=entry is entries[0],
        )
        for entry in PAGES
    }
    current = st.navigation(list(pages.values()), position="hidden")
    name = next(name for name, page in pages.items() if page == current)
    show_shell(visitor, entries, name)
    current.run()


def _visitor() -> Visitor | None:
    cookies = dict(st.context.cookies)
    desk, session = Desk.current, Desk.signed_in(cookies)
    if desk is None or session is None:
        return None
    if LOOKED not in st.session_state:
        if not desk.may_go_on(session):
            return None
        st.session_state[LOOKED] = True
    language = choose(cookies.get(COOKIE), st.context.headers.get("accept-language"))
    return Visitor(session=session, language=language, desk=desk)


def _runner(entry: Entry, visitor: Visitor) -> Callable[[], None]:
    def run() -> None:
        entry.show(visitor)

    run.__name__ = entry.name
    return run


def _closed(entry: Entry, visitor: Visitor) -> Callable[[], None]:
    """Who follows a link to a page that is not theirs is told so, with the header beside it."""

    def run() -> None:
        st.info(visitor.say("desk.not_yours", page=visitor.say(f"page.{entry.name}")), icon=":material/lock:")

    run.__name__ = entry.name
    return run


main()
