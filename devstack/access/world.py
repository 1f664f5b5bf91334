"""A small world in every table: two businesses, their people, and rows that belong to a rider or don't.

Each table gets a row per owner, made from its columns: references lead to the row of the same owner, checks that
list values get the first one. What can't be guessed is said under `rows` and `columns` in the expectations, where
`@table` is the id of a row of the same owner.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from devstack.access.catalog import Table

OWN, MATE, FOREIGN, COMMON = "own", "mate", "foreign", "common"
"""Rows of the rider, of another rider of the same business, of another business, of no business."""

Row = dict[str, Any]


class WorldError(Exception):
    """An example row could not be made; the message says for which table, and what to write where."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who asks: a database role, and for signed-in people the user in the token."""

    name: str
    role: str
    user: uuid.UUID | None = None

    def claims(self, **more: Any) -> str:
        """`request.jwt.claims` as the API sets them."""
        subject = {"sub": str(self.user)} if self.user else {}
        # What people can write about themselves must never open a door.
        boast = {"user_metadata": {"role": "admin", "is_admin": True}}
        return json.dumps({**boast, **more, "role": self.role, **subject})


def _signed_in(name: str) -> Person:
    return Person(name=name, role="authenticated", user=uuid.uuid5(uuid.NAMESPACE_URL, f"person/{name}"))


ANON = Person(name="anon", role="anon")
VIEWER, AGENT, ADMIN = _signed_in("viewer"), _signed_in("agent"), _signed_in("admin")
OUTSIDER = _signed_in("outsider")
"""An agent of another business."""
OTHER_ADMIN = _signed_in("other_admin")
"""An admin of another business; for attacks."""
RIDER = _signed_in("rider")
FORMER = _signed_in("former")
"""An admin who has been switched off, and a rider who has been, in one."""
STRANGER = uuid.uuid5(uuid.NAMESPACE_URL, "person/stranger")
"""Signed in, and works for nobody."""
SERVICE = Person(name="service", role="service_role")

PEOPLE = (ANON, VIEWER, AGENT, ADMIN, OUTSIDER, RIDER, FORMER, SERVICE)
"""The columns of the matrix."""

# Rows whose people are fixed: who signs in as what.
_STAFF = {
    "agent": (AGENT, OWN, "agent", True),
    "viewer": (VIEWER, OWN, "viewer", True),
    "admin": (ADMIN, OWN, "admin", True),
    "former": (FORMER, OWN, "admin", False),
    "outsider": (OUTSIDER, FOREIGN, "agent", True),
    "other_admin": (OTHER_ADMIN, FOREIGN, "admin", True),
}
_RIDERS = {
    OWN: (RIDER.user, True),
    MATE: (FORMER.user, False),
    FOREIGN: (None, True),
}

_VALUES: dict[str, Any] = {
    "boolean": False,
    "jsonb": {},
    "json": {},
    "uuid": None,
    "date": "2026-01-01",
    "interval": "1 hour",
    "tsvector": "",
    "bytea": "",
    "timestamp with time zone": "2026-01-01T00:00:00Z",
    "timestamp without time zone": "2026-01-01T00:00:00",
}


@dataclass(frozen=True, kw_only=True)
class World:
    """What was made: of each table the rows by owner."""

    tables: dict[str, Table]
    rows: dict[str, list[tuple[str, Row]]]
    businesses: dict[str, uuid.UUID]

    def row(self, table: str, owner: str) -> Row:
        """The first row of an owner. Raises KeyError."""
        for found, row in self.rows[table]:
            if found == owner:
                return row
        raise KeyError(f"{table} has no row of {owner}")

    @property
    def id_columns(self) -> frozenset[str]:
        """Names of columns that refer to another table, such as `dealer_id`."""
        return frozenset(
            reference.columns[0]
            for table in self.tables.values()
            for reference in table.references
            if len(reference.columns) == 1 and reference.table in self.rows
        )

    def id_of(self, column: str, owner: str) -> Any:
        """What one of `id_columns` holds for an owner. Raises KeyError."""
        for table in self.tables.values():
            for reference in table.references:
                if reference.columns == (column,) and reference.table in self.rows:
                    return self.row(reference.table, owner)[reference.keys[0]]
        raise KeyError(f"no foreign key has a column {column}")


async def build(
    connection: asyncpg.Connection,
    tables: dict[str, Table],
    *,
    rows: Mapping[str, Mapping[str, Any]],
    columns: Mapping[str, Any],
) -> World:
    """Fill a migrated database. `connection` is a superuser's. Raises WorldError."""
    for person in (*(entry[0] for entry in _STAFF.values()), RIDER):
        await connection.execute(
            "insert into auth.users (id, email) values ($1, $2)", person.user, f"{person.name}@access.example"
        )
    world = World(
        tables=tables,
        rows={name: [] for name in tables},
        businesses={OWN: uuid.uuid4(), FOREIGN: uuid.uuid4()},
    )
    for table in _ordered(tables.values()):
        for owner, fixed in _wanted(table, world):
            row = _example(table, owner, world, {**columns, **rows.get(table.name, {})})
            world.rows[table.name].append((owner, await _insert(connection, table, {**row, **fixed})))
    return world


def _wanted(table: Table, world: World) -> list[tuple[str, Row]]:
    """The owners a table has rows of, with what is fixed in each row."""
    ours, theirs = world.businesses[OWN], world.businesses[FOREIGN]
    if table.name == "businesses":
        return [(OWN, {"id": ours}), (FOREIGN, {"id": theirs})]
    if table.name == "staff":
        return [
            (owner, {"user_id": person.user, "role": role, "active": active, "name": name})
            for name, (person, owner, role, active) in _STAFF.items()
        ]
    if table.name == "riders":
        return [(owner, {"user_id": user, "active": active}) for owner, (user, active) in _RIDERS.items()]
    business = table.column("business_id")
    shared = business is not None and not business.required and table.name not in _bound(table)
    mates: list[tuple[str, Row]] = [] if _is_one_each(table) else [(MATE, {})]
    return [(OWN, {}), *mates, (FOREIGN, {}), *([(COMMON, {"business_id": None})] if shared else [])]


def _is_one_each(table: Table) -> bool:
    """Whether there is one row for each business or member of staff, so that a colleague has none beside it."""
    by_one = {r.columns for r in table.references if r.table in ("businesses", "staff")}
    return tuple(table.key) in by_one


def _bound(table: Table) -> set[str]:
    """The table's own name if its key holds the business: then a row without one can't be."""
    return {table.name} if "business_id" in table.key else set()


def _ordered(tables: Iterable[Table]) -> list[Table]:
    """Referred-to tables first. A circle is cut at a reference that may be empty."""
    left = {table.name: table for table in tables}
    done: list[Table] = []
    while left:
        ready = [t for t in left.values() if not _targets(t, required=False) & left.keys()] or [
            t for t in left.values() if not _targets(t, required=True) & left.keys()
        ][:1]
        if not ready:
            raise WorldError(f"required foreign keys lead in a circle: {', '.join(sorted(left))}")
        for table in ready:
            done.append(left.pop(table.name))
    return done


def _targets(table: Table, *, required: bool) -> set[str]:
    needed = {column.name for column in table.columns if column.required}
    return {
        reference.table
        for reference in table.references
        if reference.table != table.name and (not required or needed & set(reference.columns))
    }


def _example(table: Table, owner: str, world: World, given: Mapping[str, Any]) -> Row:
    row: Row = {}
    for column in table.columns:
        if column.required:
            row[column.name] = _value(table, column.name, column.type, column.words, owner)
    for reference in table.references:
        target = world.rows.get(reference.table)
        if target and reference.table != table.name:
            like = _like(target, owner)
            row |= {column: like[key] for column, key in zip(reference.columns, reference.keys, strict=True)}
    if table.column("business_id") is not None:
        row["business_id"] = world.businesses[FOREIGN if owner == FOREIGN else OWN]
    named = {name: value for name, value in given.items() if table.column(name) is not None}
    return row | {name: _named(value, owner, world) for name, value in named.items()}


def _named(value: Any, owner: str, world: World) -> Any:
    """A value with each `@table` in it replaced by the id of a row there, of the same owner."""
    if isinstance(value, str) and value.startswith("@"):
        return _like(world.rows[value[1:]], owner)["id"]
    if isinstance(value, Mapping):
        return {name: _named(inner, owner, world) for name, inner in value.items()}
    return [_named(inner, owner, world) for inner in value] if isinstance(value, list) else value


def _like(rows: list[tuple[str, Row]], owner: str) -> Row:
    """A row of this owner; a colleague's where the table tells no riders apart."""
    return next(
        row for wanted in (owner, OWN if owner != FOREIGN else FOREIGN) for o, row in rows if o == wanted
    )


def _value(table: Table, column: str, kind: str, words: tuple[str, ...], owner: str) -> Any:
    if words:
        return words[0]
    if kind == "uuid":
        return uuid.uuid4()
    if kind.endswith("[]"):
        return []
    if kind in ("integer", "bigint", "smallint", "real", "double precision") or kind.startswith("numeric"):
        return 1 + (OWN, MATE, FOREIGN, COMMON).index(owner)
    if kind.startswith(("text", "character")):
        # Letters only: short codes, slugs and names of templates take them all.
        return f"{column.replace('_', '')}{owner}"
    if "vec(" in kind or kind.startswith("extensions.vector("):
        return str([0.1] * int(kind.partition("(")[2].rstrip(")")))
    if kind not in _VALUES:
        raise WorldError(f"{table.name}.{column}: no example for the type {kind}; {_REMEDY}")
    return _VALUES[kind]


_REMEDY = "say a value under `rows` (one table) or `columns` (every table) in tests/database/access.yaml"


async def _insert(connection: asyncpg.Connection, table: Table, row: Row) -> Row:
    names = ", ".join(f'"{name}"' for name in row)
    sql = (
        f'insert into public."{table.name}" ({names}) overriding system value '
        f'select {names} from jsonb_populate_record(null::public."{table.name}", $1::text::jsonb) '
        f'returning to_jsonb("{table.name}".*)::text'
    )
    try:
        made = json.loads(await connection.fetchval(sql, json.dumps(row, default=str)))
    except asyncpg.PostgresError as error:
        raise WorldError(f"{table.name}: an example row was refused ({error}); {_REMEDY}") from error
    return dict(made)
