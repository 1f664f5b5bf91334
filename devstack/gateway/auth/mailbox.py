"""Mails that hosted Auth would send. Here they are kept for a person or a test to look at, newest first."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

KEPT = 100
PATH = "/mails"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What the mail would say: a link to follow, or a code to type in."""

    at: str
    to: str
    kind: str
    """invite, recovery, magiclink or signup, the word that `/verify` takes as `type`."""
    otp: str
    token_hash: str
    link: str


class Mailbox:
    """The last mails, in memory only."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._mails: deque[Mail] = deque(maxlen=KEPT)

    def put(self, *, to: str, kind: str, otp: str, token_hash: str, link: str) -> None:
        """Keep a mail. The log says that it is there, not to whom nor what is in it."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        self._mails.appendleft(
            Mail(at=at, to=to, kind=kind, otp=otp, token_hash=token_hash, link=link),
        )
        _log.info("auth: a mail (%s) waits at %s%s", kind, self._url, PATH)

    async def show(self, request: Request) -> Response:
        """A page for a browser, JSON for everybody else. `?to=` leaves the mails to one address."""
        to = request.query_params.get("to", "").lower()
        mails = [mail for mail in self._mails if not to or mail.to == to]
        if "text/html" not in request.headers.get("accept", ""):
            return Response(orjson.dumps([asdict(mail) for mail in mails]), media_type="application/json")
        rows = "".join(
            f"<tr><td>{mail.at}</td><td>{escape(mail.to)}</td><td>{mail.kind}</td><td>{mail.otp}</td>"
            f'<td><a href="{escape(mail.link)}">open</a></td></tr>'
            for mail in mails
        )
        head = "<tr><th>sent</th><th>to</th><th>kind</th><th>code</th><th>link</th></tr>"
        return HTMLResponse(f"<!doctype html><title>Mails</title><table>{head}{rows}</table>")
