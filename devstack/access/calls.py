"""Calls functions as people, sees whom they let in and what they change, and takes everything back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from devstack.access.arguments import fill
from devstack.access.catalog import Reference, Table
from devstack.access.expected import Call, ExpectationError
from devstack.access.functions import Function
from devstack.access.tables import acting_as
from devstack.access.world import OWN, PEOPLE, Person, World

REFUSALS = {"42501", "PT403", "PT404"}
"""Codes that mean: not for you, or not there for you."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a call: `code` is the SQLSTATE of a refusal or error, None if it returned."""

    code: str | None
    message: str
    changed: tuple[str, ...] = ()
    """What is not as it was: tables of the business watched, references that lead across."""

    @property
    def was_refused(self) -> bool:
        return self.code in REFUSALS


@dataclass(frozen=True, kw_only=True)
class Watch:
    """How the rows of a business are told apart: `sql` returns (name, digest); `before` is what it returned."""

    sql: str
    before: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """Whom a function let in, and what went wrong for them: example arguments should be good ones."""

    people: tuple[str, ...]
    errors: tuple[str, ...]


async def try_people(
    connection: asyncpg.Connection, world: World, functions: list[Function], expected: Mapping[str, Call]
) -> dict[str, Welcome]:
    """Calls each function with rows of the first business as everybody who can sign in."""
    found = {}
    for function in functions:
        if function.schema != "public" or function.name not in expected:
            continue
        try:
            args = fill(function, expected[function.name], world, lambda _place: OWN)
        except ExpectationError as error:
            # All that is missing is said at once.
            found[function.name] = Welcome(people=expected[function.name].may, errors=(str(error),))
            continue
        people, errors = [], []
        for person in PEOPLE:
            if person.role != "authenticated":
                continue
            outcome = await call(connection, person, function, args)
            if outcome.was_refused:
                continue
            people.append(person.name)
            if outcome.code not in (None, expected[function.name].ends):
                errors.append(
                    f"{function.name}: fails for {person.name} with the example arguments: {outcome.message}"
                )
        found[function.name] = Welcome(people=tuple(people), errors=tuple(errors))
    return found


async def call(
    connection: asyncpg.Connection,
    person: Person,
    function: Function,
    args: Mapping[str, Any],
    *,
    watch: Watch | None = None,
) -> Outcome:
    """Call a function as a person and take everything back.

    `connection` is a superuser's if `watch` is given.
    """
    types = dict(function.arguments)
    async with acting_as(connection, person):
        named = ", ".join(f"{name} => ${i}::text::{types[name]}" for i, name in enumerate(args, 1))
        savepoint = connection.transaction()
        await savepoint.start()
        try:
            values = [_text(value, types[name]) for name, value in args.items()]
            result = await connection.fetchval(
                f'select string_agg(x::text, chr(10)) from public."{function.name}"({named}) x', *values
            )
        except asyncpg.PostgresError as error:
            await savepoint.rollback()
            return Outcome(code=error.sqlstate, message=str(error))
        if watch is None:
            return Outcome(code=None, message=str(result))
        await connection.execute("reset role")
        after = await _digests(connection, watch.sql)
        changed = tuple(name for name, digest in after.items() if watch.before[name] != digest)
        return Outcome(code=None, message=str(result), changed=changed)


async def _digests(connection: asyncpg.Connection, sql: str) -> dict[str, str]:
    return {row[0]: row[1] for row in await connection.fetch(sql)}


def _text(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    if kind.endswith("[]"):
        return "{" + ",".join(json.dumps(str(item)) for item in value) + "}"
    if kind in ("jsonb", "json"):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


async def watch(connection: asyncpg.Connection, world: World, owner: str) -> Watch:
    """Looks at everything that belongs to an owner's business, and at references from one business to another.

    `connection` is a superuser's.
    """
    business = world.businesses[owner]
    assert isinstance(business, uuid.UUID)
    parts = []
    for table in world.tables.values():
        if table.name == "businesses":
            where = f"t.id = '{business}'"
        elif table.column("business_id") is not None:
            where = f"t.business_id = '{business}'"
        elif table.column("user_id") is not None:
            # What is a person's own, such as their log-in, belongs to where they work.
            staff = f"select s.user_id from public.staff s where s.active and s.business_id = '{business}'"
            where = f"t.user_id in ({staff})"
        else:
            where = "true"
        parts.append(
            f"select '{table.name}', md5(coalesce(string_agg(t::text, ',' order by t::text), '')) "
            f'from public."{table.name}" t where {where}'
        )
        parts += [
            _crossings(table, reference)
            for reference in table.references
            if _may_cross(world, table, reference)
        ]
    sql = " union all ".join(parts)
    return Watch(sql=sql, before=await _digests(connection, sql))


def _may_cross(world: World, table: Table, reference: Reference) -> bool:
    other = world.tables.get(reference.table)
    return (
        len(reference.columns) == 1
        and other is not None
        and other.column("business_id") is not None
        and table.column("business_id") is not None
    )


def _crossings(table: Table, reference: Reference) -> str:
    column, key = reference.columns[0], reference.keys[0]
    return (
        f"select '{table.name}.{column} leads to another business', count(*)::text from public.\"{table.name}\" t "
        f'join public."{reference.table}" o on t."{column}" = o."{key}" where t.business_id <> o.business_id'
    )
