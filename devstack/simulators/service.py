"""What every simulator has: a log of its requests, a control that is merged into, and a reset."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from devstack.simulators.journal import Entry, Journal, json_or_none

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PUNCTUATION_OF_PHONES = re.compile(r"[+\-() ]")


class Control(BaseModel):
    """What a script may set. A key it doesn't name is refused, so that a misspelt switch is noticed."""

    model_config = ConfigDict(extra="forbid")

    latency_ms: float = Field(default=0, ge=0, le=600_000)


C = TypeVar("C", bound=Control)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a simulated service. `path` is without its prefix, `body` parsed JSON or None."""

    request: Request
    entry: Entry
    path: str
    body: Any

    @property
    def token(self) -> str:
        """The bearer token, '' if there is none."""
        scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    async def closed_by_client(self) -> None:
        """Return when the client has closed the connection."""
        while (await self.request.receive())["type"] != "http.disconnect":
            pass

    async def client_stays(self, seconds: float) -> bool:
        """Wait; false as soon as the client has closed the connection."""
        try:
            await asyncio.wait_for(self.closed_by_client(), seconds)
        except TimeoutError:
            return True
        return False


class Dropped(Response):
    """The connection breaks in the middle of the answer: nobody can know what became of the request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Promise a thousand bytes, send few and end: the server then closes the connection."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id":', "more_body": True})


class BadControl(ValueError):
    """A control request can't be used; the message says why."""


class Service(Generic[C]):
    """A simulated service under `prefix`. Subclasses answer; this class keeps log and control."""

    prefix: ClassVar[str]
    control_type: type[C]

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.control: C = self.control_type()

    async def answer(self, call: Call) -> Response | None:
        """Answer as the real service does. None: nothing was answered, the client has gone."""
        raise NotImplementedError

    def parsed(self, raw: bytes) -> tuple[object, bytes | None]:
        """The body of a request as `answer` gets it, and as JSON for the log."""
        body = json_or_none(raw)
        return body, raw if body is not None else None

    def apply(self, patch: dict[str, Any]) -> None:
        """Merge a control request; null puts a key back to its default. Raises BadControl."""
        self.control = merged(self.control, patch)

    def reset(self) -> None:
        """Defaults again, and an empty log."""
        self.control = self.control_type()
        self.journal.clear()

    def routes(self) -> list[Route]:
        """The control routes, then everything else, which is recorded."""
        return [
            Route("/_log", self._log),
            Route("/_control", self._control, methods=["GET", "POST"]),
            Route("/_reset", self._reset, methods=["POST"]),
            *self.extra_routes(),
            Route("/{rest:path}", self._recorded, methods=METHODS),
        ]

    def extra_routes(self) -> list[Route]:
        """Control routes of this service alone."""
        return []

    async def _recorded(self, request: Request) -> Response:
        raw = await request.body()
        path = request.scope["path"].removeprefix(self.prefix)
        body, kept = self.parsed(raw)
        entry = self.journal.add(path, kept)
        await asyncio.sleep(self.control.latency_ms / 1000)
        try:
            response = await self.answer(Call(request=request, entry=entry, path=path, body=body))
        except asyncio.CancelledError:
            # The server stops while a request hangs; the 500 it would answer itself means "not accepted".
            return Dropped()
        if response is None:
            return Response(status_code=499)
        entry.status = response.status_code
        return response

    async def _log(self, request: Request) -> Response:
        since = request.query_params.get("since", "0")
        if not (since.isascii() and since.isdigit()):
            return refused("since must be the number of an entry")
        recipient = request.query_params.get("to")
        return StreamingResponse(
            self.journal.encoded(since=int(since), recipient=recipient_key(recipient) if recipient else None),
            media_type="application/json",
            headers={"X-Log-Next": str(self.journal.end), "X-Log-Dropped": str(self.journal.dropped)},
        )

    async def _control(self, request: Request) -> Response:
        if request.method == "POST":
            patch = json_or_none(await request.body())
            if not isinstance(patch, dict):
                return refused("the body must be a JSON object")
            try:
                self.apply(patch)
            except BadControl as error:
                return refused(str(error))
        return JSONResponse(self.control.model_dump(mode="json"))

    async def _reset(self, request: Request) -> Response:
        self.reset()
        return JSONResponse({"ok": True})


def merged(control: C, patch: Mapping[str, Any]) -> C:
    """A control with the keys of `patch` replaced, null meaning the default. Raises BadControl."""
    kept = {key: value for key, value in control.model_dump().items() if key not in patch}
    given = {key: value for key, value in patch.items() if value is not None}
    try:
        return type(control).model_validate({**kept, **given})
    except ValidationError as error:
        raise BadControl("; ".join(f"{_where(e['loc'])}: {e['msg']}" for e in error.errors())) from None


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))


def refused(reason: str, status: int = 422) -> Response:
    """The answer to a control request that can't be used."""
    return JSONResponse({"error": reason}, status_code=status)


def recipient_key(text: str) -> str:
    """A phone as bare digits; a BSUID as it is."""
    return PUNCTUATION_OF_PHONES.sub("", text)
