"""A finished statement, and what is answered from its one row."""

from __future__ import annotations

from dataclasses import dataclass

from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.preferences import Preferences
from devstack.gateway.rest.sql import Parameters


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL whose only row has `body` (as text), `page` (rows in it) and `total` (rows there are, or null)."""

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
    headers: str | None = None
    """What a function set as `response.headers`: a JSON list of objects with one field."""
    status: str | None = None
    """What a function set as `response.status`."""


def refuse_unless_single(page: int) -> None:
    """Raises PGRST116; inside of the transaction, so that a write is undone."""
    if page != 1:
        raise ApiError(
            *(406, "PGRST116", "Cannot coerce the result to a single JSON object"),
            f"The result contains {page} rows",
        )


def refuse_beyond_affected(page: int, preferences: Preferences) -> None:
    """Raises PGRST124 for more rows than the client wants to touch."""
    if preferences.max_affected is not None and page > preferences.max_affected:
        raise ApiError(
            *(400, "PGRST124", "Query result exceeds max-affected preference constraint"),
            f"The query affects {page} rows",
        )


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
            headers={"content-range": f"*/{total}"},
        )


def read_status(page: int, total: int | None) -> int:
    """206 when a count shows that more rows exist."""
    return 206 if total is not None and page < total else 200
