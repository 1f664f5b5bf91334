"""A changed row as clients receive it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from devstack.gateway.realtime.changes.audience import Change
from devstack.gateway.realtime.changes.tables import Table

LONG_BYTES = 64
TOO_LARGE = "Error 413: Payload Too Large"


def message(
    table: Table,
    change: Change,
    *,
    columns: tuple[str, ...] | None,
    committed_at: str,
    max_bytes: int,
) -> dict[str, Any]:
    """The data for those who chose `columns` (None: all), holding only what their role may read."""
    told = [
        column
        for column in table.columns
        if column.is_readable and (columns is None or column.name in columns or column.is_key)
    ]
    is_large = len(change.record or "") + len(change.old_record or "") > max_bytes
    names = {column.name for column in told}
    data: dict[str, Any] = {
        "schema": table.schema,
        "table": table.name,
        "type": change.action,
        "commit_timestamp": committed_at,
        "columns": [{"name": column.name, "type": column.type} for column in told],
        "errors": [TOO_LARGE] if is_large else None,
    }
    if change.record is not None:
        data["record"] = _kept(change.record, names, is_large=is_large)
    if change.action == "UPDATE":
        data["old_record"] = _kept(change.old_record, names, is_large=is_large)
    elif change.action == "DELETE":
        # Nobody can be asked any more who might see the row, so with row security only its key is told.
        keys = {column.name for column in told if column.is_key}
        data["old_record"] = _kept(change.old_record, keys if table.has_rls else names, is_large=is_large)
    return data


def error_message(table: Table, change: Change, error: str) -> dict[str, Any]:
    """What is told instead of a row. Clients in Python log it and tell nobody."""
    return {
        "schema": table.schema,
        "table": table.name,
        "type": change.action,
        "commit_timestamp": None,
        "columns": [],
        "record": {},
        "errors": [error],
    }


def _kept(record: str | None, names: set[str], *, is_large: bool) -> Mapping[str, Any]:
    values = orjson.loads(record or "null") or {}
    return {
        name: value
        for name, value in values.items()
        if name in names and (not is_large or _size(value) <= LONG_BYTES)
    }


def _size(value: object) -> int:
    try:
        return len(orjson.dumps(value))
    except orjson.JSONEncodeError:
        return LONG_BYTES + 1
