"""Tables of the publication, as one role may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

_PUBLISHED = """
    select c.oid::int8 as oid, c.relispartition or c.relkind = 'p' as is_partition
    from pg_catalog.pg_publication_tables t
    join pg_catalog.pg_namespace n on n.nspname = t.schemaname
    join pg_catalog.pg_class c on c.relname = t.tablename and c.relnamespace = n.oid
    where t.pubname = 'supabase_realtime'
      and $1::text in ('*', t.schemaname::text) and $2::text in ('*', t.tablename::text)
"""
_TABLE = """
    select c.relname as name, n.nspname as schema, c.relrowsecurity as has_rls,
      pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as sql_name,
      json_agg(json_build_object(
        'name', a.attname, 'type', t.typname, 'sql_name', pg_catalog.quote_ident(a.attname),
        'sql_type', pg_catalog.quote_ident(tn.nspname) || '.' || pg_catalog.quote_ident(t.typname),
        'is_key', coalesce(a.attnum = any (i.indkey), false),
        'is_readable', pg_catalog.has_column_privilege($2::name, c.oid, a.attnum, 'select')
      ) order by a.attnum)::text as columns
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_catalog.pg_type t on t.oid = a.atttypid
    join pg_catalog.pg_namespace tn on tn.oid = t.typnamespace
    left join pg_catalog.pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.oid = $1::int8::oid
    group by 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and whether the role may read it."""

    name: str
    type: str
    sql_name: str
    sql_type: str
    is_key: bool
    is_readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as one role sees it."""

    schema: str
    name: str
    sql_name: str
    has_rls: bool
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[Column, ...]:
        """The primary key."""
        return tuple(column for column in self.columns if column.is_key)

    def column(self, name: str) -> Column | None:
        """A column that the role may read."""
        return next((c for c in self.columns if c.name == name and c.is_readable), None)


async def published(connection: Any, schema: str, table: str) -> dict[int, bool]:
    """The tables of the publication with that name; `*` fits any. oid → whether it is partitioned."""
    rows = await connection.fetch(_PUBLISHED, schema, table)
    return {row["oid"]: row["is_partition"] for row in rows}


async def load(connection: Any, entity: int, role: str) -> Table | None:
    """A table by its oid; None when it is gone."""
    row = await connection.fetchrow(_TABLE, entity, role)
    if row is None:
        return None
    columns = tuple(Column(**column) for column in orjson.loads(row["columns"]))
    return Table(
        schema=row["schema"],
        name=row["name"],
        sql_name=row["sql_name"],
        has_rls=row["has_rls"],
        columns=columns,
    )
