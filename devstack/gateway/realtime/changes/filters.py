"""Filters of `postgres_changes`: `column=operator.value`, several joined by commas, all of which must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "lt": "<",
    "lte": "<=",
    "gt": ">",
    "gte": ">=",
    "like": "~~",
    "ilike": "~~*",
    "match": "~",
    "imatch": "~*",
    "isdistinct": "is distinct from",
}
"""Each compares a column with one value. `in` and `is` are of another form."""
PATTERNS = ("like", "ilike", "match", "imatch")
"""Their value is a text, whatever the column is."""
KEYWORDS = ("null", "true", "false", "unknown")
IN_VALUES_MAX = 100

_CONDITION = re.compile(r"(?P<column>[^=]+)=(?P<negate>not\.)?(?P<operator>[a-z]+)\.(?P<value>.*)", re.DOTALL)
_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)', re.DOTALL)


class BadFilter(Exception):
    """A filter can't be read."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `values` holds one value, or several for `in`."""

    column: str
    operator: str
    values: tuple[str, ...]
    negate: bool

    def sql(self, column: str, parameter: str, type_name: str) -> str:
        """The condition in SQL: of a column's expression with a parameter, an array of texts."""
        if self.operator == "in":
            condition = f"{column} = any(({parameter}::text[])::{type_name}[])"
        elif self.operator == "is":
            condition = f"{column} is {self.values[0]}"
        else:
            wanted = "text" if self.operator in PATTERNS else type_name
            condition = f"{column} {OPERATORS[self.operator]} ({parameter}::text[])[1]::{wanted}"
        return f"coalesce({'not ' if self.negate else ''}({condition}), false)"


def parse(text: str) -> tuple[Filter, ...]:
    """Read a filter; an empty one is none. Raises BadFilter."""
    return tuple(_condition(part) for part in _split(text.strip())) if text.strip() else ()


def _condition(text: str) -> Filter:
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise BadFilter(f'["{text}"]')
    operator, value = match["operator"], match["value"]
    if operator == "in":
        values = tuple(_items(value))
        if len(values) > IN_VALUES_MAX:
            raise BadFilter(f"too many values for `in` filter. Maximum {IN_VALUES_MAX}")
    elif operator == "is" and value in KEYWORDS:
        values = (value,)
    elif operator in OPERATORS:
        values = (_unquoted(value),)
    else:
        raise BadFilter(f'["{operator}", "{value}"]')
    return Filter(match["column"].strip(), operator, values, match["negate"] is not None)


def _split(text: str) -> Iterator[str]:
    """The parts between commas that are in no brackets and no quotes."""
    depth, is_quoted, start = 0, False, 0
    for position, character in enumerate(text):
        if character == '"' and text[position - 1 : position] != "\\":
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _items(text: str) -> Iterator[str]:
    if not (text.startswith("(") and text.endswith(")")):
        raise BadFilter(f'["in", "{text}"]')
    inner, position = text[1:-1], 0
    while position < len(inner):
        match = _ITEM.match(inner, position)
        if match is None or match.end() == position:
            raise BadFilter(f'["in", "{text}"]')
        quoted, bare = match.groups()
        yield re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare.strip()
        position = match.end()


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text
