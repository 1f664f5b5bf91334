"""Keyset pages: a page and the cursor of the next one, which stays right while rows are added."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Query

from processors.errors import BadRequest
from processors.model import Json

Limit = Annotated[int, Query(ge=1, le=200, description="Rows per page.")]
Before = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]

_NOT_DIGITS = re.compile(r"[^0-9]")


def page(rows: list[Json], limit: int) -> tuple[list[Json], Json | None]:
    """The rows of one page out of `limit` + 1 rows, and the last one when another page follows."""
    shown = rows[:limit]
    return shown, shown[-1] if len(rows) > limit else None


def encode(*parts: str) -> str:
    """A cursor from the ordering columns of a page's last row."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_time_and_id(cursor: str) -> tuple[datetime, UUID]:
    """The columns of a cursor made of a time and an id. Raises BadRequest for anything else."""
    try:
        parts: Any = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        time, row_id = parts
        return datetime.fromisoformat(time), UUID(row_id)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise BadRequest("before is not a cursor of this list", field="before") from None


def decode_number(cursor: str) -> int:
    """The number of a cursor made of one. Raises BadRequest for anything else."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise BadRequest("before is not a cursor of this list", field="before")
    return int(cursor)


def digits(phone: str) -> str:
    """The digits of a phone number however it is written. Raises BadRequest when there are none."""
    found = _NOT_DIGITS.sub("", phone)
    if not found:
        raise BadRequest("phone must have digits", field="phone")
    return found


def quoted(value: str) -> str:
    """A value inside a logic filter: in double quotes, so that commas and brackets in it mean nothing."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def containing(words: str) -> str:
    """A pattern of LIKE for a text that contains `words` literally; * can't be escaped and matches any."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "_")
    return f"*{escaped}*"
