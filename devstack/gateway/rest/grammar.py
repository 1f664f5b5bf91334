"""Read the parameters of a request into a Query. Anything that can't be read is refused with its place.

Source: PostgREST v14, "Tables and Views", "Resource Embedding", and its URL grammar.
"""

from __future__ import annotations

import re
from typing import Literal

from devstack.gateway.rest.conditions import looks_like_filter, read_condition, read_group
from devstack.gateway.rest.cursor import Cursor
from devstack.gateway.rest.errors import ApiError, bad_query, unsupported
from devstack.gateway.rest.fields import read_field
from devstack.gateway.rest.query import Order, Path, Query
from devstack.gateway.rest.selection import read_select

_NUMBER = re.compile(r"-?[0-9]{1,18}")


def read_query(parameters: list[tuple[str, str]], *, is_call: bool = False) -> Query:
    """All parameters of a request. In a GET call, what is no filter is an argument of the function."""
    query = Query()
    for key, value in parameters:
        _read_parameter(query, key, value, is_call=is_call)
    return query


def _read_parameter(query: Query, key: str, value: str, *, is_call: bool) -> None:
    if key == "select":
        _once(key, query.has_select)
        query.select, query.has_select = read_select(value), True
    elif key == "columns":
        _once(key, query.columns is not None)
        query.columns = read_names(value, "columns parameter")
    elif key == "on_conflict":
        _once(key, query.on_conflict is not None)
        query.on_conflict = read_names(value, "on_conflict parameter")
    else:
        path, last = _split_key(key)
        if last == "order":
            _once(key, path in query.orders)
            query.orders[path] = read_order(value)
        elif last == "limit":
            _once(key, path in query.limits)
            query.limits[path] = _read_limit(value)
        elif last == "offset":
            _once(key, path in query.offsets)
            query.offsets[path] = _read_number(value, "offset parameter")
        elif last in ("and", "or", "not.and", "not.or"):
            query.tests.setdefault(path, []).append(read_group(last, value))
        elif is_call and not path and not looks_like_filter(value):
            query.arguments.append((key, value))
        else:
            query.tests.setdefault(path, []).append(read_condition(last, value))


def _split_key(key: str) -> tuple[Path, str]:
    """`child.column` addresses an embedded resource; `not.or` is one word."""
    cursor = Cursor(key, "tree path")
    names: list[str] = []
    while True:
        start = cursor.position
        name = cursor.name()
        if cursor.takes("."):
            names.append(name)
            continue
        if cursor.sees("->"):
            return tuple(names), key[start:]
        cursor.expect_end()
        if name in ("and", "or") and names and names[-1] == "not":
            return tuple(names[:-1]), f"not.{name}"
        # A quoted name keeps its quotes: it is read again as a field.
        return tuple(names), key[start:]


def _once(key: str, is_known: bool) -> None:
    """PostgREST takes one of the two and drops the other; which one depends on the parameter."""
    if is_known:
        raise unsupported(f"A second {key!r} parameter", "Give it once, its values separated by commas.")


def _read_number(value: str, what: str) -> int:
    if _NUMBER.fullmatch(value) is None or value.startswith("-"):
        raise bad_query(what, value, 0, "a number without sign is expected")
    return int(value)


def _read_limit(value: str) -> int:
    if value.startswith("-") and _NUMBER.fullmatch(value) is not None:
        details = "Limit should be greater than or equal to zero."
        raise ApiError(416, "PGRST103", "Requested range not satisfiable", details)
    return _read_number(value, "limit parameter")


def read_names(text: str, what: str) -> tuple[str, ...]:
    """`a,"b c"`."""
    cursor = Cursor(text, what)
    names = [cursor.name()]
    while cursor.takes(","):
        names.append(cursor.name())
    cursor.expect_end()
    return tuple(names)


def read_order(text: str) -> tuple[Order, ...]:
    """`name.desc.nullslast,data->>key,parent(name)`."""
    cursor = Cursor(text, "order")
    orders = [_order(cursor)]
    while cursor.takes(","):
        orders.append(_order(cursor))
    cursor.expect_end()
    return tuple(orders)


def _order(cursor: Cursor) -> Order:
    field = read_field(cursor)
    relation = None
    if not field.path and cursor.takes("("):
        relation, field = field.column, read_field(cursor)
        cursor.expect(")")
    is_descending = False
    nulls: Literal["first", "last"] | None = None
    if cursor.takes(".asc") or cursor.sees(".desc"):
        is_descending = cursor.takes(".desc")
    if cursor.takes(".nullsfirst"):
        nulls = "first"
    elif cursor.takes(".nullslast"):
        nulls = "last"
    if not cursor.is_at_end and not cursor.sees(","):
        raise cursor.fail('".asc", ".desc", ".nullsfirst", ".nullslast", "," or end of input')
    return Order(field, is_descending, nulls, relation)
