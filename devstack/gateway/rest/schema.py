"""What the gateway knows of the database: tables, columns, foreign keys, functions, settings of roles.

Names and types in SQL come from here, never from a request: a request only chooses among them.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from devstack.gateway.rest import catalogue, safeupdate
from devstack.gateway.rest.safeupdate import Body, Finding


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `type` is complete SQL, without length, as text is cast to it."""

    name: str
    type: str
    is_json: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, a view, or the row type that a function returns."""

    schema: str
    name: str
    oid: int
    columns: Mapping[str, Column]
    primary_key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`table`.`columns` refers to `target`.`target_columns`; `is_unique` when at most one row does."""

    name: str
    table: int
    columns: tuple[str, ...]
    target: int
    target_columns: tuple[str, ...]
    is_unique: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """An input parameter of a function. One without a name is the whole body."""

    name: str
    type: str
    is_required: bool
    is_variadic: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A function that may be called. `shape` is void, scalar, row (known columns) or record (unknown ones)."""

    schema: str
    name: str
    parameters: tuple[Parameter, ...]
    is_read_only: bool
    returns_set: bool
    shape: str
    relation: Relation | None
    settings: tuple[tuple[str, str], ...]
    unguarded: Finding | None = None
    """The UPDATE or DELETE without WHERE that a call would come to."""

    @property
    def returns_rows(self) -> bool:
        """Whether the result has columns; everything else is a value."""
        return self.shape == "row"

    @property
    def body_parameter(self) -> Parameter | None:
        """The only, unnamed parameter that takes a whole body."""
        if len(self.parameters) == 1 and not self.parameters[0].name:
            return self.parameters[0]
        return None


@dataclass(frozen=True)
class Schema:
    """One reading of the catalogue."""

    relations: Mapping[tuple[str, str], Relation] = field(default_factory=dict)
    by_oid: Mapping[int, Relation] = field(default_factory=dict)
    keys_from: Mapping[int, list[ForeignKey]] = field(default_factory=dict)
    keys_to: Mapping[int, list[ForeignKey]] = field(default_factory=dict)
    functions: Mapping[tuple[str, str], list[Function]] = field(default_factory=dict)
    role_settings: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    """Types by the name a cast may use."""
    unguarded: frozenset[Finding] = frozenset()
    """The statements without WHERE of all functions, also of triggers and of schemas that are not exposed."""
    calls: dict[tuple[int, tuple[str, ...], str], Any] = field(default_factory=dict)
    """Statements of plain calls, kept by `rest.answers`: they depend on nothing else."""

    def similar(self, schema: str, name: str, known: Iterable[tuple[str, str]]) -> str | None:
        """The known name of that schema nearest to an unknown one."""
        names = [other for space, other in known if space == schema]
        return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.75)), None)


async def load(connection: asyncpg.Connection, schemas: tuple[str, ...]) -> Schema:
    """Read the catalogue, inside a transaction whose search_path is empty so that types come qualified."""
    columns = await connection.fetch(catalogue.COLUMNS, list(schemas))
    keys = await connection.fetch(catalogue.FOREIGN_KEYS, list(schemas))
    functions = await connection.fetch(catalogue.FUNCTIONS, list(schemas))
    settings = await connection.fetch(catalogue.ROLE_SETTINGS)
    types = await connection.fetch(catalogue.TYPES, list(schemas))
    bodies = await connection.fetch(catalogue.BODIES)
    unguarded = safeupdate.reached(Body(**row) for row in bodies)

    by_oid = _relations(columns)
    keys_from: dict[int, list[ForeignKey]] = defaultdict(list)
    keys_to: dict[int, list[ForeignKey]] = defaultdict(list)
    for row in keys:
        key = ForeignKey(
            name=row["name"],
            table=row["table_oid"],
            columns=tuple(row["columns"]),
            target=row["target_oid"],
            target_columns=tuple(row["target_columns"]),
            is_unique=row["is_unique"],
        )
        keys_from[key.table].append(key)
        keys_to[key.target].append(key)
    by_name: dict[tuple[str, str], list[Function]] = defaultdict(list)
    for row in functions:
        by_name[(row["schema"], row["name"])].append(_function(row, by_oid, unguarded.get(row["oid"])))
    role_settings: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in settings:
        name, _, value = row["setting"].partition("=")
        role_settings[row["role"]].append((name, value))
    return Schema(
        relations={(r.schema, r.name): r for r in by_oid.values() if r.schema in schemas},
        by_oid=by_oid,
        keys_from=dict(keys_from),
        keys_to=dict(keys_to),
        functions=dict(by_name),
        role_settings=dict(role_settings),
        types={row["name"]: row["type"] for row in types},
        unguarded=frozenset(unguarded.values()),
    )


def _relations(rows: list[Any]) -> dict[int, Relation]:
    columns: dict[int, dict[str, Column]] = defaultdict(dict)
    heads: dict[int, Any] = {}
    for row in rows:
        heads[row["oid"]] = row
        columns[row["oid"]][row["column_name"]] = Column(
            name=row["column_name"], type=row["type"], is_json=row["is_json"], default=row["default"]
        )
    return {
        oid: Relation(
            schema=row["schema"],
            name=row["name"],
            oid=oid,
            columns=columns[oid],
            primary_key=tuple(row["primary_key"] or ()),
        )
        for oid, row in heads.items()
    }


def _function(row: Any, by_oid: Mapping[int, Relation], unguarded: Finding | None) -> Function:
    relation = by_oid.get(row["return_relation"])
    if relation is None and row["out_names"]:
        pairs = zip(row["out_names"], row["out_types"], row["out_json"], strict=True)
        columns = {name: Column(name, kind, is_json, None) for name, kind, is_json in pairs}
        relation = Relation(schema=row["schema"], name=row["name"], oid=0, columns=columns)
    required = len(row["in_names"]) - row["defaults"]
    return Function(
        schema=row["schema"],
        name=row["name"],
        parameters=tuple(
            Parameter(
                name=name,
                type=kind,
                is_required=number < required and not (row["is_variadic"] and number == last),
                is_variadic=row["is_variadic"] and number == last,
            )
            for last in (len(row["in_names"]) - 1,)
            for number, (name, kind) in enumerate(zip(row["in_names"], row["in_types"], strict=True))
        ),
        is_read_only=row["is_read_only"],
        returns_set=row["returns_set"],
        shape=_shape(row, relation),
        relation=relation,
        settings=tuple((name, value) for name, _, value in (s.partition("=") for s in row["settings"] or ())),
        unguarded=unguarded,
    )


def _shape(row: Any, relation: Relation | None) -> str:
    if row["is_void"]:
        return "void"
    if relation is not None:
        return "row"
    # A row type of a schema that is not exposed can be answered, but not filtered.
    return "record" if row["is_record"] or row["is_composite"] else "scalar"
