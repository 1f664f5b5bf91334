"""What the migrated schema holds: tables with their columns and references, views, functions."""

from __future__ import annotations

import re
from dataclasses import dataclass

import asyncpg


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as far as an example row needs it."""

    name: str
    type: str
    required: bool
    """Not null, without a default."""
    fixed: bool
    """Always counted up by the database: never updated."""
    words: tuple[str, ...]
    """The values that a check allows, if it names them."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key: `columns` of this table hold `keys` of `table`."""

    name: str
    columns: tuple[str, ...]
    table: str
    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the schema `public`. Generated columns are left out: nobody writes them."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]

    def column(self, name: str) -> Column | None:
        """The column of this name."""
        return next((column for column in self.columns if column.name == name), None)


_COLUMNS = """
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull and not a.atthasdef and a.attidentity = '' as required,
      a.attidentity = 'a' as fixed, a.attnum = any (coalesce(k.conkey, '{}')) as in_key
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    order by c.relname, a.attnum
"""
_REFERENCES = """
    select r.conname as name, r.conrelid::regclass::text as table, r.confrelid::regclass::text as other,
      array(select a.attname from unnest(r.conkey) with ordinality k (n, i)
        join pg_attribute a on a.attrelid = r.conrelid and a.attnum = k.n order by k.i) as columns,
      array(select a.attname from unnest(r.confkey) with ordinality k (n, i)
        join pg_attribute a on a.attrelid = r.confrelid and a.attnum = k.n order by k.i) as keys
    from pg_constraint r where r.contype = 'f' and r.connamespace = 'public'::regnamespace order by r.oid
"""
_CHECKS = """
    select conrelid::regclass::text as table, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace order by oid
"""
_VIEWS = """
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm') order by relname
"""
_LIST = re.compile(r"\((\w+) = ANY \(\(?ARRAY\[(.*?)\]", re.DOTALL)


async def read_tables(connection: asyncpg.Connection) -> dict[str, Table]:
    """The tables of `public` by name."""
    words: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in await connection.fetch(_CHECKS):
        for column, listed in _LIST.findall(row["definition"]):
            found = tuple(re.findall(r"'([^']*)'::", listed))
            words.setdefault((_bare(row["table"]), column), found)
    references: dict[str, list[Reference]] = {}
    for row in await connection.fetch(_REFERENCES):
        reference = Reference(
            name=row["name"],
            columns=tuple(row["columns"]),
            table=_bare(row["other"]),
            keys=tuple(row["keys"]),
        )
        references.setdefault(_bare(row["table"]), []).append(reference)
    columns: dict[str, list[Column]] = {}
    keys: dict[str, list[str]] = {}
    for row in await connection.fetch(_COLUMNS):
        table, name = row["table"], row["name"]
        columns.setdefault(table, []).append(
            Column(
                name=name,
                type=row["type"],
                required=row["required"],
                fixed=row["fixed"],
                words=words.get((table, name), ()),
            )
        )
        if row["in_key"]:
            keys.setdefault(table, []).append(name)
    return {
        name: Table(
            name=name,
            columns=tuple(found),
            key=tuple(keys.get(name, ())),
            references=tuple(references.get(name, ())),
        )
        for name, found in columns.items()
    }


async def read_views(connection: asyncpg.Connection) -> list[str]:
    """The views of `public`."""
    return [row["relname"] for row in await connection.fetch(_VIEWS)]


def _bare(name: str) -> str:
    """`public.orders` and `orders` are one table; `auth.users` keeps its schema."""
    return name.removeprefix("public.")
