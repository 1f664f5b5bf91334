"""Small pieces of native pages. Values are escaped here, so that nobody's words become markup."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from typing import Literal

import streamlit as st

Tone = Literal["good", "warn", "bad", "info", "calm"]


def style() -> None:
    """The looks of the pieces; once per page."""
    st.html(_style())


@cache
def _style() -> str:
    css = Path(__file__).with_name("cards.css").read_text(encoding="utf-8")
    return f"<style>\n{css}</style>"


def tone(text: str, kind: Tone = "calm") -> str:
    """A word in a colour that says how good or bad it is."""
    return f'<span class="tone {kind}">{escape(text)}</span>'


def soft(text: str) -> str:
    """What is worth less attention."""
    return f'<span class="soft">{escape(text)}</span>'


def strong(text: str) -> str:
    """The name of what is spoken of."""
    return f'<b dir="auto">{escape(text)}</b>'


def link(text: str, href: str) -> str:
    """A way to another page of the desk."""
    return f'<a href="{escape(href)}" target="_self" dir="auto">{escape(text)}</a>'


def line(*parts: str) -> str:
    """Pieces beside each other."""
    return f'<div class="line">{"".join(part for part in parts if part)}</div>'


def said(text: str) -> str:
    """Somebody's words, two lines at most."""
    return f'<div class="said" dir="auto">{escape(text)}</div>' if text else ""


def todo(text: str) -> str:
    """What a person can do."""
    return f'<div class="todo">{escape(text)}</div>' if text else ""


def block(*pieces: str) -> None:
    """Draw pieces of this module, one below the other."""
    st.html(f'<div class="rdk">{"".join(pieces)}</div>')


def heading(text: str, *, size: int = 2, aside: str = "") -> None:
    """The name of a page (2) or a part of it (3), with a tone or words beside it."""
    st.html(f'<h{size} class="rdk"><span class="line">{escape(text)}{aside}</span></h{size}>')


def fact(label: str, value: str, hint: str = "") -> str:
    """A figure with its name."""
    small = f"<small>{escape(hint)}</small>" if hint else ""
    return f'<div class="fact"><span>{escape(label)}</span><strong>{escape(value)}</strong>{small}</div>'


def facts(*figures: str) -> None:
    """Figures beside each other, as many as there is room for."""
    st.html(f'<div class="rdk facts">{"".join(figures)}</div>')


def blank(sign: str, title: str, hint: str) -> None:
    """What a page says when it has nothing to show."""
    st.html(f'<div class="rdk blank"><i>{escape(sign)}</i><b>{escape(title)}</b>{soft(hint)}</div>')


def alert(kind: Tone, title: str, remedy: str) -> str:
    """Something is wrong, in a sentence, and what to do about it."""
    return f'<div class="alert {kind}"><div><b>{escape(title)}</b><div>{escape(remedy)}</div></div></div>'


def alerts(*told: str) -> None:
    """Alerts, one below the other."""
    st.html(f'<div class="rdk" style="display:grid;gap:8px">{"".join(told)}</div>')
