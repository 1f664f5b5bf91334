"""A column with its JSON path, as select, order and filters write it."""

from __future__ import annotations

import re

from devstack.gateway.rest.cursor import Cursor
from devstack.gateway.rest.query import Field, Step

_INDEX = re.compile(r"-?[0-9]{1,9}(?=->|::|[.,)]|$)")
# A key of JSON may hold more than a name of the database.
_JSON_KEY = re.compile(r"[^(\-:.,>)]+(?:-(?!>)[^(\-:.,>)]+)*")


def read_json_path(cursor: Cursor) -> tuple[Step, ...]:
    """The arrows after a column, possibly none."""
    steps: list[Step] = []
    while cursor.sees("->"):
        as_text = cursor.takes("->>") or not cursor.takes("->")
        index = cursor.match(_INDEX)
        steps.append(Step(int(index.group()) if index else _json_key(cursor), as_text))
    return tuple(steps)


def _json_key(cursor: Cursor) -> str:
    if cursor.sees('"'):
        return cursor.quoted()
    found = cursor.match(_JSON_KEY)
    key = found.group().strip() if found is not None else ""
    if not key:
        raise cursor.fail("a key")
    return key


def read_field(cursor: Cursor) -> Field:
    """`column->key->>0`."""
    return Field(cursor.name(), read_json_path(cursor))
