"""Writes: what comes back, what conflicts do, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.target import BUSINESS, Callers
from tests.contract.test_rest_reads import TABLE, refusal


def row(term: str, expansion: str = "x") -> dict[str, Any]:
    return {"business_id": BUSINESS, "term": term, "expansion": expansion}


@pytest.mark.covers("rest: POST table", "rest: Prefer return=representation")
async def test_inserted_rows_come_back(callers: Callers, words: str) -> None:
    """With defaults filled in, unless `minimal` is asked for. Source: client on the wire, PostgREST Prefer."""
    service = await callers.service()
    (made,) = await callers.rows(service.table(TABLE).insert(row(words, "è € 🐕")))
    assert (made["term"], made["expansion"]) == (words, "è € 🐕")
    assert len(made["id"]) == 36
    quiet = service.table(TABLE).insert(row(f"{words}-2"), returning="minimal")
    assert await callers.rows(quiet) == []


@pytest.mark.covers("rest: several rows at once", "rest: columns")
async def test_several_rows_are_one_transaction(callers: Callers, words: str) -> None:
    """One bad row and none is kept. Source: PostgREST: one statement per request."""
    service = await callers.service()
    rows = [row(f"{words}-1"), {"business_id": BUSINESS, "term": f"{words}-2", "expansion": None}]
    assert (await refusal(callers, service.table(TABLE).insert(rows)))[0] == "23502"
    assert await callers.rows(service.table(TABLE).select("term").like("term", f"{words}%")) == []
    good = [row(f"{words}-1"), row(f"{words}-2")]
    assert len(await callers.rows(service.table(TABLE).insert(good))) == 2


@pytest.mark.covers("rest: on_conflict", "rest: Prefer resolution=ignore-duplicates")
async def test_conflicts(callers: Callers, words: str) -> None:
    """23505, or ignored, or merged. Source: PostgREST Prefer resolution; client on the wire."""
    service = await callers.service()
    key = "business_id,term,expansion"
    await callers.done(service.table(TABLE).insert(row(words)).execute)
    assert (await refusal(callers, service.table(TABLE).insert(row(words))))[0] == "23505"
    ignored = service.table(TABLE).upsert(row(words), on_conflict=key, ignore_duplicates=True)
    assert await callers.rows(ignored) == []
    merged = service.table(TABLE).upsert(row(words), on_conflict=key)
    assert [one["term"] for one in await callers.rows(merged)] == [words]
    wrong = service.table(TABLE).upsert(row(words), on_conflict="term")
    assert (await refusal(callers, wrong))[0] == "42P10"


@pytest.mark.covers("rest: PATCH table", "rest: DELETE table")
async def test_changes_and_removals_name_their_rows(callers: Callers, glossary: str) -> None:
    """Changed and removed rows come back; without a filter both are refused. Source: safeupdate, 21000."""
    service = await callers.service()
    changed = service.table(TABLE).update({"expansion": "new"}).eq("term", f"{glossary}-a")
    assert [one["expansion"] for one in await callers.rows(changed)] == ["new"]
    nobody = service.table(TABLE).update({"expansion": "new"}).eq("term", "nothing")
    assert await callers.rows(nobody) == []
    removed = service.table(TABLE).delete().eq("term", f"{glossary}-b")
    assert [one["term"] for one in await callers.rows(removed)] == [f"{glossary}-b"]
    assert (await refusal(callers, service.table(TABLE).delete()))[0] == "21000"
    assert (await refusal(callers, service.table(TABLE).update({"expansion": "x"})))[0] == "21000"


async def test_columns_that_do_not_exist(callers: Callers, words: str) -> None:
    """PGRST204 names the column of a body. Source: PostgREST errors v14."""
    service = await callers.service()
    wrong = {**row(words), "no_such_column": 1}
    assert (await refusal(callers, service.table(TABLE).insert([wrong])))[0] == "PGRST204"


async def test_what_constraints_refuse(callers: Callers, words: str) -> None:
    """23503 for a key that is not there, 23502 for a missing value. Source: PostgreSQL, passed on by PostgREST."""
    service = await callers.service()
    foreign = {**row(words), "business_id": "00000000-0000-4000-8000-0000000000ff"}
    assert (await refusal(callers, service.table(TABLE).insert(foreign)))[0] == "23503"
    assert (await refusal(callers, service.table(TABLE).insert({"term": words})))[0] == "23502"
