"""Whatever arrives gets the documented refusal, and the next request its answer."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

import pytest
from postgrest.exceptions import APIError

from tests.devstack.gateway.conftest import Project

SHOPS = "/rest/v1/shops"
DEEP = b"[" * 100_000


async def still_serves(project: Project) -> None:
    assert (await project.alice.rpc("add", {"a": 1}).execute()).data == 2


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        # A malformed value is refused even where no row would have been compared with it.
        (f"{SHOPS}?id=eq.1&id=eq.2&opened_at=eq.yesterdayish", 400, "22007"),
        ("/rest/v1/drafts?at=gt.never", 400, "22007"),
        ("/rest/v1/drafts?or=(id.eq.1,at.in.(never))", 400, "22007"),
        ("/rest/v1/drafts?at=eq(any).{never}", 400, "22007"),
        (f"{SHOPS}?id=in.({'9' * 40})", 400, "22003"),
        (f"{SHOPS}?mood=eq.angry", 400, "22P02"),
        (f"{SHOPS}?name=cs.x", 404, "42883"),
        (f"{SHOPS}?id=like.1*", 404, "42883"),
        (f"{SHOPS}?name=match.(", 400, "2201B"),
        (f"{SHOPS}?words=fts.a b", 400, "42601"),
        (f"{SHOPS}?words=fts(klingon).a", 400, "42704"),
        (f"{SHOPS}?details->a->>b->c=eq.1", 404, "42883"),
        # Parameters twice, without value, in odd shapes.
        (f"{SHOPS}?select=id&select=name", 400, "PGRST100"),
        (f"{SHOPS}?order=id&order=name", 400, "PGRST100"),
        (f"{SHOPS}?limit=1&limit=2", 400, "PGRST100"),
        (f"{SHOPS}?id", 400, "PGRST100"),
        (f"{SHOPS}?=eq.1", 400, "PGRST100"),
        (f"{SHOPS}?id==eq.1", 400, "PGRST100"),
        (f"{SHOPS}?id.=eq.1", 400, "PGRST100"),
        (f"{SHOPS}?limit=99999999999999999999", 400, "PGRST100"),
        (f"{SHOPS}?limit=%D9%A3", 400, "PGRST100"),
        (f"{SHOPS}?or=()", 400, "PGRST100"),
        (f"{SHOPS}?or=(id.eq.1))", 400, "PGRST100"),
        (f"{SHOPS}?select=id,,name", 400, "PGRST100"),
        (f"{SHOPS}?select=(id)", 400, "PGRST100"),
        (f"{SHOPS}?columns=id", 400, "PGRST100"),
        # Depth.
        (f"{SHOPS}?or=" + "(and" * 500 + "(id.eq.1" + ")" * 501, 400, "PGRST100"),
        (f"{SHOPS}?select=" + "labels(" * 500 + "id" + ")" * 500, 400, "PGRST100"),
        # Bytes.
        (f"{SHOPS}?name=eq.%ff%fe", 400, "22021"),
        (f"{SHOPS}?%c0%af=eq.1", 400, "22021"),
        (f"{SHOPS}?name=eq.%ED%A0%80", 400, "22021"),
        (f"{SHOPS}?name=eq.a%00b", 400, "22021"),
        (f"{SHOPS}?select=details->>%00", 400, "22021"),
        (f"{SHOPS}?select=%22%00%22", 400, "42703"),
        (f"{SHOPS}?select=%22a%00%22:id", 400, "PGRST100"),
        (f"{SHOPS}?name=eq.%2500%zz%", 200, ""),
        (f"{SHOPS}?n%61me=eq.Alfa&select=%69d", 200, ""),
        (f"{SHOPS}?name=eq.Alfa%26id%3Deq.2", 200, ""),
        # Paths.
        ("/rest/v1/shops%00", 404, "PGRST205"),
        ("/rest/v1/shops%2F1", 404, "PGRST125"),
        ("/rest/v1/rpc/", 404, "PGRST125"),
        ("/rest/v1/rpc", 404, "PGRST205"),
        ("/rest/v1/rpc/add/x", 404, "PGRST125"),
        ("/rest/v1shops", 404, "PGRST125"),
        ("/rest/v1/", 404, "PGRST126"),
        ("/rest/v1/public.shops", 404, "PGRST205"),
        ("/rest/v1/pg_class", 404, "PGRST205"),
        ("/rest/v1/rpc/pg_sleep?seconds=9", 404, "PGRST202"),
        ("/rest/v1/rpc/twice?p_text=1&p_number=2", 404, "PGRST202"),
        ("/rest/v1/rpc/twice?p_text=is.nonsense", 400, "PGRST100"),
    ],
)
async def test_refused_requests(project: Project, path: str, status: int, code: str) -> None:
    response = await project.get(path)
    assert response.status_code == status, response.text
    if code:
        assert set(response.json()) == {"code", "message", "details", "hint"}
        assert response.json()["code"] == code, response.text
        assert response.headers["proxy-status"] == f"PostgREST; error={code}"
    await still_serves(project)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", SHOPS, b"1", 400, "PGRST102"),
        ("POST", SHOPS, b"null", 400, "PGRST102"),
        ("POST", SHOPS, b'"x"', 400, "PGRST102"),
        ("POST", SHOPS, b"[1]", 400, "PGRST102"),
        ("POST", SHOPS, b'[{"name": "a"}, 1]', 400, "PGRST102"),
        ("POST", SHOPS, b'[{"name": "a"}, {"name": "b", "mood": "calm"}]', 400, "PGRST102"),
        ("POST", SHOPS, b'{"name": NaN}', 400, "PGRST102"),
        ("POST", SHOPS, b'{"name": "\xff"}', 400, "PGRST102"),
        ("POST", SHOPS, b'{"name": "\\ud800"}', 400, "PGRST102"),
        ("POST", SHOPS, b'{"name": "a\\u0000b"}', 400, "22P05"),
        ("POST", SHOPS, b'{"name": "x"', 400, "PGRST102"),
        ("POST", SHOPS, DEEP, 400, "PGRST102"),
        ("POST", SHOPS, b'{"a\\"b\'; drop table items; --": 1}', 400, "PGRST204"),
        ("POST", f"{SHOPS}?columns=nope", b'[{"name": "x"}]', 400, "PGRST204"),
        ("POST", f"{SHOPS}?name=eq.x", b'{"name": "y"}', 400, "PGRST100"),
        ("POST", f"{SHOPS}?limit=1", b'{"name": "y"}', 400, "PGRST100"),
        ("POST", SHOPS, b'{"name": {"a": 1}, "owner": "nobody"}', 400, "22P02"),
        ("PATCH", f"{SHOPS}?id=eq.1", b'[{"name": "a"}, {"name": "b"}]', 400, "PGRST102"),
        ("PATCH", f"{SHOPS}?id=eq.1", b"[]", 400, "PGRST102"),
        ("PATCH", f"{SHOPS}?select=id,labels()&labels=is.null", b'{"name": "a"}', 400, "PGRST100"),
        ("PATCH", f"{SHOPS}?labels.id=eq.1&select=id,labels(id)", b'{"name": "a"}', 400, "21000"),
        ("DELETE", f"{SHOPS}?and=()", b"", 400, "PGRST100"),
        ("PUT", f"{SHOPS}?id=eq.1", b'{"id": 1}', 400, "PGRST100"),
        ("TRACE", SHOPS, b"", 405, "PGRST117"),
        ("PATCH", "/rest/v1/rpc/add", b"{}", 405, "PGRST101"),
        ("POST", "/rest/v1/rpc/add", b"[1]", 400, "PGRST102"),
        ("POST", "/rest/v1/rpc/add", b"1", 400, "PGRST102"),
        ("POST", "/rest/v1/rpc/add", b'[{"a": 1}]', 404, "PGRST202"),
        ("POST", "/rest/v1/rpc/whole_body", b'{"a": 1}', 200, ""),
        ("POST", "/rest/v1/rpc/whole_body", b'[{"a": 1}, {"a": 2}]', 200, ""),
        ("POST", "/rest/v1/rpc/whole_body", DEEP, 400, "PGRST102"),
        ("POST", "/rest/v1/rpc/twice", b'{"p_text": "a\\u0000"}', 400, "22P05"),
    ],
)
async def test_refused_bodies(
    project: Project, method: str, path: str, body: bytes, status: int, code: str
) -> None:
    response = await project.request(method, path, content=body, prefer="return=minimal")
    assert response.status_code == status, response.text
    if code:
        assert response.json()["code"] == code, response.text
    await still_serves(project)


async def test_other_content_types(project: Project) -> None:
    for path in (SHOPS, "/rest/v1/rpc/add"):
        for kind in (
            "text/csv",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "x/y",
        ):
            response = await project.request("POST", path, content=b"a=1", content_type=kind)
            assert (response.status_code, response.json()["code"]) == (400, "PGRST102")


async def test_ten_thousand_values(project: Project) -> None:
    # With still more the client's own httpx refuses: an address has at most 65536 characters there.
    for count in (2_000, 8_000):
        with pytest.raises(APIError) as error:
            await project.alice.table("shops").select("id").in_("name", range(count)).execute()
        assert "too long" in str(error.value) or "longer" in str(error.value)
    tags = [str(n) for n in range(10_000)]
    assert (await project.alice.rpc("find_shops", {"p_tags": tags}).execute()).data == []
    shorter = await project.get(f"{SHOPS}?select=id&id=in.({','.join(map(str, range(1500)))})")
    assert len(shorter.json()) == 3


async def test_addresses_as_long_as_a_hosted_project_takes_them(project: Project) -> None:
    longest = f"{SHOPS}?name=neq."
    longest += "x" * (8192 - len(longest) + 1)
    assert (await project.get(longest)).status_code == 200
    refused = await project.get(longest + "x")
    assert (refused.status_code, refused.text) == (414, "URI too long\n")


async def test_garbage_on_the_wire(project: Project) -> None:
    address = urlsplit(project.gateway.url)
    for sent in (
        b"\0\0\0",
        b"GET /rest/v1/shops?\xff HTTP/1.1\r\n\r\n",
        b"GET " + b"x" * 200_000,
        b"POST / HTTP/9\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(sent)
        writer.write_eof()
        async with asyncio.timeout(10):
            await reader.read()
        writer.close()
    await still_serves(project)


async def test_wide_requests(project: Project) -> None:
    wide = ",".join(f"a{n}:id" for n in range(300))
    assert len((await project.get(f"{SHOPS}?select={wide}&id=eq.1")).json()[0]) == 300
    many = "&".join(["id=gt.0"] * 300)
    assert len((await project.get(f"{SHOPS}?select=id&{many}")).json()) == 3
    body = json.dumps({f"key {n}": n for n in range(3000)}).encode()
    response = await project.request("POST", "/rest/v1/rpc/add", content=body)
    assert response.json()["code"] == "PGRST202"
