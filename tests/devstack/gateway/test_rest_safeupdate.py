"""UPDATE and DELETE without WHERE: refused where they are asked for, and in the functions that would do it."""

from __future__ import annotations

import httpx
import pytest

from devstack.gateway.rest.safeupdate import Body, findings, reached
from tests.devstack.gateway.conftest import Project
from tests.fixtures.cluster import NewDatabase
from tests.fixtures.gateway import GatewayFor

DANGEROUS = [
    "delete from t",
    "begin delete from only public.t; end",
    "begin update t set a = (select 1 from u where u.b = 2); end",
    "with gone as (delete from t returning id) select * from gone where id > 3",
    "with gone as (delete from t returning id) update u set a = 1 from gone where gone.id = u.id",
    "begin for r in update t set a = 1 returning * loop x := (select 1 where true); end loop; end",
    "begin if a then\n  update t -- where it hurts\n  set a = 'where'; end if; end",
    "begin execute 'delete from t'; end",
    "begin execute format('update %I set a = 1', n) using x; end",
    "begin execute 'delete from ' || quote_ident(n); end",
    "begin execute $q$delete from t$q$; end",
    'update "where" set a = 1',
    "delete from t using u",
    "do $$ begin null; end $$; DELETE FROM t",
]
HARMLESS = [
    "delete from t where true",
    "update t set a = 1 where b = 2 returning id into x",
    "delete from t using (select 1 from u) v where v.a = t.a",
    "insert into t values (1) on conflict (id) do update set a = excluded.a",
    "select 1 from t for update; select 2 from t for no key update skip locked",
    "merge into t using u on t.a = u.a when matched then update set b = 1 when not matched by source then delete",
    "begin if tg_op = 'DELETE' then return old; end if; end",
    "begin execute 'delete from ' || quote_ident(n) || ' where id = $1' using x; end",
    "begin raise notice 'delete from t'; end",
    "/* delete from t */ select '--', 1 -- update t set a = 1",
    "begin for r in delete from t where a returning * loop null; end loop; end",
    "create trigger x before update or delete on t execute function f()",
    "grant update, delete on t to someone",
]


@pytest.mark.parametrize("source", DANGEROUS)
def test_statements_without_where_are_found(source: str) -> None:
    assert len(list(findings(Body(1, "public.f", source)))) == 1


@pytest.mark.parametrize("source", HARMLESS)
def test_nothing_else_is(source: str) -> None:
    assert list(findings(Body(1, "public.f", source))) == []


def test_functions_that_call_such_a_function() -> None:
    bodies = [
        Body(1, "private.wipe", "delete from t"),
        Body(2, "public.calls", "begin perform private.wipe(); end"),
        Body(3, "public.calls_again", "select Public.CALLS (1)"),
        Body(4, "public.fine", "select 'wipe'"),
    ]
    assert {oid: finding.function for oid, finding in reached(bodies).items()} == dict.fromkeys(
        (1, 2, 3), "private.wipe"
    )


async def test_calls_are_refused_as_on_a_hosted_project(project: Project) -> None:
    for name in ("clear_labels", "spring_cleaning"):
        response = await project.request("POST", f"/rest/v1/rpc/{name}", content=b"{}")
        assert (response.status_code, response.json()["code"]) == (400, "21000")
        assert response.json()["message"] == "DELETE requires a WHERE clause"
        assert "public.clear_labels" in response.json()["hint"]


async def test_the_log_names_functions_of_every_schema_once(
    new_database: NewDatabase, gateway_for: GatewayFor, caplog: pytest.LogCaptureFixture
) -> None:
    database = await new_database(platform_only=True)
    async with database.connect(database.owner) as owner:
        await owner.execute(
            "create schema private; create table private.t (id int);"
            "create function private.wiped() returns trigger language plpgsql set search_path = ''"
            " as $$ begin update private.t set id = 1; return null; end $$"
        )
    gateway = await gateway_for(database)
    async with httpx.AsyncClient(verify=False) as http:
        for _ in range(2):
            # Every look at its health reads the schema again.
            assert (await http.get(f"{gateway.url}/health")).is_success
    said = [record.getMessage() for record in caplog.records if "private.wiped" in record.getMessage()]
    assert said == ["hosted projects refuse this: update private.t set id = 1 in private.wiped"]
