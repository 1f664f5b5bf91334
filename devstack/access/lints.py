"""Rules that a migrated schema keeps, each a question that names what breaks it.

They follow the advice of Supabase's database linter, where it applies here, and add this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from devstack.access.expected import NAME


@dataclass(frozen=True, kw_only=True)
class Lint:
    """`sql` returns one column `name`: the offenders."""

    remedy: str
    sql: str


# Tables and functions of ours; what an extension brought is its own affair.
_TABLE = "c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
_FUNCTION = (
    "p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) "
    "and not exists (select 1 from pg_depend x where x.objid = p.oid and x.deptype = 'e')"
)
# A column leads an index, whole or over all rows where it is not null.
_IS_LED = """exists (select 1 from pg_index i
    where i.indrelid = {table} and i.indisvalid and i.indkey[0] = {column}
      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)',
        (select a.attname from pg_attribute a where a.attrelid = {table} and a.attnum = {column}))))"""
_CONDITION = "concat_ws(' ', p.qual, p.with_check)"
_POLICIES = "pg_policies p where p.schemaname in ('public', 'storage', 'realtime')"

LINTS: dict[str, Lint] = {
    "table_without_row_security": Lint(
        remedy="alter table … enable row level security",
        sql=f"select c.relname as name from pg_class c where {_TABLE} and not c.relrowsecurity",
    ),
    "row_security_without_policy": Lint(
        remedy="write a policy, or name the table here as the service's own, with the reason",
        sql=f"select c.relname as name from pg_class c where {_TABLE} and c.relrowsecurity "
        "and not exists (select 1 from pg_policy p where p.polrelid = c.oid)",
    ),
    "policy_without_row_security": Lint(
        remedy="alter table … enable row level security; until then the policy does nothing",
        sql="select p.polrelid::regclass || ': ' || p.polname as name from pg_policy p "
        "join pg_class c on c.oid = p.polrelid where not c.relrowsecurity",
    ),
    "table_without_primary_key": Lint(
        remedy="give it one",
        sql=f"select c.relname as name from pg_class c where {_TABLE} "
        "and not exists (select 1 from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')",
    ),
    "foreign_key_without_index": Lint(
        remedy="create an index that its column leads: deleting what is referred to reads the whole table otherwise",
        sql="select r.conrelid::regclass || '.' || a.attname as name from pg_constraint r "
        "join pg_attribute a on a.attrelid = r.conrelid and a.attnum = r.conkey[1] "
        "where r.contype = 'f' and r.connamespace = 'public'::regnamespace "
        f"and not {_IS_LED.format(table='r.conrelid', column='r.conkey[1]')}",
    ),
    "policy_column_without_index": Lint(
        remedy="create an index that the column leads: the policy is asked with every read",
        sql="select distinct d.refobjid::regclass || '.' || a.attname as name from pg_depend d "
        "join pg_policy p on p.oid = d.objid join pg_class c on c.oid = p.polrelid and c.oid = d.refobjid "
        "join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid "
        f"where d.classid = 'pg_policy'::regclass and d.refobjsubid > 0 and {_TABLE} "
        f"and not {_IS_LED.format(table='d.refobjid', column='d.refobjsubid')}",
    ),
    "duplicate_index": Lint(
        remedy="drop one of them",
        sql="select min(i.indexrelid::regclass::text) || ' = ' || max(i.indexrelid::regclass::text) as name "
        "from pg_index i join pg_class c on c.oid = i.indrelid where c.relnamespace = 'public'::regnamespace "
        "group by i.indrelid, i.indkey::text, i.indclass::text, i.indoption::text, "
        "pg_get_expr(i.indpred, i.indrelid), pg_get_expr(i.indexprs, i.indrelid) having count(*) > 1",
    ),
    "policy_asks_for_each_row": Lint(
        remedy="write (select auth.uid()) instead of auth.uid(), so that it is asked once",
        sql=f"select p.tablename || ': ' || p.policyname as name from {_POLICIES} and "
        rf"regexp_replace({_CONDITION}, 'SELECT (auth\.\w+\(\)|realtime\.topic\(\)|current_setting\()', '', 'gi') "
        r"~* '(auth\.\w+\(\)|realtime\.topic\(\)|current_setting\()'",
    ),
    "several_permissive_policies": Lint(
        remedy="join them by `or` in one: each is asked with every read",
        sql="select p.tablename || ' for ' || v.verb || ' to ' || r.role as name "
        "from pg_policies p cross join unnest(p.roles) r (role) "
        "cross join unnest(case when p.cmd = 'ALL' then '{SELECT,INSERT,UPDATE,DELETE}' "
        "else array[p.cmd] end) v (verb) where p.permissive = 'PERMISSIVE' and p.schemaname = 'public' "
        "group by p.tablename, v.verb, r.role having count(*) > 1",
    ),
    "policy_for_everybody": Lint(
        remedy="say `to authenticated`: anonymous visitors have no business here",
        sql=f"select p.tablename || ': ' || p.policyname as name from {_POLICIES} "
        "and p.roles && array['public', 'anon']::name[]",
    ),
    "policy_that_is_always_true": Lint(
        remedy="say whose rows; grants alone protect nothing between businesses",
        sql=f"select p.tablename || ': ' || p.policyname as name from {_POLICIES} "
        "and (lower(btrim(p.qual, '() ')) in ('true', '1 = 1') "
        "or lower(btrim(p.with_check, '() ')) in ('true', '1 = 1'))",
    ),
    "policy_on_user_metadata": Lint(
        remedy="ask the table staff: people write their own user_metadata",
        sql=f"select p.tablename || ': ' || p.policyname as name from {_POLICIES} "
        f"and {_CONDITION} ~* 'user_metadata'",
    ),
    "anything_granted_to_anon": Lint(
        remedy="revoke it: anonymous visitors read nothing and write nothing",
        sql="select c.relname as name from pg_class c where c.relnamespace in ('public'::regnamespace, "
        "'private'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm', 'f') and has_any_column_privilege("
        "'anon', c.oid, 'select, insert, update, references') or c.relnamespace = 'public'::regnamespace "
        "and c.relkind = 'S' and has_sequence_privilege('anon', c.oid, 'usage, select, update')",
    ),
    "view_with_its_owners_rights": Lint(
        remedy="create it with (security_invoker = true), so that policies hold for whoever reads it",
        sql="select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and "
        "(c.relkind = 'm' or c.relkind = 'v' and not coalesce(c.reloptions, '{}') && "
        "array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'])",
    ),
    "function_without_search_path": Lint(
        remedy="set search_path = '' and qualify every name: the caller's path must not choose what is called",
        sql=f"select p.oid::regprocedure::text as name from pg_proc p where {_FUNCTION} "
        "and not exists (select 1 from unnest(p.proconfig) s where s like 'search_path=%')",
    ),
    "function_for_everybody": Lint(
        remedy="revoke execute … from public, anon and grant it by name",
        sql="select p.oid::regprocedure::text as name from pg_proc p "
        "cross join aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
        f"where {_FUNCTION} and (a.grantee = 0 or a.grantee = 'anon'::regrole)",
    ),
    "open_function_that_does_not_ask_who_calls": Lint(
        remedy="begin with private.require_role or another check: with its owner's rights it reads past policies",
        sql=f"select p.oid::regprocedure::text as name from pg_proc p where {_FUNCTION} and p.prosecdef "
        "and has_function_privilege('authenticated', p.oid, 'execute') "
        r"and p.prosrc !~ '(private\.require_|private\.my_|auth\.uid\(\))'",
    ),
    "function_that_writes_every_row": Lint(
        remedy="add a where: sessions of the API refuse update and delete without one",
        sql="select distinct p.oid::regprocedure::text as name from pg_proc p "
        "cross join regexp_split_to_table(p.prosrc, ';') s (statement) "
        rf"where {_FUNCTION} and s.statement ~* '\m(update|delete from)\s+public\.' "
        r"and s.statement !~* '\mwhere\M'",
    ),
    "time_without_zone": Lint(
        remedy="use timestamptz",
        sql=f"select c.relname || '.' || a.attname as name from pg_class c join pg_attribute a on a.attrelid = c.oid "
        f"where {_TABLE} and a.attnum > 0 and a.atttypid = 'timestamp'::regtype",
    ),
    "table_or_view_without_comment": Lint(
        remedy="comment on … is: one sentence that says what a row is",
        sql="select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace "
        "and c.relkind in ('r', 'p', 'v', 'm') and obj_description(c.oid, 'pg_class') is null",
    ),
    "function_without_comment": Lint(
        remedy="comment on function … is: what it does, what it takes and returns",
        sql=f"select p.oid::regprocedure::text as name from pg_proc p where {_FUNCTION} "
        "and obj_description(p.oid, 'pg_proc') is null",
    ),
}


async def offenders(
    connection: asyncpg.Connection, lint: str, exceptions: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """What breaks a rule and is no exception; and exceptions that nothing needs any more. Sentences."""
    found = {row["name"] for row in await connection.fetch(LINTS[lint].sql)}
    allowed = exceptions.get(lint, {})
    lines = [
        f"{name}: {lint}. {LINTS[lint].remedy[0].upper()}{LINTS[lint].remedy[1:]}."
        for name in found - allowed.keys()
    ]
    lines += [
        f"{name}: remove it from `exceptions` → `{lint}` in {NAME}; nothing there breaks the rule."
        for name in allowed.keys() - found
    ]
    return sorted(lines)
