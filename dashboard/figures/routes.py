"""`/figures`: what the page of figures draws, asked again for each range of days, and its tables as files.

Of its own, so that another range is one answer of some kilobytes instead of a page drawn anew by the script.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dashboard.client import Refused, Storage
from dashboard.figures.charts import Part
from dashboard.figures.sheet import Sheet, sheet
from dashboard.queries.analytics import Business, businesses, figures
from dashboard.sessions import Sessions
from dashboard.settings import DeskSettings
from dashboard.spreadsheet import as_csv
from dashboard.texts import COOKIE, Voice, catalogue, choose
from processors.errors import BadRequest, NotAllowed, NotSignedIn, StorageError
from processors.model import Json

log = logging.getLogger(__name__)

LONGEST_DAYS = 366
HEADERS = {"cache-control": "no-store"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The figures somebody asked for, and the business they are of."""

    known: list[Business]
    business: Business
    first: date
    last: date
    sheet: Sheet


class FigureRoutes:
    """Answers for whoever is signed in.

    GET /figures?business=ID&days=N        the last N days, today with them; without a business the first by name
    GET /figures?business=ID&from=D&to=D   from one day to another
        → {businesses, business, today, first, last, facts, columns}, see `sheet`
    GET /figures/PART.csv?…                the table of one part

    What can't be answered: {reason, text} with 401 without a session, 422 for a question that makes no sense, 404 for
    a part without a table, 503 while storage is away.
    """

    def __init__(self, settings: DeskSettings, sessions: Sessions, storage: Storage) -> None:
        self._cookie_name = settings.cookie_name
        self._sessions = sessions
        self._storage = storage

    def all(self) -> list[BaseRoute]:
        """To be put among the desk's routes."""
        return [
            Route("/figures", self._guarded(self._show), methods=["GET"]),
            Route("/figures/{part}.csv", self._guarded(self._download), methods=["GET"]),
        ]

    def _guarded(self, answer: Callable[[Request, Voice], Awaitable[Response]]) -> Any:
        async def guarded(request: Request) -> Response:
            voice = Voice(
                language=choose(request.cookies.get(COOKIE), request.headers.get("accept-language"))
            )
            try:
                return await answer(request, voice)
            except NotSignedIn:
                return _problem(voice, 401, "signed_out")
            except NotAllowed:
                return _problem(voice, 403, "not_allowed")
            except Refused as refused:
                return _problem(voice, 422, refused.reason)
            except BadRequest:
                return _problem(voice, 422, "date_range")
            except StorageError as error:
                log.info("figures: storage can't be asked (%s)", error)
                return _problem(voice, 503, "unavailable")

        return guarded

    async def _show(self, request: Request, voice: Voice) -> Response:
        asked = await self._asked(request, voice)
        return _json(
            {
                "businesses": [{"id": one.id, "name": one.name} for one in asked.known],
                "business": asked.business.id,
                "today": asked.business.today(),
                "first": asked.first,
                "last": asked.last,
                "facts": asked.sheet.facts,
                "columns": [[_drawn(part) for part in column] for column in asked.sheet.columns],
            }
        )

    async def _download(self, request: Request, voice: Voice) -> Response:
        name = request.path_params["part"]
        part = (await self._asked(request, voice)).sheet.part(name)
        if part is None or not part.table:
            return _problem(voice, 404, "gone")
        headers = {"content-disposition": f'attachment; filename="{part.name}.csv"'}
        return Response(as_csv(part.table), media_type="text/csv", headers=HEADERS | headers)

    async def _asked(self, request: Request, voice: Voice) -> Asked:
        session = self._sessions.find(request.cookies.get(self._cookie_name))
        if session is None:
            raise NotSignedIn("no session")
        client = self._storage.of(await self._sessions.access_token(session))
        known = await businesses(client)
        business = _business(known, request.query_params.get("business"))
        first, last = _days(business, request.query_params)
        found = await figures(client, business.id, first, last)
        return Asked(known=known, business=business, first=first, last=last, sheet=sheet(voice, found))


def _drawn(part: Part) -> Json:
    """A part for the browser. There the order of an object's names is not kept where they are numbers."""
    columns = list(part.table[0]) if part.table else []
    return {
        "name": part.name,
        "label": part.label,
        "point": part.point,
        "columns": columns,
        "rows": [[row[name] for name in columns] for row in part.table],
        "chart": part.chart,
        "note": part.note,
    }


def _business(known: list[Business], asked: str | None) -> Business:
    if not known:
        raise NotAllowed("a person without a business")
    if not asked:
        return known[0]
    found = next((one for one in known if str(one.id) == asked), None)
    if found is None:
        raise Refused("not a business of theirs", reason="gone")
    return found


def _days(business: Business, asked: Mapping[str, str]) -> tuple[date, date]:
    """The days that are asked for, by the clock of the business. Raises BadRequest."""
    try:
        if "from" in asked or "to" in asked:
            return date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])
        count = int(asked.get("days", "7"))
    except (ValueError, KeyError):
        raise BadRequest("not a range of days", field="from, to or days") from None
    if not 1 <= count <= LONGEST_DAYS:
        raise BadRequest("too many days, or none", field="days")
    today = business.today()
    return today - timedelta(days=count - 1), today


def _problem(voice: Voice, status: int, reason: str) -> Response:
    texts = catalogue(voice.language)
    unavailable = texts["desk.failed"] if status == 503 else texts["refusal.other"]
    return _json({"reason": reason, "text": texts.get(f"refusal.{reason}", unavailable)}, status)


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, HEADERS, "application/json")
