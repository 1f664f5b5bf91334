"""Read the parameters of a request into a Query. Anything that can't be read is refused with its place.

Source: PostgREST v14, "Tables and Views", "Resource Embedding", and its URL grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, cast

from devstack.gateway.rest.cursor import Cursor
from devstack.gateway.rest.errors import bad_query, unsupported
from devstack.gateway.rest.query import (
    Condition,
    Field,
    Group,
    Order,
    Path,
    Query,
    SelectEmbed,
    SelectField,
    SelectItem,
    Step,
    Test,
)

PLAIN_OPERATORS = (
    *("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct"),
    *("cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"),
)
TEXT_SEARCHES = ("fts", "plfts", "phfts", "wfts")
QUANTIFIED = ("eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch")
IS_VALUES = ("null", "not_null", "true", "false", "unknown")
JOINS = ("inner", "left")
AGGREGATES = ("avg", "count", "max", "min", "sum")

ReadValue = Callable[[Cursor], str]

_INDEX = re.compile(r"-?\d+(?![\w])")
_OPERATOR = re.compile(r"[a-z]+")
_QUANTIFIER = re.compile(r"\((any|all)\)")
_LANGUAGE = re.compile(r"\((\w+)\)")
_GROUP = re.compile(r"(not\.)?(and|or)\(")
_BARE_VALUE = re.compile(r"[^,)]*")
_BARE_ELEMENT = re.compile(r"[^,)]*")
_ARRAY = re.compile(r"\{[^{}]*\}")
_NUMBER = re.compile(r"\d{1,18}")


def read_query(parameters: list[tuple[str, str]], *, is_call: bool = False) -> Query:
    """All parameters of a request. In a GET call, what is no filter is an argument of the function."""
    query = Query()
    for key, value in parameters:
        _read_parameter(query, key, value, is_call=is_call)
    return query


def _read_parameter(query: Query, key: str, value: str, *, is_call: bool) -> None:
    if key == "select":
        query.select, query.has_select = read_select(value), True
    elif key == "columns":
        query.columns = read_names(value, "columns parameter")
    elif key == "on_conflict":
        query.on_conflict = read_names(value, "on_conflict parameter")
    else:
        path, last = _split_key(key)
        if last == "order":
            query.orders[path] = read_order(value)
        elif last == "limit":
            query.limits[path] = _read_number(value, "limit parameter")
        elif last == "offset":
            query.offsets[path] = _read_number(value, "offset parameter")
        elif last in ("and", "or", "not.and", "not.or"):
            query.tests.setdefault(path, []).append(read_group(last, value))
        elif is_call and not path and not _looks_like_filter(value):
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


def _looks_like_filter(value: str) -> bool:
    text = value.removeprefix("not.")
    found = _OPERATOR.match(text)
    if found is None or found.group() not in (*PLAIN_OPERATORS, *TEXT_SEARCHES):
        return False
    return text[found.end() : found.end() + 1] in (".", "(")


def _read_number(value: str, what: str) -> int:
    if _NUMBER.fullmatch(value) is None:
        raise bad_query(what, value, 0, "a number without sign is expected")
    return int(value)


def read_names(text: str, what: str) -> tuple[str, ...]:
    """`a,"b c"`."""
    cursor = Cursor(text, what)
    names = [cursor.name()]
    while cursor.takes(","):
        names.append(cursor.name())
    cursor.expect_end()
    return tuple(names)


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
    field = Field(name, _json_path(cursor))
    if cursor.sees("."):
        raise unsupported("Aggregates", "Count by Prefer: count=exact, or write a function for the rest.")
    cast = cursor.name() if cursor.takes("::") else None
    return SelectField(field, alias, cast)


def _embed(cursor: Cursor, target: str, alias: str | None) -> SelectItem:
    hint, is_inner = None, False
    while cursor.takes("!"):
        word = cursor.name()
        if word in JOINS:
            is_inner = word == "inner"
        else:
            hint = word
    cursor.expect("(")
    if target in AGGREGATES and cursor.sees(")"):
        raise unsupported("Aggregates", "Count by Prefer: count=exact, or write a function for the rest.")
    cursor.enter()
    items = _select_items(cursor)
    cursor.leave()
    cursor.expect(")")
    return SelectEmbed(target, items, alias, hint, is_inner)


def _json_path(cursor: Cursor) -> tuple[Step, ...]:
    steps: list[Step] = []
    while cursor.sees("->"):
        as_text = cursor.takes("->>") or not cursor.takes("->")
        index = cursor.match(_INDEX)
        steps.append(Step(int(index.group()) if index else cursor.name(), as_text))
        if as_text:
            break
    return tuple(steps)


def _field(cursor: Cursor) -> Field:
    return Field(cursor.name(), _json_path(cursor))


def read_order(text: str) -> tuple[Order, ...]:
    """`name.desc.nullslast,data->>key`."""
    cursor = Cursor(text, "order")
    orders = [_order(cursor)]
    while cursor.takes(","):
        orders.append(_order(cursor))
    cursor.expect_end()
    return tuple(orders)


def _order(cursor: Cursor) -> Order:
    field = _field(cursor)
    if cursor.sees("("):
        raise unsupported("Ordering by an embedded resource", "Order inside of it: child.order=column.")
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
    return Order(field, is_descending, nulls)


def read_condition(key: str, value: str) -> Condition:
    """One filter: the field is in the key, everything else in the value."""
    left = Cursor(key, "filter")
    field = _field(left)
    left.expect_end()
    cursor = Cursor(value, "filter")
    condition = _condition(cursor, field, _whole_rest)
    cursor.expect_end()
    return condition


def read_group(kind: str, value: str) -> Group:
    """`(a.eq.1,and(b.is.null,c.gt.2))`."""
    cursor = Cursor(value, "logic tree")
    cursor.expect("(")
    return _group(cursor, kind.removeprefix("not."), is_negated=kind.startswith("not."), is_outermost=True)


def _group(cursor: Cursor, kind: str, *, is_negated: bool, is_outermost: bool = False) -> Group:
    cursor.enter()
    members = [_test(cursor)]
    while cursor.takes(","):
        members.append(_test(cursor))
    cursor.leave()
    cursor.expect(")")
    if is_outermost:
        cursor.expect_end()
    return Group(cast(Literal["and", "or"], kind), tuple(members), is_negated)


def _test(cursor: Cursor) -> Test:
    group = cursor.match(_GROUP)
    if group is not None:
        return _group(cursor, group.group(2), is_negated=group.group(1) is not None)
    field = _field(cursor)
    cursor.expect(".")
    return _condition(cursor, field, _one_of_many)


def _condition(cursor: Cursor, field: Field, read_value: ReadValue) -> Condition:
    is_negated = cursor.takes("not.")
    found = cursor.match(_OPERATOR)
    operator = found.group() if found is not None else ""
    if operator not in PLAIN_OPERATORS and operator not in TEXT_SEARCHES:
        cursor.position -= len(operator)
        raise cursor.fail("operator (eq, gt, ...)")
    quantifier: Literal["any", "all"] | None = None
    language = None
    if operator in QUANTIFIED and (given := cursor.match(_QUANTIFIER)) is not None:
        quantifier = cast(Literal["any", "all"], given.group(1))
    elif operator in TEXT_SEARCHES and (given := cursor.match(_LANGUAGE)) is not None:
        language = given.group(1)
    cursor.expect(".")
    values = _list(cursor) if operator == "in" else (read_value(cursor),)
    if operator == "is" and values[0].lower() not in IS_VALUES:
        raise cursor.fail("null, not_null, true, false or unknown")
    return Condition(field, operator, values, is_negated, quantifier, language)


def _list(cursor: Cursor) -> tuple[str, ...]:
    """`(1,"x,y")`; `()` is the empty list."""
    cursor.expect("(")
    if cursor.takes(")"):
        return ()
    values = [_element(cursor)]
    while cursor.takes(","):
        values.append(_element(cursor))
    cursor.expect(")")
    return tuple(values)


def _element(cursor: Cursor) -> str:
    if cursor.sees('"'):
        return cursor.quoted()
    found = cursor.match(_BARE_ELEMENT)
    return found.group() if found is not None else ""


def _whole_rest(cursor: Cursor) -> str:
    """Outside of a logic tree a value is everything up to the end, whatever it holds."""
    rest = cursor.text[cursor.position :]
    cursor.position = len(cursor.text)
    return rest


def _one_of_many(cursor: Cursor) -> str:
    """Inside of one it ends at a comma or parenthesis, unless quoted or an array."""
    if cursor.sees('"'):
        return cursor.quoted()
    found = cursor.match(_ARRAY) or cursor.match(_BARE_VALUE)
    return found.group() if found is not None else ""
