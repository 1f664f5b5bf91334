"""Pieces of SQL. A name or text from a request enters SQL only through `identifier`, `literal` or a parameter."""

from __future__ import annotations

from collections.abc import Iterable

from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.query import Condition, Field, Group, Order, SelectField, Test
from devstack.gateway.rest.schema import Column, Relation, Schema

_COMPARISONS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "isdistinct": "is distinct from",
    "cs": "@>",
    "cd": "<@",
    "ov": "&&",
    "sl": "<<",
    "sr": ">>",
    "nxr": "&<",
    "nxl": "&>",
    "adj": "-|-",
}
_PATTERNS = {"like": "like", "ilike": "ilike", "match": "~", "imatch": "~*"}
_SEARCHES = {
    "fts": "to_tsquery",
    "plfts": "plainto_tsquery",
    "phfts": "phraseto_tsquery",
    "wfts": "websearch_to_tsquery",
}
_IS = {"null": "null", "not_null": "not null", "true": "true", "false": "false", "unknown": "unknown"}

# Types that a cast may name besides those of the project's own schemas. The value is what goes into SQL.
_CASTS = {
    **{
        name: name
        for name in ("text", "varchar", "uuid", "json", "jsonb", "bytea", "numeric", "date", "money")
    },
    **{name: name for name in ("int2", "int4", "int8", "float4", "float8", "bool", "time", "timetz", "inet")},
    **{
        name: name
        for name in ("timestamp", "timestamptz", "interval", "integer", "int", "smallint", "bigint")
    },
    **{
        name: name for name in ("real", "boolean", "double precision", "decimal", "character varying", "name")
    },
}


def identifier(name: str) -> str:
    """A name in double quotes. Raises ApiError for one that no database object can have."""
    if not name or "\0" in name:
        raise ApiError(400, "PGRST100", "A name may not be empty or hold a null character")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in single quotes. Connections run with standard_conforming_strings, so a backslash is plain."""
    if "\0" in text:
        raise ApiError(400, "22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    return "'" + text.replace("'", "''") + "'"


def qualified(relation: Relation) -> str:
    """`"schema"."name"`."""
    return f"{identifier(relation.schema)}.{identifier(relation.name)}"


class Parameters:
    """The values of a statement. All are sent as text and cast in SQL to the type that the catalogue names."""

    def __init__(self, *first: str) -> None:
        self.values: list[str | list[str]] = list(first)

    def text(self, value: str) -> str:
        """A placeholder for one text."""
        self.values.append(_without_null(value))
        return f"${len(self.values)}::text"

    def texts(self, values: Iterable[str]) -> str:
        """A placeholder for a list of texts."""
        self.values.append([_without_null(value) for value in values])
        return f"${len(self.values)}::text[]"


def _without_null(value: str) -> str:
    if "\0" in value:
        raise ApiError(400, "22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    return value


class Scope:
    """One relation under one alias, in which fields are looked up."""

    def __init__(self, relation: Relation, alias: str, schema: Schema, parameters: Parameters) -> None:
        self.relation = relation
        self.alias = alias
        self._schema = schema
        self._parameters = parameters

    def column(self, name: str) -> Column:
        """A column of the relation. Raises ApiError 42703 as the database would."""
        column = self.relation.columns.get(name)
        if column is None:
            raise ApiError(400, "42703", f"column {self.relation.name}.{name} does not exist")
        return column

    def reference(self, name: str) -> str:
        """`alias."name"` of a known column."""
        return f"{self.alias}.{identifier(self.column(name).name)}"

    def field(self, field: Field) -> str:
        """A column with its JSON path."""
        sql = self.reference(field.column)
        if not field.path:
            return sql
        if not self.column(field.column).is_json:
            sql = f"to_jsonb({sql})"
        for step in field.path:
            key = str(step.key) if isinstance(step.key, int) else literal(step.key)
            sql += f"{'->>' if step.as_text else '->'}{key}"
        return f"({sql})"

    def type_of(self, field: Field) -> str:
        """The type that values compared with the field are cast to."""
        column = self.column(field.column)
        if field.path:
            return "text" if field.path[-1].as_text else "jsonb"
        return column.type

    def selected(self, item: SelectField) -> str:
        """One entry of a select list, under the name that the result has."""
        if item.field.column == "*":
            return f"{self.alias}.*"
        sql = self.field(item.field)
        if item.cast is not None:
            sql = f"({sql})::{self._cast_type(item.cast)}"
        return f"{sql} as {identifier(item.alias or _result_name(item.field))}"

    def _cast_type(self, name: str) -> str:
        known = _CASTS.get(name.lower()) or self._schema.types.get(name)
        if known is None:
            raise ApiError(400, "42704", f'type "{name}" does not exist')
        return known

    def order(self, order: Order) -> str:
        """One entry of `order by`."""
        sql = f"{self.field(order.field)} {'desc' if order.is_descending else 'asc'}"
        return sql if order.nulls is None else f"{sql} nulls {order.nulls}"

    def test(self, test: Test) -> str:
        """A condition or a group of them, complete with its parentheses."""
        sql = self._condition(test) if isinstance(test, Condition) else self._group(test)
        return f"(not {sql})" if test.is_negated else sql

    def _group(self, group: Group) -> str:
        return "(" + f" {group.kind} ".join(self.test(member) for member in group.members) + ")"

    def _condition(self, condition: Condition) -> str:
        field, operator = self.field(condition.field), condition.operator
        if operator == "is":
            return f"({field} is {_IS[condition.values[0].lower()]})"
        if operator in _SEARCHES:
            return self._text_search(field, condition)
        kind = self.type_of(condition.field)
        if operator == "in":
            return f"({field} = any ({self._parameters.texts(condition.values)}::{kind}[]))"
        if operator in _PATTERNS:
            sign, kind = _PATTERNS[operator], "text"
        else:
            sign = _COMPARISONS[operator]
        value = (
            condition.values[0].replace("*", "%") if operator in ("like", "ilike") else condition.values[0]
        )
        if condition.quantifier is not None:
            # `{a,b}` is PostgreSQL's own way to write a list.
            listed = f"{self._parameters.text(value)}::{kind}[]"
            return f"({field} {sign} {condition.quantifier} ({listed}))"
        return f"({field} {sign} {self._parameters.text(value)}::{kind})"

    def _text_search(self, field: str, condition: Condition) -> str:
        kind = self.type_of(condition.field)
        language = ""
        if condition.language is not None:
            language = f"{self._parameters.text(condition.language)}::regconfig, "
        document = field if kind == "tsvector" else f"to_tsvector({language}{field})"
        query = f"{_SEARCHES[condition.operator]}({language}{self._parameters.text(condition.values[0])})"
        return f"({document} @@ {query})"


def _result_name(field: Field) -> str:
    keys = [step.key for step in field.path if isinstance(step.key, str)]
    return keys[-1] if keys else field.column
