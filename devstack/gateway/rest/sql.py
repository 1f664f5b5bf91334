"""Pieces of SQL. A name or text from a request enters SQL only through `identifier`, `literal` or a parameter."""

from __future__ import annotations

from collections.abc import Iterable

from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.query import Condition, Field, Group, Order, SelectField, Step, Test
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

# Names of types that only SQL itself knows. Every other type is looked up in the catalogue.
_SPELLINGS = {
    name: name
    for name in (
        *("int", "integer", "smallint", "bigint", "real", "float", "double precision", "decimal", "dec"),
        *("boolean", "character varying", "character", "char", "bit varying"),
        *("timestamp with time zone", "timestamp without time zone"),
        *("time with time zone", "time without time zone"),
    )
}


# What a function may say about the answer; PostgREST reads it in the same statement.
_SAID = "".join(
    f", nullif(current_setting('response.{name}', true), '') as {name}" for name in ("headers", "status")
)


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
        self._casts: list[str] = []

    def cast(self, placeholder: str, kind: str) -> str:
        """A value as a type of the catalogue."""
        sql = f"{placeholder}::{kind}"
        if kind != "text":
            self._casts.append(sql)
        return sql

    @property
    def extras(self) -> str:
        """More columns of every answer: what functions said, and a check of all values.

        The check makes PostgreSQL cast values that no row would have asked for. On a hosted project they are
        literals, and a malformed one is refused before any row is looked at.
        """
        if not self._casts:
            return _SAID
        checks = " and ".join(f"{sql} is not null" for sql in dict.fromkeys(self._casts))
        return f"{_SAID}, {checks} as checked"

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
        self.embeds: dict[str, str] = {}
        """What is null when an embedded resource found no row, by the name of the resource."""
        self.tested_embeds: set[str] = set()
        """The embedded resources that a filter asks about."""
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
        return self.path(sql, field.path)

    def path(self, sql: str, path: Iterable[Step]) -> str:
        """The arrows of a JSON path behind some SQL."""
        for step in path:
            key = f"({step.key})" if isinstance(step.key, int) else self._parameters.text(step.key)
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
        return f"{sql} as {identifier(result_name(item))}"

    def _cast_type(self, name: str) -> str:
        known = _SPELLINGS.get(name.lower()) or self._schema.types.get(name.lower())
        if known is None:
            raise ApiError(400, "42704", f'type "{name}" does not exist')
        return known

    def test(self, test: Test) -> str:
        """A condition or a group of them, complete with its parentheses."""
        sql = self._condition(test) if isinstance(test, Condition) else self._group(test)
        return f"(not {sql})" if test.is_negated else sql

    def _group(self, group: Group) -> str:
        return "(" + f" {group.kind} ".join(self.test(member) for member in group.members) + ")"

    def _condition(self, condition: Condition) -> str:
        embed = self._embed_test(condition)
        if embed is not None:
            return embed
        field, operator = self.field(condition.field), condition.operator
        if operator == "is":
            return f"({field} is {_IS[condition.values[0].lower()]})"
        if operator in _SEARCHES:
            return self._text_search(field, condition)
        kind = self.type_of(condition.field)
        if operator == "in":
            listed = self._parameters.cast(self._parameters.texts(condition.values), f"{kind}[]")
            return f"({field} = any ({listed}))"
        if operator in _PATTERNS:
            sign, kind = _PATTERNS[operator], "text"
        else:
            sign = _COMPARISONS[operator]
        value = (
            condition.values[0].replace("*", "%") if operator in ("like", "ilike") else condition.values[0]
        )
        if condition.quantifier is not None:
            # `{a,b}` is PostgreSQL's own way to write a list.
            listed = self._parameters.cast(self._parameters.text(value), f"{kind}[]")
            return f"({field} {sign} {condition.quantifier} ({listed}))"
        return f"({field} {sign} {self._parameters.cast(self._parameters.text(value), kind)})"

    def _embed_test(self, condition: Condition) -> str | None:
        """`child=is.null` and `child=not.is.null` ask whether an embedded resource found a row."""
        name = condition.field.column
        if name not in self.embeds or name in self.relation.columns or condition.field.path:
            return None
        if condition.operator != "is" or condition.values[0].lower() != "null":
            raise ApiError(
                *(400, "PGRST120", f"Bad operator on the '{name}' embedded resource"),
                "Only is null or not is null filters are allowed on embedded resources",
            )
        self.tested_embeds.add(name)
        return f"({self.embeds[name]} is not distinct from null)"

    def _text_search(self, field: str, condition: Condition) -> str:
        kind = self.type_of(condition.field)
        language = ""
        if condition.language is not None:
            language = self._parameters.cast(self._parameters.text(condition.language), "regconfig") + ", "
        document = field if kind == "tsvector" else f"to_tsvector({language}{field})"
        query = f"{_SEARCHES[condition.operator]}({language}{self._parameters.text(condition.values[0])})"
        return f"({document} @@ {query})"


def order_sql(sql: str, order: Order) -> str:
    """One entry of `order by`."""
    sql += " desc" if order.is_descending else " asc"
    return sql if order.nulls is None else f"{sql} nulls {order.nulls}"


def result_name(item: SelectField) -> str:
    """The key that a selected field has in the result: its alias, the last key of its path, or the column."""
    if item.alias is not None:
        return item.alias
    keys = [step.key for step in item.field.path if isinstance(step.key, str)]
    return keys[-1] if keys else item.field.column
