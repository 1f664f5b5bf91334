"""A connection serves one request after the other; nothing of the one is seen by the other."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from postgrest.exceptions import APIError

from tests.devstack.gateway.conftest import ALICE, BOB, Project
from tests.fixtures.gateway import GatewayFor, RunningGateway

LEFT_BEHIND = ("request.jwt.claims", "request.headers", "request.method", "app.secret", "role")


async def seen_by_nobody(project: Project, gateway: RunningGateway) -> None:
    """What the only connection of `gateway` tells an anonymous request."""
    client: Any = await gateway.client(gateway.anon_key)
    who = (await client.rpc("whoami").execute()).data
    assert (who["user"], who["uid"], who["role"], who["timeout"]) == ("anon", None, "anon", "3s")
    assert who["claims"]["role"] == "anon"
    assert "sub" not in who["claims"]
    assert (who["header"], who["method"], who["path"]) == (None, "POST", "/rpc/whoami")
    assert who["search_path"] == '"public", "public", "extensions"'
    assert who["timezone"] == "UTC"
    assert (await client.rpc("setting", {"p_name": "app.secret"}).execute()).data in ("", None)
    sessions = await project.rows(
        "select pid, state from pg_stat_activity "
        "where application_name = 'gateway rest' and datname = current_database()"
    )
    assert [session["state"] for session in sessions].count("idle in transaction") == 0


@pytest.fixture
async def one(own_project: Project, gateway_for: GatewayFor) -> RunningGateway:
    """A gateway with a single connection, so that every request meets what the last one left."""
    return await gateway_for(own_project.database, pool_size=1)


async def test_settings_of_a_session_end_with_the_request(own_project: Project, one: RunningGateway) -> None:
    alice: Any = await one.client(one.anon_key, token=one.user_token(ALICE))
    for name, value in (
        ("app.secret", "alice's"),
        ("request.jwt.claims", f'{{"sub": "{ALICE}", "role": "service_role"}}'),
        ("request.jwt.claim.sub", ALICE),
        ("search_path", "pg_temp"),
        ("statement_timeout", "1ms"),
        ("timezone", "Asia/Jakarta"),
        ("role", "authenticated"),
        ("default_transaction_read_only", "on"),
        ("session_replication_role", "origin"),
    ):
        with contextlib.suppress(APIError):
            await alice.rpc("stain", {"p_name": name, "p_value": value}).execute()
        await seen_by_nobody(own_project, one)
    bob: Any = await one.client(one.anon_key, token=one.user_token(BOB))
    written = await bob.table("drafts").insert({"note": "still writable"}).execute()
    assert written.data[0]["note"] == "still writable"


async def test_after_errors(own_project: Project, one: RunningGateway) -> None:
    alice: Any = await one.client(one.anon_key, token=one.user_token(ALICE))
    for call in (
        alice.rpc("refuse", {"p_state": "P0001"}),
        alice.rpc("refuse", {"p_state": "40001"}),
        alice.rpc("refuse", {"p_state": "57014"}),
        alice.rpc("sleepy"),
        alice.rpc("custom_answer"),
        alice.rpc("secret"),
        alice.table("shops").select("id").single(),
        alice.table("shops").insert({"name": "Alfa"}),
        alice.table("hidden").select("*"),
        alice.table("drafts").select("id").eq("at", "never"),
    ):
        with pytest.raises(APIError):
            await call.execute()
        await seen_by_nobody(own_project, one)


async def test_after_a_role_that_does_not_exist(own_project: Project, one: RunningGateway) -> None:
    http = own_project.http
    headers = {"apikey": one.anon_key, "authorization": f"Bearer {one.user_token(ALICE, role='ghost')}"}
    response = await http.post(f"{one.url}/rest/v1/rpc/whoami", headers=headers, json={})
    assert (response.status_code, response.json()["code"]) == (401, "22023")
    superuser = {"apikey": one.anon_key, "authorization": f"Bearer {one.user_token(ALICE, role='postgres')}"}
    response = await http.post(f"{one.url}/rest/v1/rpc/whoami", headers=superuser, json={})
    assert (response.status_code, response.json()["code"]) == (403, "42501")
    await seen_by_nobody(own_project, one)


async def test_after_clients_that_went_away(own_project: Project, one: RunningGateway) -> None:
    headers = {"apikey": one.anon_key, "authorization": f"Bearer {one.user_token(ALICE)}"}
    async with httpx.AsyncClient(verify=False, timeout=httpx.Timeout(30, read=0.2)) as impatient:
        for _ in range(2):
            with pytest.raises(httpx.ReadTimeout):
                await impatient.post(
                    f"{one.url}/rest/v1/rpc/wait_for", headers=headers, json={"p_seconds": 0.5}
                )
    address = urlsplit(one.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
    writer.write(
        f"POST /rest/v1/rpc/add HTTP/1.1\r\nhost: x\r\n{head}\r\ncontent-length: 99\r\n\r\n{{".encode()
    )
    await writer.drain()
    writer.close()
    await seen_by_nobody(own_project, one)


async def test_many_callers_at_once(project: Project) -> None:
    async def ask(client: Any, expected: tuple[str, str | None]) -> None:
        who = (await client.rpc("whoami").execute()).data
        assert (who["user"], who["uid"]) == expected

    callers = (
        (project.alice, ("authenticated", ALICE)),
        (project.bob, ("authenticated", BOB)),
        (project.anon, ("anon", None)),
        (project.service, ("service_role", None)),
    )
    await asyncio.gather(*(ask(*callers[n % 4]) for n in range(80)))
