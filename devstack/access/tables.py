"""Tries every verb on every table as every kind of person, and says which rows it reached."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from devstack.access.catalog import Table
from devstack.access.world import FOREIGN, MATE, OUTSIDER, OWN, PEOPLE, Person, Row, World

VERBS = ("select", "insert", "update", "delete")
DENIED = "denied"
"""The role has no grant: not even the question is allowed. `none` is a grant that reaches no row."""

Matrix = dict[str, dict[str, dict[str, str]]]
"""Table → person → verb → which rows: denied, none, own, business, all, or owners joined by `+`."""


@asynccontextmanager
async def acting_as(connection: asyncpg.Connection, person: Person, **claims: object) -> AsyncIterator[None]:
    """A transaction with a person's role and claims, and more of them, that leaves nothing behind.

    `connection` signed in as `authenticator`, as the API does, or as a superuser.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(
            "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
            person.role,
            person.claims(**claims),
        )
        yield
    finally:
        await transaction.rollback()


async def try_tables(connection: asyncpg.Connection, world: World) -> Matrix:
    """The matrix of all tables. `connection` signed in as `authenticator`."""
    matrix: Matrix = {}
    for person in PEOPLE:
        async with acting_as(connection, person):
            for table in world.tables.values():
                matrix.setdefault(table.name, {})[person.name] = await _try_table(
                    connection, world, table, person
                )
    return matrix


async def try_views(connection: asyncpg.Connection, world: World, views: list[str]) -> Matrix:
    """The same for views, which can only be read: they are told apart by business."""
    owners = {str(world.businesses[OWN]): (OWN, MATE), str(world.businesses[FOREIGN]): (FOREIGN,)}
    matrix: Matrix = {view: {} for view in views}
    for person in PEOPLE:
        async with acting_as(connection, person):
            for view in views:
                sql = f'select distinct business_id::text as business from public."{view}"'
                found = await _rows(connection, sql)
                seen = None if found is None else {o for row in found for o in owners[row["business"]]}
                matrix[view][person.name] = {"select": _scope(seen, {OWN, MATE, FOREIGN}, person)}
    return matrix


async def _try_table(
    connection: asyncpg.Connection, world: World, table: Table, person: Person
) -> dict[str, str]:
    reached: dict[str, set[str] | None] = {}
    rows = world.rows[table.name]
    key = ", ".join(f'"{name}"::text' for name in table.key)
    found = await _rows(connection, f'select {key} from public."{table.name}"')
    seen = None if found is None else {tuple(row) for row in found}
    reached["select"] = (
        None
        if seen is None
        else {o for o, row in rows if tuple(str(row[name]) for name in table.key) in seen}
    )
    for verb in VERBS[1:]:
        granted = await _granted(connection, verb, table)
        reached[verb] = await _try_rows(
            connection, _sql(verb, table, granted), rows, is_granted=bool(granted)
        )
    existing = {owner for owner, _ in rows}
    return {verb: _scope(owners, existing, person) for verb, owners in reached.items()}


async def _try_rows(
    connection: asyncpg.Connection, sql: str, rows: list[tuple[str, Row]], *, is_granted: bool
) -> set[str] | None:
    """The owners whose row a write reached; None if the role has no grant, which one try shows."""
    owners = set()
    for owner, row in rows:
        savepoint = connection.transaction()
        await savepoint.start()
        try:
            status = await connection.execute(sql, json.dumps(row))
            if not status.endswith(" 0"):
                owners.add(owner)
        except asyncpg.InsufficientPrivilegeError:
            # Row security refuses an insert with the same code: then there is a grant, and other rows may pass.
            if not is_granted:
                return None
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError):
            # Rights are asked before constraints, so whoever got here was let in.
            owners.add(owner)
        finally:
            await savepoint.rollback()
    return owners


async def _granted(connection: asyncpg.Connection, verb: str, table: Table) -> list[str]:
    """Columns that the current role may write by this verb, the key last; for a delete the whole row counts."""
    if verb == "delete":
        sql = "select has_table_privilege(current_role, $1::regclass, 'delete')"
        return ["*"] if await connection.fetchval(sql, f'public."{table.name}"') else []
    columns = [c for c in table.columns if verb == "insert" or not c.fixed]
    names = [c.name for c in columns if c.name not in table.key] + [
        c.name for c in columns if c.name in table.key
    ]
    sql = (
        "select name from unnest($2::text[]) with ordinality n (name, i) "
        "where has_column_privilege(current_role, $1::regclass, name, $3) order by i"
    )
    found = await connection.fetch(sql, f'public."{table.name}"', names, verb)
    return [row["name"] for row in found]


def _sql(verb: str, table: Table, granted: list[str]) -> str:
    """One write of one row, given as JSON. Tried with the columns that are granted, or else with all."""
    record = f'jsonb_populate_record(null::public."{table.name}", $1::text::jsonb)'
    columns = [name for name in granted if name != "*"] or [c.name for c in table.columns if not c.fixed]
    where = " and ".join(f't."{name}" = (r."{name}")' for name in table.key)
    if verb == "insert":
        names = ", ".join(f'"{name}"' for name in columns)
        return (
            f'insert into public."{table.name}" ({names}) overriding system value '
            f"select {names} from {record}"
        )
    if verb == "update":
        first = columns[0]
        return f'update public."{table.name}" t set "{first}" = r."{first}" from {record} r where {where}'
    return f'delete from public."{table.name}" t using {record} r where {where}'


async def _rows(connection: asyncpg.Connection, sql: str) -> list[asyncpg.Record] | None:
    """What a question returns, or None if it may not be asked."""
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        return list(await connection.fetch(sql))
    except asyncpg.InsufficientPrivilegeError:
        return None
    finally:
        await savepoint.rollback()


def _scope(reached: set[str] | None, existing: set[str], person: Person) -> str:
    """The owners reached, in a word."""
    if reached is None:
        return DENIED
    # What outsiders do to their own business is no news; the question is what they do to the other one.
    found = reached - {FOREIGN} if person is OUTSIDER and reached != existing else reached
    if not found:
        return "none"
    if found == existing:
        return "all"
    business = existing & {OWN, MATE}
    if business and business <= found:
        rest = sorted(found - business)
        return "+".join(["business", *rest])
    return "+".join(sorted(found))
