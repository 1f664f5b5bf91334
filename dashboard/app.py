"""The script that Streamlit runs for each open desk, once: the view then lives from `/rt`."""

from __future__ import annotations

import streamlit as st

from dashboard.components.inbox import show_inbox
from dashboard.desk import Desk
from dashboard.texts import COOKIE, catalogue, choose

cookies = dict(st.context.cookies)
language = choose(cookies.get(COOKIE), st.context.headers.get("accept-language"))

st.set_page_config(
    page_title=f"{catalogue(language)['desk.title']} · relaydesk", page_icon="💬", layout="wide"
)
show_inbox(Desk.signed_in(cookies), language)
