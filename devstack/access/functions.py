"""Who may execute which function, by grant; and, by calling, whom a function that people may call lets in."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from devstack.access.catalog import Reference, Table
from devstack.access.expected import NAME, Call, ExpectationError
from devstack.access.tables import acting_as
from devstack.access.world import FOREIGN, OWN, PEOPLE, Person, World

ROLES = ("anon", "authenticated", "service_role")
REFUSALS = {"42501", "PT403", "PT404"}
"""Codes that mean: not for you, or not there for you."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of schema `public` or `private` and the roles that may execute it."""

    schema: str
    name: str
    signature: str
    arguments: tuple[tuple[str, str], ...]
    """Names and types of what goes in."""
    required: int
    """How many of them have no default."""
    roles: tuple[str, ...]
    is_trigger: bool


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


_FUNCTIONS = """
    select n.nspname as schema, p.proname as name, p.oid::regprocedure::text as signature,
      coalesce(p.proargnames[1:p.pronargs], '{}') as names, p.proargtypes::regtype[]::text[] as types,
      p.pronargs - p.pronargdefaults as required, p.prorettype = 'trigger'::regtype as is_trigger,
      array(select r from unnest($1::text[]) r where has_function_privilege(r, p.oid, 'execute')) as roles
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'private')
      and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by n.nspname desc, p.proname, signature
"""


async def read_functions(connection: asyncpg.Connection) -> list[Function]:
    """Every function of ours with its grants."""
    return [
        Function(
            schema=row["schema"],
            name=row["name"],
            signature=row["signature"],
            arguments=tuple(zip(row["names"], row["types"], strict=True)),
            required=row["required"],
            roles=tuple(row["roles"]),
            is_trigger=row["is_trigger"],
        )
        for row in await connection.fetch(_FUNCTIONS, list(ROLES))
    ]


def compare_grants(
    found: list[Function], expected: Mapping[str, Call], policy_helpers: tuple[str, ...]
) -> list[str]:
    """Grants that are not as expected, in sentences; empty when all are."""
    lines = []
    for function in found:
        if "anon" in function.roles:
            lines.append(f"{function.signature}: anon may execute it; revoke it from public and anon.")
        is_open = "authenticated" in function.roles
        if function.schema == "private":
            if is_open and function.name not in policy_helpers:
                lines.append(
                    f"{function.signature}: authenticated may execute it, but it is not under `policy_helpers` "
                    f"in {NAME}. Revoke the grant unless a policy calls it."
                )
        elif is_open and function.name not in expected:
            lines.append(
                f"{function.signature}: authenticated may execute it, but it has no entry. Add it under "
                f"`functions` in {NAME} with who passes its check and example arguments, then run "
                "`./dev access --write`."
            )
        elif not is_open and function.name in expected:
            lines.append(f"{function.signature}: expected to be granted to authenticated, and is not.")
        elif function.schema == "public" and "service_role" not in function.roles and not function.is_trigger:
            lines.append(f"{function.signature}: nobody may execute it; grant it by name.")
    names = {function.name for function in found}
    lines += [
        f"{name}: there is no such function; remove it from {NAME}." for name in expected if name not in names
    ]
    return lines


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
            if outcome.code is not None:
                errors.append(
                    f"{function.name}: fails for {person.name} with the example arguments: {outcome.message}"
                )
        found[function.name] = Welcome(people=tuple(people), errors=tuple(errors))
    return found


def attacks(function: Function, expected: Call, world: World) -> list[dict[str, Any]]:
    """Arguments in which at least one id is of another business, every mixture of the attacker's and the other's.

    A function that takes no ids is tried as it is: it must not tell of anybody else either.
    """
    places = _places(function, expected)
    if not places:
        return [fill(function, expected, world, lambda _place: FOREIGN)]
    mixtures = itertools.product((OWN, FOREIGN), repeat=len(places))
    # FOREIGN is where the attackers are at home, OWN the business they try to reach.
    wanted = [dict(zip(places, mixture, strict=True)) for mixture in mixtures if OWN in mixture]
    return [fill(function, expected, world, chosen.__getitem__) for chosen in wanted]


def fill(function: Function, expected: Call, world: World, owner_of: Any) -> dict[str, Any]:
    """Arguments for a call: ids of rows of `owner_of(place)`, the rest from the expectations.

    A place is the name of an id argument, or `@table` where example arguments name a row by that.
    Raises ExpectationError for an argument without an example.
    """
    args: dict[str, Any] = {}
    for index, (name, kind) in enumerate(function.arguments):
        if name in expected.args:
            args[name] = _filled(expected.args[name], world, owner_of)
        elif kind == "uuid" and (column := name.removeprefix("p_")) in world.id_columns:
            args[name] = str(world.id_of(column, owner_of(name)))
        elif kind == "uuid" or index < function.required:
            # Also an id that may be left out is tried: it could be another business's.
            raise ExpectationError(
                f"{function.name}: no example for {name}. Say one under `functions` in {NAME}: args: "
                f"{{{name}: …}}; `@table` is the id of a row there."
            )
    return args


def _places(function: Function, expected: Call) -> list[str]:
    ids = [name for name, kind in function.arguments if kind == "uuid" and name not in expected.args]
    named = sorted({word for value in expected.args.values() for word in _named(value)})
    return [*ids, *named]


def _named(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.startswith("@") else []
    if isinstance(value, Mapping):
        return [word for inner in value.values() for word in _named(inner)]
    return [word for inner in value for word in _named(inner)] if isinstance(value, list) else []


def _filled(value: Any, world: World, owner_of: Any) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        table = world.tables.get(value[1:])
        if table is None:
            raise ExpectationError(f"{NAME}: {value} names no table")
        return str(world.row(table.name, owner_of(value))[table.key[0]])
    if isinstance(value, Mapping):
        return {key: _filled(inner, world, owner_of) for key, inner in value.items()}
    return [_filled(inner, world, owner_of) for inner in value] if isinstance(value, list) else value


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
