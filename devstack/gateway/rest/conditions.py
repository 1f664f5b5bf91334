"""Filters: one condition for each parameter, or trees of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, cast

from devstack.gateway.rest.cursor import Cursor, unescaped
from devstack.gateway.rest.fields import read_field
from devstack.gateway.rest.query import Condition, Field, Group, Test

PLAIN_OPERATORS = (
    *("eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct"),
    *("cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"),
)
TEXT_SEARCHES = ("fts", "plfts", "phfts", "wfts")
QUANTIFIED = ("eq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch")
IS_VALUES = ("null", "not_null", "true", "false", "unknown")

ReadValue = Callable[[Cursor], str]

_FILTER = re.compile(
    rf"(?:not\.)?(?:(?:{'|'.join(PLAIN_OPERATORS)})\.|(?:{'|'.join(QUANTIFIED)})\((?:any|all)\)\.|"
    rf"(?:{'|'.join(TEXT_SEARCHES)})(?:\([\w $]+\))?\.)"
)
_OPERATOR = re.compile(r"[a-z]+")
_QUANTIFIER = re.compile(r"\((any|all)\)")
_LANGUAGE = re.compile(r"\(([\w $]+)\)")
_GROUP = re.compile(r"(not\.)?(and|or)\(")
_BARE_VALUE = re.compile(r"[^,)]*")
# Quotes count only around the whole: `"a"b` is a plain text of four characters.
_QUOTED_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"(?=[,)]|$)', re.DOTALL)
_ARRAY = re.compile(r"\{[^{}]*\}")


def looks_like_filter(value: str) -> bool:
    """Whether a parameter of a GET call is a filter of the result and no argument."""
    return _FILTER.match(value) is not None


def read_condition(key: str, value: str) -> Condition:
    """One filter: the field is in the key, everything else in the value."""
    left = Cursor(key, "filter")
    field = read_field(left)
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
    field = read_field(cursor)
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
        raise cursor.fail("isVal: (null, not_null, true, false, unknown)")
    return Condition(field, operator, values, is_negated, quantifier, language)


def _list(cursor: Cursor) -> tuple[str, ...]:
    """`(1,"x,y")`."""
    cursor.expect("(")
    values = [_element(cursor)]
    while cursor.takes(","):
        values.append(_element(cursor))
    cursor.expect(")")
    # `()` and `("")` are both the empty list.
    return () if values == [""] else tuple(values)


def _element(cursor: Cursor) -> str:
    quoted = cursor.match(_QUOTED_ELEMENT)
    if quoted is not None:
        return unescaped(quoted.group(1))
    found = cursor.match(_BARE_VALUE)
    return found.group() if found is not None else ""


def _whole_rest(cursor: Cursor) -> str:
    """Outside of a logic tree a value is everything up to the end, whatever it holds."""
    rest = cursor.text[cursor.position :]
    cursor.position = len(cursor.text)
    return rest


def _one_of_many(cursor: Cursor) -> str:
    """Inside of one it ends at a comma or parenthesis, unless quoted or an array."""
    quoted = cursor.match(_QUOTED_ELEMENT)
    if quoted is not None:
        return unescaped(quoted.group(1))
    found = cursor.match(_ARRAY) or cursor.match(_BARE_VALUE)
    return found.group() if found is not None else ""
