"""No function changes or empties a whole table.

Sessions of the hosted API load `safeupdate`: an update or delete without a WHERE fails there with 21000, also inside a
function. The library is not part of the embedded server, so the functions are read instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.fixtures.cluster import Database

pytestmark = pytest.mark.database

_IGNORED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_WORD = re.compile(r"[a-z_]+|[();]", re.IGNORECASE)
_NOT_A_STATEMENT = ("for", "do", "on", "key", "before", "after", "or", "grant", "of")


def whole_table_writes(sql: str) -> Iterator[str]:
    """Updates and deletes of a body that name no rows, each as its first words."""
    words = [word.lower() for word in _WORD.findall(_IGNORED.sub(" ", sql))]
    for at, word in enumerate(words):
        is_update = word == "update" and (at == 0 or words[at - 1] not in _NOT_A_STATEMENT)
        is_delete = word == "delete" and words[at + 1 : at + 2] == ["from"]
        if (is_update or is_delete) and not _has_where(words[at:]):
            yield " ".join(words[at : at + 6])


def _has_where(words: list[str]) -> bool:
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth < 0 or (word == ";" and depth == 0):
            return False
        if word == "where" and depth == 0:
            return True
    return False


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update a set b = 1;", 1),
        ("update a set b = (select c from d where e);", 1),
        ("with x as (delete from a returning 1) select 1 where true;", 1),
        ("begin delete from a; update b set c = 1 where d; end", 1),
        ("update a set b = 'where';", 1),
        ("update a set b = 1 -- where\n;", 1),
        ("update a set b = 1 from c where true;", 0),
        ("insert into a values (1) on conflict do update set b = 1;", 0),
        ("select 1 from a for update; select 1 from a for no key update;", 0),
        ("with x as (update a set b = 1 where c returning 1) select 1", 0),
    ],
)
def test_writes_without_a_where_are_found(sql: str, expected: int) -> None:
    assert len(list(whole_table_writes(sql))) == expected


async def test_functions_name_the_rows_they_write(database: Database) -> None:
    async with database.connect() as connection:
        functions = await connection.fetch(
            "select p.oid::regprocedure::text as name, p.prosrc from pg_proc p "
            "where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) "
            "and p.prolang <> (select oid from pg_language where lanname = 'c')"
        )
    assert len(functions) > 40
    found = {row["name"]: writes for row in functions if (writes := list(whole_table_writes(row["prosrc"])))}
    assert found == {}
