"""What is in a folder of a bucket: folders first, then files, one page at a time."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson
from starlette.requests import Request

from devstack.gateway.storage.bodies import json_body, whole_number
from devstack.gateway.storage.caller import Callers
from devstack.gateway.storage.errors import invalid_request
from devstack.gateway.storage.names import bucket_name

SORT_COLUMNS = ("name", "updated_at", "created_at", "last_accessed_at")
DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000

_LIST = """
with seen as (
  select o.*, substr(o.name, length($2) + 1) as rest
  from storage.objects o where o.bucket_id = $1 and starts_with(o.name, $2)
), entries as (
  select rest as entry, id, created_at, updated_at, last_accessed_at, metadata
  from seen where position('/' in rest) = 0
  union all
  select distinct split_part(rest, '/', 1), null::uuid, null::timestamptz, null::timestamptz, null::timestamptz,
    null::jsonb
  from seen where position('/' in rest) > 0
)
select * from entries where starts_with(lower(entry), lower($3))
order by id is not null, {column} {direction}, entry limit $4 offset $5
"""


class Listing:
    """The handler of `/object/list`."""

    def __init__(self, callers: Callers) -> None:
        self._callers = callers

    async def list(self, request: Request) -> Any:
        body = await json_body(request)
        bucket = bucket_name(request.path_params["bucket"])
        prefix, search = body.get("prefix") or "", body.get("search") or ""
        if not isinstance(prefix, str) or not isinstance(search, str):
            raise invalid_request("body/prefix and body/search must be texts")
        folder = prefix.strip("/")
        limit = min(whole_number(body, "limit", DEFAULT_LIMIT), MAX_LIMIT)
        async with self._callers.caller(request) as connection:
            rows = await connection.fetch(
                _sorted_by(body.get("sortBy") or {}),
                *(bucket, f"{folder}/" if folder else "", search, limit, whole_number(body, "offset", 0)),
            )
        return [_entry_json(row) for row in rows]


def _sorted_by(given: object) -> str:
    if not isinstance(given, dict):
        raise invalid_request("body/sortBy must be object")
    column, order = given.get("column") or "name", given.get("order") or "asc"
    if column not in SORT_COLUMNS or order not in ("asc", "desc"):
        raise invalid_request(f"body/sortBy takes {', '.join(SORT_COLUMNS)} and asc or desc")
    return _LIST.format(column="entry" if column == "name" else column, direction=order)


def _entry_json(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "name": row["entry"],
        "id": None if row["id"] is None else str(row["id"]),
        "created_at": _time(row["created_at"]),
        "updated_at": _time(row["updated_at"]),
        "last_accessed_at": _time(row["last_accessed_at"]),
        "metadata": None if row["metadata"] is None else orjson.loads(row["metadata"]),
    }


def _time(value: Any) -> str | None:
    return None if value is None else value.isoformat()
