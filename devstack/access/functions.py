"""Who may execute which function, by grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from devstack.access.expected import NAME, Call

ROLES = ("anon", "authenticated", "service_role")


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
        wanted = expected.get(function.name)
        if "anon" in function.roles and not (wanted and "anon" in wanted.may):
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
