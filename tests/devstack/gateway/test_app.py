"""The gateway as a whole: readiness, functions, restarts of the database, configuration."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from supabase_functions.errors import FunctionsHttpError

from devstack.gateway.app import create_gateway
from devstack.gateway.config import ConfigError, GatewayConfig
from tests.devstack.gateway.conftest import ALICE, Project
from tests.fixtures.gateway import GatewayFor

REQUIRED = {
    "GATEWAY_DATABASE_URL": "postgresql://a",
    "GATEWAY_AUTH_DATABASE_URL": "postgresql://b",
    "GATEWAY_JWT_SECRET": "s",
    "GATEWAY_ANON_KEY": "a",
    "GATEWAY_SERVICE_ROLE_KEY": "b",
}


@pytest_asyncio.fixture
async def api() -> AsyncIterator[str]:
    """A program that answers with what it was asked."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0
        )
        body = head.split(b"\r\n")[0] + b"|" + await reader.readexactly(length)
        writer.write(
            b"HTTP/1.1 207 X\r\ncontent-type: text/x\r\ncontent-length: %d\r\n\r\n" % len(body) + body
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_functions_reach_the_api(project: Project, gateway_for: GatewayFor, api: str) -> None:
    gateway = await gateway_for(project.database, api_url=api)
    answer = await project.http.post(f"{gateway.url}/functions/v1/hook/x?a=1&b=%20", content=b"body")
    assert (answer.status_code, answer.headers["content-type"]) == (207, "text/x")
    assert answer.text == "POST /functions/v1/hook/x?a=1&b=%20 HTTP/1.1|body"
    client = await gateway.client()
    assert (
        await client.functions.invoke("hook", {"body": {"a": 1}})
        == b'POST /functions/v1/hook HTTP/1.1|{"a":1}'
    )


async def test_functions_without_the_api(project: Project, gateway_for: GatewayFor) -> None:
    gateway = await gateway_for(project.database, api_url="http://127.0.0.1:9")
    answer = await project.http.post(f"{gateway.url}/functions/v1/hook")
    assert (answer.status_code, answer.json()) == (
        503,
        {"code": "BOOT_ERROR", "message": "The api at http://127.0.0.1:9 is not running"},
    )
    client = await gateway.client()
    with pytest.raises(FunctionsHttpError) as error:
        await client.functions.invoke("hook")
    assert error.value.status == 503


async def test_functions_stream_both_ways(project: Project, gateway_for: GatewayFor) -> None:
    """The first part of the answer comes before the last part of the request has been sent."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"transfer-encoding: chunked" in head.lower()
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nx-own: yes\r\n\r\n")
        while (size := int((await reader.readline()).strip(), 16)) > 0:
            part = await reader.readexactly(size + 2)
            writer.write(b"%x\r\n" % size + part)
            await writer.drain()
        await reader.readline()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        api_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        gateway = await gateway_for(project.database, api_url=api_url)

        async def parts() -> AsyncIterator[bytes]:
            for number in range(3):
                yield b"part %d;" % number

        async with project.http.stream("POST", f"{gateway.url}/functions/v1/echo", content=parts()) as answer:
            assert answer.headers["x-own"] == "yes"
            assert await answer.aread() == b"part 0;part 1;part 2;"


async def test_functions_get_what_the_caller_said_about_themselves(
    project: Project, gateway_for: GatewayFor
) -> None:
    async def tell(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(head) + head)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(tell, "127.0.0.1", 0)
    async with server:
        api_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        gateway = await gateway_for(project.database, api_url=api_url)
        client: Any = await gateway.client(gateway.anon_key, token=gateway.user_token(ALICE))
        seen = (await client.functions.invoke("who", {"method": "GET"})).decode().lower()
    assert f"apikey: {gateway.anon_key.lower()}" in seen
    assert f"authorization: bearer {gateway.user_token(ALICE).lower()[:40]}" in seen
    assert "x-forwarded-for: 127.0.0.1" in seen
    assert "content-length" not in seen


async def test_preflight_and_unknown_paths(project: Project) -> None:
    preflight = await project.http.options(f"{project.gateway.url}/rest/v1/shops")
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
    assert (await project.http.get(f"{project.gateway.url}/nothing")).status_code == 404


async def test_broken_connections_are_replaced(own_project: Project) -> None:
    async def call() -> Any:
        return (await own_project.alice.rpc("add", {"a": 1}).execute()).data

    await asyncio.gather(*(call() for _ in range(8)))
    await own_project.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()"
    )
    assert await asyncio.gather(*(call() for _ in range(8))) == [2] * 8


async def test_no_database_is_503_everywhere(project: Project, tmp_path: Path) -> None:
    nowhere = "postgresql://authenticator:x@127.0.0.1:9/postgres"
    config = GatewayConfig(
        database_url=nowhere,
        admin_url=nowhere,
        jwt_secret=project.gateway.jwt_secret,
        anon_key=project.gateway.anon_key,
        service_role_key=project.gateway.service_role_key,
        storage_dir=tmp_path,
    )
    app = create_gateway(config)
    await app.start()
    transport = httpx.ASGITransport(app)
    headers = {"apikey": config.anon_key}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as http:
        rest = await http.get("/rest/v1/shops")
        assert (rest.status_code, rest.json()["code"]) == (503, "PGRST001")
        assert (await http.get("/health")).status_code == 503
        sign_in = await http.post(
            "/auth/v1/token?grant_type=password", json={"email": "a@b.cc", "password": "x"}
        )
        assert sign_in.status_code == 503
        assert (await http.get("/storage/v1/bucket")).status_code == 503
    await app.stop()


def test_configuration_names_what_is_wrong() -> None:
    assert GatewayConfig.from_environment(REQUIRED | {"GATEWAY_PORT": "7"}).url == "http://127.0.0.1:7"
    for name in REQUIRED:
        with pytest.raises(ConfigError, match=name):
            GatewayConfig.from_environment(REQUIRED | {name: ""})
    with pytest.raises(ConfigError, match="GATEWAY_PORT"):
        GatewayConfig.from_environment(REQUIRED | {"GATEWAY_PORT": "x"})
