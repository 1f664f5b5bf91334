"""A finished statement, and what is answered from its one row."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.gateway.http import JSON_TYPE, Response
from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.sql import Parameters

SINGULAR_TYPES = ("application/vnd.pgrst.object+json", "application/vnd.pgrst.object")
SINGULAR_ANSWER = "application/vnd.pgrst.object+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL whose only row has `body` (JSON as text), `page` (rows in it) and `total` (rows there are, or null)."""

    sql: str
    parameters: Parameters
    read_only: bool
    settings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The row."""

    body: str | None
    page: int
    total: int | None


def wants_single(accept: str) -> bool:
    """Whether exactly one row is asked for, as an object.

    Raises ApiError for a media type that is not answered here.
    """
    if not accept:
        return False
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind in SINGULAR_TYPES:
            return True
        if kind in ("*/*", "application/json", "application/*"):
            return False
    raise ApiError(406, "PGRST107", f"None of these media types are available: {accept}")


def refuse_unless_single(page: int) -> None:
    """Raises PGRST116; inside of the transaction, so that a write is undone."""
    if page != 1:
        raise ApiError(
            *(406, "PGRST116", "Cannot coerce the result to a single JSON object"),
            f"The result contains {page} rows",
        )


def json_response(
    status: int,
    body: str,
    preferences: Preferences,
    *,
    content_range: str | None = None,
    single: bool = False,
) -> Response:
    """JSON from the database as an answer."""
    headers = {}
    if content_range is not None:
        headers["content-range"] = content_range
    if preferences.applied:
        headers["preference-applied"] = preferences.applied
    return Response(status, body.encode(), SINGULAR_ANSWER if single else JSON_TYPE, headers)


def range_header(offset: int, page: int, total: int | None) -> str:
    """`0-24/3573`, `*/0`."""
    known = "*" if total is None else str(total)
    return f"{offset}-{offset + page - 1}/{known}" if page else f"*/{known}"


def refuse_beyond(offset: int, total: int | None) -> None:
    """Raises PGRST103 for an offset after the last row, which only a count can tell."""
    if total is not None and offset > total:
        raise ApiError(
            *(416, "PGRST103", "Requested range not satisfiable"),
            f"An offset of {offset} was requested, but there are only {total} rows.",
        )


def read_status(offset: int, page: int, total: int | None) -> int:
    """206 when a count shows that more rows exist."""
    return 206 if total is not None and (offset > 0 or page < total) and total > 0 else 200
