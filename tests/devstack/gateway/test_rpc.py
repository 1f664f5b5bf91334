"""Calls of functions, as the real client makes them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from postgrest.exceptions import APIError

from tests.devstack.gateway.conftest import ALICE, Project


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("add", {"a": 1, "b": 2}, 3),
        ("add", {"a": 1}, 2),
        ("names", {}, ["Alfa", 'Beta, "B"', "Gamma (G)"]),
        ("pairs", {"p_count": 2}, [{"n": 1, "doubled": 2}, {"n": 2, "doubled": 4}]),
        ("pairs", {"p_count": 0}, []),
        ("twice", {"p_text": "ab"}, "abab"),
        ("twice", {"p_number": 4}, 8),
        ("many", {"p_numbers": [1, 2, 3]}, 6),
        ("whole_body", {"any": ["thing", None]}, {"any": ["thing", None]}),
        ("echo", {"p_value": [1, {"è": "ì"}]}, {"value": [1, {"è": "ì"}], "at": None, "mood": "calm"}),
        (
            "echo",
            {"p_value": "o'k \\ \" $1", "p_mood": "busy"},
            {"value": "o'k \\ \" $1", "at": None, "mood": "busy"},
        ),
    ],
)
async def test_result_shapes(
    project: Project, function: str, arguments: dict[str, Any], expected: Any
) -> None:
    assert (await project.alice.rpc(function, arguments).execute()).data == expected


async def test_row_and_void_results(project: Project) -> None:
    shop = (await project.alice.rpc("one_shop", {"p_id": 1}).execute()).data
    assert (shop["name"], shop["rating"], shop["spot"]) == ("Alfa", 4.5, "[1,2,3]")
    assert shop["opened_at"] == "2026-01-02T03:04:05+00:00"
    response = await project.request("POST", "/rest/v1/rpc/nothing", content=b"{}")
    assert (response.status_code, response.content) == (204, b"")


async def test_get_calls(project: Project) -> None:
    assert (await project.alice.rpc("add", {"a": 2, "b": 5}, get=True).execute()).data == 7
    assert (await project.alice.rpc("find_shops", {"p_tags": ["b"]}, get=True).execute()).data[1]["id"] == 2
    assert (await project.get("/rest/v1/rpc/many?p_numbers=1&p_numbers=5")).json() == 6
    assert (await project.get('/rest/v1/rpc/echo?p_value={"a":1}')).json()["value"] == {"a": 1}


async def test_rows_of_a_function_are_selected_filtered_ordered_and_counted(project: Project) -> None:
    request = project.alice.rpc("find_shops", {}).select("id,items!items_shop_id_fkey(label)").gt("id", 1)
    result = await request.order("id", desc=True).limit(1).execute()
    assert result.data == [{"id": 3, "items": []}]
    counted = await project.request(
        "POST", "/rest/v1/rpc/find_shops?limit=1&select=id", content=b"{}", prefer="count=exact"
    )
    assert (counted.status_code, counted.headers["content-range"]) == (206, "0-0/3")


async def test_single_result(project: Project) -> None:
    rows = project.alice.rpc("find_shops", {"p_tags": ["a"]})
    single = await project.request(
        *("POST", "/rest/v1/rpc/find_shops?id=eq.1&select=id"),
        content=b"{}",
        accept="application/vnd.pgrst.object+json",
    )
    assert single.json() == {"id": 1}
    assert [row["id"] for row in (await rows.execute()).data] == [1]
    many = await project.request(
        "POST", "/rest/v1/rpc/find_shops", content=b"{}", accept="application/vnd.pgrst.object+json"
    )
    assert (many.status_code, many.json()["code"]) == (406, "PGRST116")


async def test_rows_are_cut_at_1000(project: Project) -> None:
    assert len((await project.alice.rpc("pairs", {"p_count": 1500}).execute()).data) == 1000


async def test_claims_and_settings_of_the_session(project: Project) -> None:
    response = await project.request("POST", "/rest/v1/rpc/whoami", content=b"{}", x_test="o'k; drop table")
    seen = response.json()
    assert (seen["user"], seen["role"], seen["uid"]) == ("authenticated", "authenticated", ALICE)
    assert (seen["path"], seen["method"], seen["header"]) == ("/rpc/whoami", "POST", "o'k; drop table")
    assert (seen["timeout"], seen["timezone"], seen["read_only"]) == ("8s", "UTC", "on")
    assert seen["search_path"] == '"public", "public", "extensions"'
    anon = (await project.anon.rpc("whoami").execute()).data
    assert (anon["user"], anon["uid"], anon["timeout"]) == ("anon", None, "3s")
    service = (await project.service.rpc("whoami").execute()).data
    assert (service["user"], service["timeout"]) == ("service_role", "8s")


async def test_stable_functions_and_get_run_read_only(project: Project) -> None:
    with pytest.raises(APIError) as stable:
        await project.service.rpc("insert_quietly").execute()
    assert stable.value.code == "25006"
    response = await project.get("/rest/v1/rpc/add_shops?p_names={x}")
    assert (response.status_code, response.json()["code"]) == (405, "25006")


@pytest.mark.parametrize(
    ("function", "arguments", "status", "code"),
    [
        ("no_such", {}, 404, "PGRST202"),
        ("add", {}, 404, "PGRST202"),
        ("add", {"a": 1, "c": 2}, 404, "PGRST202"),
        ("add", {"a": "x"}, 400, "22P02"),
        ("secret", {}, 403, "42501"),
        ("refuse", {"p_state": "P0001"}, 400, "P0001"),
        ("refuse", {"p_state": "PT409"}, 409, "PT409"),
        ("refuse", {"p_state": "40001"}, 500, "40001"),
        ("refuse", {"p_state": "53300"}, 503, "53300"),
        ("refuse", {"p_state": "23505"}, 409, "23505"),
        ("custom_answer", {}, 418, "C1"),
        ("sleepy", {}, 500, "57014"),
    ],
)
async def test_refusals(
    project: Project, function: str, arguments: dict[str, Any], status: int, code: str
) -> None:
    with pytest.raises(APIError) as error:
        await project.alice.rpc(function, arguments).execute()
    assert error.value.code == code
    http = project.http.build_request("POST", f"{project.gateway.url}/rest/v1/rpc/{function}", json=arguments)
    response = await project.request("POST", f"/rest/v1/rpc/{function}", content=http.content)
    assert response.status_code == status
    assert set(response.json()) == {"code", "message", "details", "hint"}
    assert response.headers["proxy-status"] == f"PostgREST; error={code}"


async def test_texts_of_an_unknown_function(project: Project) -> None:
    response = await project.request("POST", "/rest/v1/rpc/ad", content=b'{"a": 1, "z": 2}')
    assert response.json() == {
        "code": "PGRST202",
        "message": "Could not find the function public.ad(a, z) in the schema cache",
        "details": "Searched for the function public.ad with parameters a, z or with a single unnamed json/jsonb "
        "parameter, but no matches were found in the schema cache.",
        "hint": "Perhaps you meant to call the function public.add",
    }


@pytest.mark.parametrize("body", [b"[", b"nope", b"\xff", b"[1, 2"])
async def test_broken_bodies(project: Project, body: bytes) -> None:
    response = await project.request("POST", "/rest/v1/rpc/add", content=body)
    assert (response.status_code, response.json()["code"]) == (400, "PGRST102")


async def test_changed_schema_is_known_soon(own_project: Project) -> None:
    await own_project.alice.rpc("add", {"a": 1}).execute()
    async with own_project.database.connect(own_project.database.owner) as connection:
        await connection.execute(
            "drop function public.add(int, int);"
            "create function public.add(x text) returns text language sql set search_path = '' as 'select x';"
            "grant execute on function public.add(text) to authenticated"
        )
    async with asyncio.timeout(30):
        while (
            answer := await own_project.request("POST", "/rest/v1/rpc/add", content=b'{"x": "new"}')
        ).is_error:
            await asyncio.sleep(0.01)
    assert answer.json() == "new"


async def test_nothing_leaks_between_requests(project: Project) -> None:
    for _ in range(12):
        assert (await project.alice.rpc("whoami").execute()).data["uid"] == ALICE
        assert (await project.anon.rpc("whoami").execute()).data["uid"] is None
        with pytest.raises(APIError):
            await project.alice.rpc("refuse", {"p_state": "P0001"}).execute()
        service = (await project.service.rpc("whoami").execute()).data
        assert (service["user"], service["uid"]) == ("service_role", None)
