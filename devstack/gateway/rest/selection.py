"""The `select` parameter."""

from __future__ import annotations

import re

from devstack.gateway.rest.cursor import Cursor
from devstack.gateway.rest.errors import ApiError, unsupported
from devstack.gateway.rest.fields import read_json_path
from devstack.gateway.rest.query import Field, SelectEmbed, SelectField, SelectItem

JOINS = ("inner", "left")
AGGREGATES = ("avg", "count", "max", "min", "sum")

_AGGREGATE = re.compile(rf"\.(?:{'|'.join(AGGREGATES)})\(\)")


def read_select(text: str) -> tuple[SelectItem, ...]:
    """`id, alias:column->>key::text, child!fk!inner(*)`."""
    if not text.strip():
        return ()
    cursor = Cursor(text, "select parameter")
    items = _select_items(cursor)
    cursor.expect_end()
    return items


def _select_items(cursor: Cursor) -> tuple[SelectItem, ...]:
    if cursor.sees(")"):
        return ()
    items = [_select_item(cursor)]
    while cursor.takes(","):
        items.append(_select_item(cursor))
    return tuple(items)


def _select_item(cursor: Cursor) -> SelectItem:
    if cursor.takes("*"):
        return SelectField(Field("*"))
    if cursor.sees("..."):
        raise unsupported("Spreading an embedded resource", "Embed it and read the nested object.")
    name = cursor.name()
    alias = None
    # One colon gives an alias, two are a cast.
    if cursor.sees(":") and not cursor.sees("::"):
        cursor.takes(":")
        alias, name = name, cursor.name()
    if cursor.sees("!") or cursor.sees("("):
        return _embed(cursor, name, alias)
    field = Field(name, read_json_path(cursor))
    cast = cursor.name() if cursor.takes("::") else None
    if cursor.match(_AGGREGATE) is not None:
        raise _no_aggregates()
    return SelectField(field, alias, cast)


def _no_aggregates() -> ApiError:
    """They are off on a hosted project, and the answer there has no hint either."""
    return ApiError(400, "PGRST123", "Use of aggregate functions is not allowed")


def _embed(cursor: Cursor, target: str, alias: str | None) -> SelectItem:
    hint, is_inner = None, False
    while cursor.takes("!"):
        word = cursor.name()
        if word in JOINS:
            is_inner = word == "inner"
        elif hint is None:
            hint = word
        else:
            raise cursor.fail("one hint")
    cursor.expect("(")
    if target == "count" and cursor.sees(")"):
        raise _no_aggregates()
    cursor.enter()
    items = _select_items(cursor)
    cursor.leave()
    cursor.expect(")")
    return SelectEmbed(target, items, alias, hint, is_inner)
