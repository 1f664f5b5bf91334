"""Counts, CSV, preferences, ranges: what an answer says besides its rows."""

from __future__ import annotations

import json

import httpx
import pytest
from postgrest import CountMethod
from postgrest.exceptions import APIError

from tests.devstack.gateway.conftest import Project

SHOPS, ITEMS = "/rest/v1/shops", "/rest/v1/items"
PAIRS = "/rest/v1/rpc/pairs?p_count=1500"


async def test_counts_of_the_planner(project: Project) -> None:
    planned = await project.get(f"{SHOPS}?id=eq.1&select=id", prefer="count=planned")
    assert (planned.status_code, planned.headers["content-range"]) == (200, "0-0/1")
    assert planned.headers["preference-applied"] == "count=planned"
    result = await project.alice.table("shops").select("id", count=CountMethod.estimated).limit(1).execute()
    # Up to 1000 rows an estimate is exact.
    assert (len(result.data), result.count) == (1, 3)
    inner = f"{SHOPS}?select=id,labels!inner(id)&labels.id=eq.2&limit=1"
    assert (await project.get(inner, prefer="count=estimated")).headers["content-range"] == "0-0/2"


async def test_estimates_beyond_the_cap(own_project: Project) -> None:
    await own_project.rows("insert into public.drafts (note) select g::text from generate_series(1, 3000) g")
    await own_project.rows("analyze public.drafts")
    response = await own_project.get("/rest/v1/drafts?select=id", prefer="count=estimated")
    assert (response.status_code, response.headers["content-range"]) == (206, "0-999/3000")
    assert len(response.json()) == 1000
    head = await own_project.alice.table("drafts").select("*", count=CountMethod.exact, head=True).execute()
    assert head.count == 3000


async def test_counts_of_calls_and_writes(own_project: Project) -> None:
    assert (await own_project.get(f"{PAIRS}&limit=2", prefer="count=exact")).headers[
        "content-range"
    ] == "0-1/1500"
    assert (await own_project.get(f"{PAIRS}&n=gt.1490", prefer="count=estimated")).headers[
        "content-range"
    ] == "0-9/10"
    assert (await own_project.get(PAIRS, prefer="count=planned")).headers["content-range"] == "0-999/*"
    for method, path, expected in (
        ("POST", "drafts", "*/1"),
        ("PATCH", "drafts?id=gt.0", "0-0/1"),
        ("DELETE", "drafts?id=gt.0", "*/1"),
    ):
        response = await own_project.request(
            method, f"/rest/v1/{path}", content=b'{"note": "x"}', prefer="count=exact"
        )
        assert response.headers["content-range"] == expected


async def test_setof_values_are_cut_and_counted(project: Project) -> None:
    response = await project.get("/rest/v1/rpc/names?limit=1&offset=1", prefer="count=exact")
    assert (response.status_code, response.json()) == (206, ['Beta, "B"'])
    assert response.headers["content-range"] == "1-1/3"
    assert (await project.get("/rest/v1/rpc/names?order=x")).json()["code"] == "PGRST100"
    assert (await project.get("/rest/v1/rpc/names?limit=1&limit=2")).json()["code"] == "PGRST100"


async def test_records_and_null_rows(project: Project) -> None:
    assert (await project.alice.rpc("a_record").execute()).data == {"id": 1, "name": "Alfa"}
    assert (await project.alice.rpc("records").execute()).data[2] == {"id": 3, "name": "Gamma (G)"}
    missing = (await project.alice.rpc("one_shop", {"p_id": 99}).execute()).data
    assert (missing["id"], missing["name"]) == (None, None)


async def test_csv(project: Project) -> None:
    table = await project.alice.table("shops").select("id,name,tags").order("id").csv().execute()
    assert table.data == 'id,name,tags\n1,Alfa,"{a,b}"\n2,"Beta, ""B""",{b}\n3,"Gamma (G)",{}'
    assert (await project.get(f"{SHOPS}?id=eq.99", accept="text/csv")).text == "\n"
    rows = await project.get("/rest/v1/rpc/pairs?p_count=2", accept="text/csv")
    assert (rows.text, rows.headers["content-type"]) == (
        "n,doubled\n1,2\n2,4",
        "text/csv; charset=utf-8",
    )
    body = await project.request("POST", "/rest/v1/rpc/add", content=b'{"a": 1}', accept="text/csv")
    assert body.text == "pgrst_scalar\n2"
    nested = await project.get("/rest/v1/rpc/find_shops?select=id,labels(id)&id=eq.2", accept="text/csv")
    assert nested.text == 'id,labels\n2,"[{""id"":2}]"'


async def test_csv_of_a_write(own_project: Project) -> None:
    response = await own_project.request(
        *("POST", "/rest/v1/drafts?select=note"),
        content=b'[{"note": "a"}, {"note": "b"}]',
        accept="text/csv",
        prefer="return=representation",
    )
    assert (response.status_code, response.text) == (201, "note\na\nb")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json;charset=utf-8", 200),
        ("text/html, application/json;q=0.9", 200),
        ("application/vnd.pgrst.plan+json", 406),
        ("application/geo+json", 406),
    ],
)
async def test_media_types(project: Project, accept: str, status: int) -> None:
    response = await project.get(f"{SHOPS}?id=eq.1", accept=accept)
    assert response.status_code == status
    if status == 406:
        assert response.json()["code"] == "PGRST107"


@pytest.mark.parametrize(
    ("given", "header", "page"),
    [
        ("", "0-1", "0-1/*"),
        ("?limit=3", "1-5", "1-2/*"),
        ("?offset=1", "0-1", "1-1/*"),
        ("", "1-", "1-2/*"),
        ("", "bytes=0-1", "0-2/*"),
    ],
)
async def test_range_header(project: Project, given: str, header: str, page: str) -> None:
    assert (await project.get(f"{SHOPS}{given}", range=header)).headers["content-range"] == page


async def test_ranges_that_hold_nothing(project: Project) -> None:
    reversed_range = await project.get(SHOPS, range="2-1")
    assert (reversed_range.status_code, reversed_range.json()["details"]) == (
        416,
        "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
    )
    beyond = await project.get(f"{SHOPS}?offset=9", prefer="count=exact")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "*/3")
    assert beyond.json()["details"] == "An offset of 9 was requested, but there are only 3 rows."


async def test_preferences_that_are_applied(own_project: Project) -> None:
    async def applied(method: str, path: str, prefer: str, content: bytes | None = None) -> str:
        response = await own_project.request(method, path, content=content, prefer=prefer)
        assert response.is_success, response.text
        return str(response.headers.get("preference-applied", ""))

    everything = (
        "return=minimal, missing=default, resolution=ignore-duplicates, max-affected=5, handling=strict"
    )
    assert await applied("GET", SHOPS, everything) == "handling=strict"
    assert await applied("POST", "/rest/v1/drafts", everything, b'{"note": "x"}') == (
        "resolution=ignore-duplicates, missing=default, return=minimal, handling=strict"
    )
    assert await applied("DELETE", "/rest/v1/drafts?id=eq.1", everything) == (
        "return=minimal, handling=strict, max-affected=5"
    )
    assert await applied("DELETE", "/rest/v1/drafts?id=eq.1", "handling=lenient, max-affected=0, other") == (
        "handling=lenient"
    )
    assert await applied("GET", SHOPS, "timezone=Europe/Rome") == "timezone=Europe/Rome"


async def test_max_affected_of_calls(project: Project) -> None:
    prefer = "handling=strict, max-affected=1"
    many = await project.request("POST", "/rest/v1/rpc/records", content=b"{}", prefer=prefer)
    assert (many.status_code, many.json()["code"]) == (400, "PGRST124")
    value = await project.request("POST", "/rest/v1/rpc/add", content=b'{"a": 1}', prefer=prefer)
    assert (value.status_code, value.json()["code"]) == (400, "PGRST128")


async def test_preferences_that_a_hosted_project_would_not_honour(project: Project) -> None:
    for prefer in ("tx=rollback", "return=headers-only"):
        response = await project.request("POST", "/rest/v1/drafts", content=b"{}", prefer=prefer)
        assert (response.status_code, response.json()["code"]) == (400, "PGRST100")
        assert response.json()["hint"]


async def test_rows_of_defaults(own_project: Project) -> None:
    drafts = own_project.alice.table("drafts")
    assert [row["note"] for row in (await drafts.insert([{}, {}]).execute()).data] == ["none", "none"]
    assert (await drafts.insert({}).execute()).data[0]["note"] == "none"
    response = await own_project.request(
        *("PATCH", "/rest/v1/drafts?id=eq.1&columns=note"),
        content=b"{}",
        prefer="missing=default,return=representation",
    )
    assert response.json()[0]["note"] == "none"


async def test_hint_names_the_nearest_function(project: Project) -> None:
    async def hint(name: str, body: bytes) -> str | None:
        response = await project.request("POST", f"/rest/v1/rpc/{name}", content=body)
        assert response.json()["code"] == "PGRST202"
        found: str | None = response.json()["hint"]
        return found

    assert await hint("echo", b'{"p_valu": 1}') == (
        "Perhaps you meant to call the function public.echo(p_at, p_mood, p_value)"
    )
    assert await hint("ech", b"{}") == "Perhaps you meant to call the function public.echo"
    assert await hint("nothing_like_it", b"{}") is None


async def test_anonymous_is_401_and_signed_in_is_403(project: Project) -> None:
    for token, status in ((project.gateway.anon_key, 401), (None, 403)):
        response = await project.request("POST", "/rest/v1/rpc/secret", token=token, content=b"{}")
        assert (response.status_code, response.json()["code"]) == (status, "42501")
        assert response.headers["proxy-status"] == "PostgREST; error=42501"
    with pytest.raises(APIError) as head:
        await project.anon.table("items").select("*", head=True).execute()
    assert head.value.code == "42501"


async def test_nulls_are_stripped_on_demand(project: Project) -> None:
    shops = project.alice.table("shops").select("id,rating").order("id")
    assert (await shops.strip_nulls().execute()).data == [
        {"id": 1, "rating": 4.5},
        {"id": 2},
        {"id": 3, "rating": 2.0},
    ]
    one = await project.alice.table("shops").select("id,rating").eq("id", 2).strip_nulls().single().execute()
    assert one.data == {"id": 2}
    call = await project.request(
        *("POST", "/rest/v1/rpc/one_shop"),
        content=b'{"p_id": 2}',
        accept="application/vnd.pgrst.object+json;nulls=stripped",
    )
    assert "rating" not in call.json()
    assert call.headers["content-type"].startswith("application/vnd.pgrst.object+json;nulls=stripped")


async def test_functions_choose_status_and_headers(project: Project) -> None:
    async def say(status: str, headers: str) -> httpx.Response:
        body = json.dumps({"p_status": status, "p_headers": headers}).encode()
        return await project.request("POST", "/rest/v1/rpc/say", content=body)

    answer = await say("202", '[{"X-Kettle": "on"}, {"Retry-After": "3"}]')
    assert (answer.status_code, answer.headers["x-kettle"], answer.headers["retry-after"]) == (202, "on", "3")
    for status, headers, code in (
        ("20x", "", "PGRST112"),
        ("", "{}", "PGRST111"),
        ("", '[{"a": 1}]', "PGRST111"),
        ("", '[{"a": "b\\r\\nset-cookie: c"}]', "PGRST111"),
        ("", '[{"a: b": "c"}]', "PGRST111"),
    ):
        refused = await say(status, headers)
        assert (refused.status_code, refused.json()["code"]) == (500, code)
    assert (await say("", "")).status_code == 204


async def test_calls_without_body(project: Project) -> None:
    head = await project.request("HEAD", "/rest/v1/rpc/pairs?p_count=3", prefer="count=exact")
    assert (head.status_code, head.content, head.headers["content-range"]) == (200, b"", "0-2/3")
    counted = await project.alice.rpc("pairs", {"p_count": 3}, count=CountMethod.exact, head=True).execute()
    assert counted.count == 3
    refused = await project.request("HEAD", "/rest/v1/rpc/add_shops?p_names={x}")
    assert (refused.status_code, refused.headers["proxy-status"]) == (405, "PostgREST; error=25006")
    filtered = await project.alice.rpc("one_shop", {"p_id": 1}).eq("name", "Beta").execute()
    assert filtered.data is None
