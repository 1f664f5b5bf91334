"""The log-in page: plain HTML and one form, so that it works before, and without, any script."""

from __future__ import annotations

import secrets
from functools import cache
from html import escape
from pathlib import Path
from string import Template

import streamlit
from starlette.responses import HTMLResponse

from dashboard.texts import LANGUAGES, catalogue


def login_page(
    language: str, *, target: str = "/", email: str = "", problem: str | None = None, status: int = 200
) -> HTMLResponse:
    """The page in a language. `problem` is the key of what went wrong; `email` is filled in again."""
    texts = catalogue(language)
    nonce = secrets.token_urlsafe(16)
    values = {key.replace(".", "_"): escape(text) for key, text in texts.items() if key.startswith("login.")}
    other = next(name for name in LANGUAGES if name != language)
    values |= {
        "language": language,
        "other_language": other,
        "nonce": nonce,
        "style": _font() + _file("login.css"),
        "next": escape(target),
        "email": escape(email),
        "problem": f'<p class="problem" role="alert">{escape(texts[problem])}</p>' if problem else "",
        "email_focus": "" if email else "autofocus",
        "password_focus": "autofocus" if email else "",
    }
    return _page("login.html", values, nonce, status)


def password_page(
    language: str, *, token: str = "", problem: str | None = None, status: int = 200
) -> HTMLResponse:
    """The page that a link of an invitation or a password mail leads to. `token` is kept after a refusal."""
    texts = catalogue(language)
    nonce = secrets.token_urlsafe(16)
    values = {key.replace(".", "_"): escape(text) for key, text in texts.items() if key.startswith("login.")}
    values |= {
        "language": language,
        "nonce": nonce,
        "style": _font() + _file("login.css"),
        "token": escape(token),
        "problem": f'<p class="problem" role="alert">{escape(texts[problem])}</p>' if problem else "",
    }
    return _page("password.html", values, nonce, status)


def _page(file: str, values: dict[str, str], nonce: str, status: int) -> HTMLResponse:
    response = HTMLResponse(Template(_file(file)).substitute(values), status)
    response.headers["content-security-policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; font-src 'self'; "
        "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["cache-control"] = "no-store"
    return response


@cache
def _font() -> str:
    """The typeface of the desk behind this page, from where Streamlit keeps it; none if it moved."""
    media = Path(streamlit.__file__).parent / "static" / "static" / "media"
    found = sorted(media.glob("SourceSansVF-Upright*.woff2"))
    if not found:
        return ""
    return (
        '@font-face { font-family: "Source Sans"; font-weight: 200 900; font-display: swap; '
        f"src: url(/static/media/{found[0].name}) format('woff2'); }}\n"
    )


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
