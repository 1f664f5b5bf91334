"""Every operator, as text and by the methods of the client; casts and JSON paths."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.devstack.gateway.conftest import Project

SHOPS = "/rest/v1/shops"


async def test_names_of_types_in_casts(project: Project) -> None:
    casts = "a:id::double precision,b:id::int2,c:name::varchar,d:id::oid,e:spot::vector,f:mood::mood"
    assert (await project.get(f"{SHOPS}?id=eq.1&select={casts}")).json() == [
        {"a": 1, "b": 1, "c": "Alfa", "d": "1", "e": "[1,2,3]", "f": "calm"}
    ]
    for bad in ("nothing", "int4[]", "int)--", "int4;select"):
        refused = await project.get(f"{SHOPS}?select=id::{bad}")
        assert refused.json()["code"] in ("42704", "PGRST100")


async def test_every_operator(project: Project) -> None:
    async def ids(filters: str, table: str = "shops") -> list[int]:
        response = await project.get(f"/rest/v1/{table}?select=id&order=id&{filters}")
        assert response.status_code == 200, response.text
        return [row["id"] for row in response.json()]

    assert await ids("name=match.^A") == [1]
    assert await ids("name=imatch.^a") == [1]
    assert await ids("name=like(any).{A*,G*}") == [1, 3]
    assert await ids("name=ilike(all).{*a*,*l*}") == [1]
    assert await ids("id=gt(any).{1,2}") == [2, 3]
    assert await ids("id=not.lte(all).{2,3}") == [3]
    assert await ids("rating=isdistinct.4.5") == [2, 3]
    assert await ids("rating=is.not_null") == [1, 3]
    assert await ids("rating=not.is.NULL") == [1, 3]
    assert await ids("tags=cd.{a,b,c}") == [1, 2, 3]
    assert await ids("details=cs.{%22floors%22:[2]}") == [1]
    assert await ids("details->floors->>-1=eq.2") == [1]
    assert await ids("details->city=eq.{%22name%22:%22Lodi%22}") == [2]
    assert await ids("words=fts(simple).alfa%7Cbeta") == [1, 2]
    assert await ids("words=plfts.gamma g") == [3]
    assert await ids("words=phfts.beta b") == [2]
    assert await ids("words=wfts.gamma -alfa") == [3]
    assert await ids("name=fts.alfa") == [1]
    assert await ids('name=in.("Alfa","Gamma (G)")') == [1, 3]
    assert await ids("id=in.()") == []
    assert await ids('id=in.("")') == []
    assert await ids("not.or=(id.eq.1,not.and(id.eq.2,mood.eq.calm))") == [2]
    assert await ids("name=eq.root", "branches") == [1]


async def test_ranges_as_operators(own_project: Project) -> None:
    async with own_project.database.connect(own_project.database.owner) as connection:
        await connection.execute(
            "create table public.spans (id int primary key, span int4range);"
            "insert into public.spans values (1, '[1,5)'), (2, '[5,9)'), (3, '[20,30)');"
            "grant select on public.spans to authenticated"
        )
    async with asyncio.timeout(30):
        while (await own_project.get("/rest/v1/spans")).is_error:
            await asyncio.sleep(0.01)

    async def ids(filters: str) -> list[int]:
        response = await own_project.get(f"/rest/v1/spans?select=id&order=id&span={filters}")
        assert response.status_code == 200, response.text
        return [row["id"] for row in response.json()]

    assert await ids("sl.[5,9)") == [1]
    assert await ids("sr.[5,9)") == [3]
    assert await ids("nxr.[5,9)") == [1, 2]
    assert await ids("nxl.[5,9)") == [2, 3]
    assert await ids("adj.[5,9)") == [1]
    assert await ids("ov.[4,6)") == [1, 2]


async def test_every_filter_of_the_client(project: Project) -> None:
    def shops() -> Any:
        return project.alice.table("shops").select("id").order("id")

    async def ids(query: Any) -> list[int]:
        return [row["id"] for row in (await query.execute()).data]

    assert await ids(shops().like_any_of("name", "A*,G*")) == [1, 3]
    assert await ids(shops().like_all_of("name", "*a,A*")) == [1]
    assert await ids(shops().ilike_any_of("name", "a*,g*")) == [1, 3]
    assert await ids(shops().ilike_all_of("name", "*A,a*")) == [1]
    assert await ids(shops().fts("words", "alfa")) == [1]
    assert await ids(shops().plfts("words", "gamma g")) == [3]
    assert await ids(shops().phfts("words", "beta b")) == [2]
    assert await ids(shops().wfts("words", "gamma")) == [3]
    assert await ids(shops().contained_by("tags", ["a", "b", "c"])) == [1, 2, 3]
    assert await ids(shops().cs("tags", ["a"])) == [1]
    assert await ids(shops().cd("tags", ["b"])) == [2, 3]
    assert await ids(shops().ov("tags", ["a"])) == [1]
    assert await ids(shops().or_("id.eq.1,id.eq.3").not_.eq("id", 3)) == [1]
    assert await ids(shops().gte("id", 2).lt("id", 3)) == [2]
    children = project.alice.table("shops").select("id, labels(id)").eq("id", 1)
    found = await children.or_("id.eq.1,id.eq.3", reference_table="labels").execute()
    assert found.data == [{"id": 1, "labels": [{"id": 1}]}]


async def test_long_json_paths(project: Project) -> None:
    path = "details" + "->a" * 1500
    answer = await project.get(f"{SHOPS}?select=deep:{path}&id=eq.1")
    assert answer.status_code == 200
    assert answer.json() == [{"deep": None}]
