"""Reads and writes of tables, as the real client makes them."""

from __future__ import annotations

from typing import Any

import pytest
from postgrest import CountMethod, ReturnMethod
from postgrest.exceptions import APIError

from tests.devstack.gateway.conftest import ALICE, BOB, Project

SHOPS = "/rest/v1/shops"


async def ids(query: Any) -> list[int]:
    """The ids of the rows of a query, in order."""
    return [row["id"] for row in (await query.order("id").execute()).data]


async def test_select_with_alias_path_and_cast(project: Project) -> None:
    columns = "id::text, called:name, details->city->>name, first:details->floors->0, words:tags"
    result = await project.alice.table("shops").select(columns).eq("id", 1).execute()
    assert result.data == [{"id": "1", "called": "Alfa", "name": "Roma", "first": 1, "words": ["a", "b"]}]


async def test_filters(project: Project) -> None:
    def shops() -> Any:
        return project.alice.table("shops").select("id")

    assert await ids(shops().eq("name", 'Beta, "B"')) == [2]
    assert await ids(shops().neq("id", 2)) == [1, 3]
    assert await ids(shops().gt("id", 1).lte("id", 2)) == [2]
    assert await ids(shops().in_("name", ['Beta, "B"', "Gamma (G)", "x\\y"])) == [2, 3]
    assert await ids(shops().in_("id", [])) == []
    assert await ids(shops().not_.in_("id", [1])) == [2, 3]
    assert await ids(shops().is_("rating", "null")) == [2]
    assert await ids(shops().not_.is_("rating", "null")) == [1, 3]
    assert await ids(shops().like("name", "A%")) == [1]
    assert await ids(shops().ilike("name", "*a*")) == [1, 2, 3]
    assert await ids(shops().contains("tags", ["b"])) == [1, 2]
    assert await ids(shops().overlaps("tags", ["a", "z"])) == [1]
    assert await ids(shops().contains("details", {"city": {"name": "Lodi"}})) == [2]
    assert await ids(shops().filter("details->city->>name", "eq", "Roma")) == [1]
    assert await ids(shops().or_("id.eq.1,and(id.gt.2,rating.not.is.null)")) == [1, 3]
    assert await ids(shops().or_('name.eq."Beta, \\"B\\"",id.in.(3)')) == [2, 3]
    assert await ids(shops().filter("mood", "eq", "calm").filter("id", "eq(any)", "{1,3}")) == [1, 3]
    assert await ids(shops().text_search("words", "alfa")) == [1]
    assert await ids(shops().eq("opened_at", "2026-01-02T03:04:05Z")) == [1, 2, 3]
    assert await ids(shops().match({"id": 1, "name": "Alfa"})) == [1]


async def test_order_and_pages(project: Project) -> None:
    query = project.alice.table("shops").select("id")
    assert [r["id"] for r in (await query.order("rating", desc=True, nullsfirst=True).execute()).data] == [
        2,
        1,
        3,
    ]
    page = (
        await project.alice.table("shops")
        .select("id", count=CountMethod.exact)
        .order("id")
        .range(1, 1)
        .execute()
    )
    assert (page.data, page.count) == ([{"id": 2}], 3)
    head = await project.alice.table("shops").select("id", count=CountMethod.exact, head=True).execute()
    assert head.count == 3


async def test_range_statuses(project: Project) -> None:
    part = await project.get(f"{SHOPS}?select=id&limit=2", prefer="count=exact")
    assert (part.status_code, part.headers["content-range"]) == (206, "0-1/3")
    uncounted = await project.get(f"{SHOPS}?select=id&limit=2")
    assert (uncounted.status_code, uncounted.headers["content-range"]) == (200, "0-1/*")
    beyond = await project.get(f"{SHOPS}?offset=9", prefer="count=exact")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "PGRST103")
    none = await project.get(f"{SHOPS}?id=eq.99")
    assert (none.json(), none.headers["content-range"]) == ([], "*/*")


async def test_single_and_maybe_single(project: Project) -> None:
    table = project.alice.table("shops")
    assert (await table.select("id").eq("id", 1).single().execute()).data == {"id": 1}
    assert await table.select("id").eq("id", 99).maybe_single().execute() is None
    with pytest.raises(APIError) as error:
        await table.select("id").single().execute()
    assert (error.value.code, error.value.details) == ("PGRST116", "The result contains 3 rows")


async def test_embeds(project: Project) -> None:
    result = await (
        project.alice.table("shops")
        .select("id, items!items_shop_id_fkey(label, price), addresses(city)")
        .order("id")
        .order("price", desc=True, foreign_table="items")
        .execute()
    )
    assert result.data[0] == {
        "id": 1,
        "items": [{"label": "bowl", "price": 12.0}, {"label": "rope", "price": 3.5}],
        "addresses": {"city": "Roma"},
    }
    assert result.data[2] == {"id": 3, "items": [], "addresses": None}


async def test_embed_to_one_inner_and_filtered(project: Project) -> None:
    result = (
        await project.alice.table("items")
        .select("id, shop:shop_id(name), rival_id!inner(id)")
        .order("id")
        .execute()
    )
    assert result.data == [
        {"id": 1, "shop": {"name": "Alfa"}, "rival_id": {"id": 2}},
        {"id": 3, "shop": {"name": 'Beta, "B"'}, "rival_id": {"id": 1}},
    ]
    inner = project.alice.table("shops").select(
        "id, items!items_shop_id_fkey!inner(id)", count=CountMethod.exact
    )
    found = await inner.gt("items.price", 20).execute()
    assert (found.data, found.count) == ([{"id": 2, "items": [{"id": 3}]}], 1)
    outer = project.alice.table("shops").select("id, items!items_shop_id_fkey(id)").eq("items.label", "rope")
    assert [len(row["items"]) for row in (await outer.order("id").execute()).data] == [1, 0, 0]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/rest/v1/nothing", 404, "PGRST205"),
        ("/rest/v1/hidden", 403, "42501"),
        (f"{SHOPS}?select=nope", 400, "42703"),
        (f"{SHOPS}?nope=eq.1", 400, "42703"),
        (f"{SHOPS}?id=1", 400, "PGRST100"),
        (f"{SHOPS}?id=eqq.1", 400, "PGRST100"),
        (f"{SHOPS}?id=eq.x", 400, "22P02"),
        (f"{SHOPS}?id=is.3", 400, "PGRST100"),
        (f"{SHOPS}?id=in.1,2", 400, "PGRST100"),
        (f"{SHOPS}?limit=-1", 416, "PGRST103"),
        (f"{SHOPS}?order=id.down", 400, "PGRST100"),
        (f"{SHOPS}?select=id::nothing", 400, "42704"),
        (f"{SHOPS}?select=id.sum()", 400, "PGRST123"),
        (f"{SHOPS}?select=...items(id)", 400, "PGRST100"),
        (f"{SHOPS}?select=items(id)", 300, "PGRST201"),
        (f"{SHOPS}?select=hidden(id)", 400, "PGRST200"),
        (f"{SHOPS}?items.id=eq.1", 400, "PGRST108"),
        (f"{SHOPS}?on_conflict=id", 400, "PGRST100"),
        (f"{SHOPS}?or=(id.eq.1", 400, "PGRST100"),
        (f"{SHOPS}?or=" + "(and" * 50 + "(id.eq.1)", 400, "PGRST100"),
        (f"{SHOPS}?name=eq.%00", 400, "22021"),
        ("/rest/v1/shops/1", 404, "PGRST125"),
    ],
)
async def test_refused_reads(project: Project, path: str, status: int, code: str) -> None:
    response = await project.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"code", "message", "details", "hint"}


async def test_refused_headers(project: Project) -> None:
    assert (await project.get(SHOPS, accept="text/html")).json()["code"] == "PGRST107"
    assert (await project.get(SHOPS, accept_profile="auth")).json()["code"] == "PGRST106"
    strict = await project.get(SHOPS, prefer="handling=strict, nonsense")
    assert strict.json()["code"] == "PGRST122"
    lenient = await project.get(SHOPS, prefer="nonsense", accept_profile="public")
    assert (lenient.status_code, lenient.headers["content-profile"]) == (200, "public")


async def test_column_grants_of_anon(project: Project) -> None:
    assert len((await project.anon.table("shops").select("id,name").execute()).data) == 3
    with pytest.raises(APIError) as error:
        await project.anon.table("shops").select("*").execute()
    assert error.value.code == "42501"
    anon = await project.get(SHOPS, token=project.gateway.anon_key)
    assert (anon.status_code, anon.headers["www-authenticate"]) == (401, "Bearer")


async def test_insert(own_project: Project) -> None:
    one = (
        await own_project.alice.table("shops")
        .insert({"name": "Delta", "details": {"a": [1]}, "spot": [1, 0, 2]})
        .execute()
    )
    assert (one.data[0]["owner"], one.data[0]["details"], one.data[0]["spot"]) == (
        ALICE,
        {"a": [1]},
        "[1,0,2]",
    )
    two = await own_project.alice.table("shops").insert([{"name": "E"}, {"name": "F"}]).execute()
    assert [row["name"] for row in two.data] == ["E", "F"]
    quiet = (
        await own_project.alice.table("shops").insert({"name": "G"}, returning=ReturnMethod.minimal).execute()
    )
    assert quiet.data == []
    defaults = own_project.alice.table("shops").insert(
        [{"name": "H"}, {"name": "I", "mood": "busy"}], default_to_null=False
    )
    assert [row["mood"] for row in (await defaults.execute()).data] == ["calm", "busy"]
    assert (await own_project.service.table("shops").insert([]).execute()).data == []


async def test_insert_selects_and_embeds(own_project: Project) -> None:
    query = own_project.service.table("items").insert({"shop_id": 1, "label": "new"})
    response = await own_project.request(
        *("POST", "/rest/v1/items?select=label,shop:shop_id(name)"),
        content=b'{"shop_id": 1, "label": "new"}',
        token=own_project.gateway.service_role_key,
        prefer="return=representation",
    )
    assert (response.status_code, response.json()) == (201, [{"label": "new", "shop": {"name": "Alfa"}}])
    assert (await query.execute()).data[0]["label"] == "new"


async def test_row_security_of_writes(project: Project) -> None:
    with pytest.raises(APIError) as error:
        await project.alice.table("shops").insert({"name": "X", "owner": BOB}).execute()
    assert error.value.code == "42501"
    assert (await project.bob.table("shops").update({"name": "mine"}).eq("id", 1).execute()).data == []
    assert (await project.bob.table("shops").delete().eq("id", 1).execute()).data == []
    assert (await project.alice.table("shops").select("name").eq("id", 1).execute()).data == [
        {"name": "Alfa"}
    ]


async def test_upsert(own_project: Project) -> None:
    table = own_project.service.table("shops")
    merged = await table.upsert({"name": "Alfa", "mood": "busy"}, on_conflict="name").execute()
    assert (merged.data[0]["id"], merged.data[0]["mood"]) == (1, "busy")
    ignored = await table.upsert(
        {"name": "Alfa", "mood": "calm"}, on_conflict="name", ignore_duplicates=True
    ).execute()
    assert ignored.data == []
    both = await table.upsert([{"id": 1, "name": "A"}, {"id": 50, "name": "B"}]).execute()
    assert [row["id"] for row in both.data] == [1, 50]


async def test_upsert_statuses(own_project: Project) -> None:
    async def status(body: bytes) -> int:
        prefer = "resolution=merge-duplicates,return=minimal"
        token = own_project.gateway.service_role_key
        path = f"{SHOPS}?on_conflict=name"
        return (await own_project.request("POST", path, content=body, token=token, prefer=prefer)).status_code

    assert await status(b'{"name": "Alfa", "mood": "busy"}') == 200
    assert await status(b'[{"name": "Alfa"}, {"name": "Other"}]') == 201


async def test_update_and_delete(own_project: Project) -> None:
    changed = (
        await own_project.alice.table("shops").update({"name": "Alpha", "rating": None}).eq("id", 1).execute()
    )
    assert (changed.data[0]["name"], changed.data[0]["rating"]) == ("Alpha", None)
    none = await own_project.request(
        "PATCH", f"{SHOPS}?id=eq.1", content=b"{}", prefer="return=representation"
    )
    assert none.json() == []
    removed = await own_project.service.table("items").delete().gt("price", 20).execute()
    assert [row["label"] for row in removed.data] == ["lamp"]
    quiet = await own_project.request(
        "DELETE", "/rest/v1/items?id=eq.1", token=own_project.gateway.service_role_key
    )
    assert (quiet.status_code, quiet.content) == (204, b"")


async def test_writes_without_filter_are_refused(project: Project) -> None:
    for method, content in (("PATCH", b'{"name": "x"}'), ("DELETE", b"{}")):
        response = await project.request(method, SHOPS, content=content)
        assert (response.status_code, response.json()["code"]) == (400, "21000")


async def test_refused_single_result_undoes_the_write(project: Project) -> None:
    response = await project.request(
        *("PATCH", "/rest/v1/items?price=gt.0"),
        content=b'{"price": 99}',
        token=project.gateway.service_role_key,
        prefer="return=representation",
        accept="application/vnd.pgrst.object+json",
    )
    assert response.json()["code"] == "PGRST116"
    assert await ids(project.service.table("items").select("id").eq("price", 99)) == []


async def test_max_affected_undoes_the_write(project: Project) -> None:
    with pytest.raises(APIError) as error:
        await project.service.table("items").update({"price": 99}).gt("id", 0).max_affected(1).execute()
    assert error.value.code == "PGRST124"
    assert await ids(project.service.table("items").select("id").eq("price", 99)) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"nope": 1}', 400, "PGRST204"),
        (b'{"name": "Alfa"}', 409, "23505"),
        (b'{"name": null}', 400, "23502"),
        (b'{"name": "' + b"x" * 50 + b'"}', 400, "23514"),
        (b'{"name": "x", "mood": "angry"}', 400, "22P02"),
        (b'[{"name": "x"}, {"mood": "busy"}]', 400, "PGRST102"),
        (b"[1]", 400, "PGRST102"),
        (b"", 400, "PGRST102"),
    ],
)
async def test_refused_inserts(project: Project, body: bytes, status: int, code: str) -> None:
    response = await project.request("POST", SHOPS, content=body)
    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_foreign_key_error(project: Project) -> None:
    with pytest.raises(APIError) as error:
        await project.service.table("items").insert({"shop_id": 999, "label": "x"}).execute()
    assert error.value.code == "23503"
    assert "shop_id" in str(error.value.details)


async def test_views_are_read(project: Project) -> None:
    assert (await project.alice.table("cheap").select("label").execute()).data == [{"label": "rope"}]
