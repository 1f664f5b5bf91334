"""What is written down of calls: their shape, no value of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from supabase import AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError

from devstack.calls import read
from devstack.gateway.recording import Call, Recorder
from tests.devstack.gateway.conftest import ALICE, Project
from tests.fixtures.gateway import GatewayFor


async def recorded(project: Project, gateway_for: GatewayFor, file: Path, make: Any) -> list[Call]:
    """The calls that `make` made with a client of its own."""
    gateway = await gateway_for(project.database, record_file=file)
    async with httpx.AsyncClient(timeout=30, verify=False) as http:
        options = AsyncClientOptions(
            httpx_client=http, auto_refresh_token=False, postgrest_client_retry=False
        )
        await make(await acreate_client(gateway.url, gateway.service_role_key, options=options))
    return read([file])


async def test_calls_of_rest(project: Project, gateway_for: GatewayFor, tmp_path: Path) -> None:
    async def make(client: Any) -> None:
        query = (
            client.table("shops")
            .select("name, things:items!items_shop_id_fkey!inner(label)")
            .eq("name", "Alfa")
        )
        await (
            query.or_('id.eq.1,name.ilike."*secret,x.gt.y*"')
            .gt("things.price", 3)
            .order("name")
            .limit(5)
            .execute()
        )
        await client.rpc("add", {"a": 41, "b": 1}).execute()
        await client.rpc("add", {"a": 42, "b": 2}).execute()

    calls = await recorded(project, gateway_for, tmp_path / "calls", make)
    assert [call.what for call in calls] == ["GET /rest/v1/shops", "POST /rest/v1/rpc/add"]
    table, function = calls
    assert table.detail == (
        "limit name=eq or=(eq,ilike) order=name.asc "
        "select=name,things:items!items_shop_id_fkey!inner(label) things.price=gt"
    )
    assert {"rest: embed !inner", "rest: or of filters", "rest: filter gt on embedded rows"} <= set(
        table.kinds
    )
    assert function.detail == "(a, b)"
    text = (tmp_path / "calls").read_text(encoding="utf-8")
    assert "secret" not in text
    assert "Alfa" not in text


async def test_calls_of_other_services(project: Project, gateway_for: GatewayFor, tmp_path: Path) -> None:
    async def make(client: Any) -> None:
        await client.auth.admin.list_users()
        with pytest.raises(AuthApiError):
            await client.auth.admin.get_user_by_id(ALICE)
        await client.storage.list_buckets()

    calls = await recorded(project, gateway_for, tmp_path / "calls", make)
    assert [call.what for call in calls] == [
        "GET /auth/v1/admin/users",
        "GET /auth/v1/admin/users/{id}",
        "GET /storage/v1/bucket",
    ]


async def test_calls_of_tests_are_not_recorded(
    project: Project, gateway_for: GatewayFor, tmp_path: Path
) -> None:
    gateway = await gateway_for(project.database, record_file=tmp_path / "calls")
    await (await gateway.client()).table("shops").select("id").execute()
    assert not (tmp_path / "calls").exists()


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "calls")
    call = Call(service="rest", what="GET /rest/v1/x", detail="", kinds=("rest: GET table",))
    for _ in range(3):
        recorder._note(call)
    assert len((tmp_path / "calls").read_text(encoding="utf-8").splitlines()) == 1
    assert recorder.kinds == {"rest: GET table"}
