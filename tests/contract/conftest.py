"""Fixtures and the report of the contract tests.

By default the project under test is the embedded gateway with the seed. `SUPABASE_URL=… ./dev test contract`, with
SUPABASE_ANON_KEY and SUPABASE_SERVICE_ROLE_KEY, checks another project that has our migrations and seed. Each test
says in its docstring what it expects and where that is known from, and cleans up after itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn

from api.app import create_app
from devstack.gateway.recording import Recorder
from devstack.testing import CONTRACT_VARIABLE
from tests.api.service import DEVELOPER_KEY, api_settings
from tests.contract.not_covered import NOT_COVERED
from tests.contract.target import ACCOUNT, BUSINESS, PASSWORD, Callers, Target, unique
from tests.fixtures.cluster import Templates, free_port
from tests.fixtures.gateway import run_gateway

_checked: set[str] = set()


@pytest_asyncio.fixture(scope="session")
async def target(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    """The project under test."""
    given = os.environ.get(CONTRACT_VARIABLE)
    if given:
        yield Target(
            url=given.rstrip("/"),
            anon_key=os.environ["SUPABASE_ANON_KEY"],
            service_role_key=os.environ["SUPABASE_SERVICE_ROLE_KEY"],
        )
        return
    database = await templates.copy(seeded=True)
    api_port = free_port()
    changes: dict[str, Any] = {
        "api_url": f"http://127.0.0.1:{api_port}",
        "publishable_key": "sb_publishable_contract",
        "secret_key": "sb_secret_contract",
        # Hosted projects allow 30; the tests of both clients together sign in more often.
        "sign_ins_per_5_min": 300,
        "record_file": None,
    }
    async with run_gateway(database, tmp_path_factory.mktemp("storage"), **changes) as gateway:
        settings = api_settings(
            supabase_url=gateway.url,
            supabase_anon_key=gateway.anon_key,
            supabase_service_role_key=gateway.service_role_key,
        )
        with _serving(settings, api_port):
            yield Target(
                url=gateway.url,
                anon_key=gateway.anon_key,
                service_role_key=gateway.service_role_key,
                gateway=gateway,
                developer_key=DEVELOPER_KEY,
            )
    await templates.cluster.drop(database)


@contextlib.contextmanager
def _serving(settings: Any, port: int) -> Iterator[None]:
    """The api on a port, in a thread of its own."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        create_app(settings), log_config=None, loop="asyncio", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]  # Signals are pytest's.
    thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),), name="api")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.02)
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@pytest_asyncio.fixture(scope="session", params=["async", "sync"])
async def callers(request: pytest.FixtureRequest, target: Target) -> AsyncIterator[Callers]:
    """Clients of the project, once async and once sync."""
    made = Callers(target=target, kind=request.param)
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="session")
async def listeners(target: Target) -> AsyncIterator[Callers]:
    """Async clients: the sync one has no Realtime."""
    made = Callers(target=target, kind="async")
    yield made
    await made.close()


@pytest_asyncio.fixture
async def words(callers: Callers) -> AsyncIterator[str]:
    """A term of the glossary that is the test's own; its rows are removed in the end."""
    term = unique()
    yield term
    service = await callers.service()
    await callers.done(service.table("synonyms").delete().like("term", f"{term}%").execute)


@pytest_asyncio.fixture
async def glossary(callers: Callers, words: str) -> str:
    """Three rows of that term: `…-a`, `…-b`, `…-c`."""
    service = await callers.service()
    rows = [
        {"business_id": BUSINESS, "term": f"{words}-{letter}", "expansion": f'{letter} è, "{letter}" (50%)'}
        for letter in "bac"
    ]
    await callers.done(service.table("synonyms").insert(rows).execute)
    return words


@pytest_asyncio.fixture
async def stranger(callers: Callers) -> AsyncIterator[str]:
    """The access token of somebody who works for no business; removed in the end."""
    service = await callers.service()
    email = f"{unique()}@example.com"
    made = {"email": email, "password": PASSWORD, "email_confirm": True}
    user = (await callers.done(lambda: service.auth.admin.create_user(made))).user
    yield await callers.token(email)
    await callers.done(lambda: service.auth.admin.delete_user(user.id))


@pytest_asyncio.fixture
async def conversation(callers: Callers) -> AsyncIterator[str]:
    """A conversation with a contact of its own, both removed in the end."""
    service = await callers.service()
    (contact,) = await callers.rows(
        service.table("contacts").insert({"business_id": BUSINESS, "name": unique()})
    )
    row = {"business_id": BUSINESS, "account_id": ACCOUNT, "contact_id": contact["id"]}
    (made,) = await callers.rows(service.table("whatsapp_conversations").insert(row))
    yield made["id"]
    await callers.rows(service.table("whatsapp_conversations").delete().eq("id", made["id"]))
    await callers.rows(service.table("contacts").delete().eq("id", contact["id"]))


@pytest.fixture(autouse=True)
def relied_upon(request: pytest.FixtureRequest, target: Target) -> Iterator[None]:
    """What a test says that it covers must have been asked of the gateway while it ran."""
    marks = list(request.node.iter_markers("covers"))
    app = None if target.gateway is None else target.gateway.app
    if app is not None:
        app.recorder = Recorder(None)
    yield
    if app is not None and app.recorder is not None:
        claimed = {kind for mark in marks for kind in mark.args}
        deadline = time.monotonic() + 10
        # A call is noted once it is answered, in the thread of the gateway.
        while not claimed <= app.recorder.kinds and time.monotonic() < deadline:
            time.sleep(0.01)
        assert claimed <= app.recorder.kinds, f"not asked: {sorted(claimed - app.recorder.kinds)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A behaviour without a source is an opinion."""
    here = Path(__file__).parent
    for item in items:
        if (
            here in item.path.parents
            and isinstance(item, pytest.Function)
            and "Source:" not in (item.obj.__doc__ or "")
        ):
            raise pytest.UsageError(f'{item.nodeid}: the docstring names no source ("Source: …")')


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count behaviours, not runs of both clients."""
    if report.when == "call" and report.passed and "tests/contract/" in report.nodeid:
        _checked.add(
            report.nodeid.partition("[")[0]
            + report.nodeid.partition("[")[2].replace("async", "").replace("sync", "")
        )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """What was checked, and what was not."""
    if not _checked or not any("contract" in argument for argument in config.args):
        return
    where = os.environ.get(CONTRACT_VARIABLE) or "the embedded gateway"
    terminalreporter.section("contract")
    terminalreporter.line(
        f"{len(_checked)} behaviours checked against {where}, with the async and the sync client."
    )
    terminalreporter.line("Not covered:")
    for kind, reason in sorted(NOT_COVERED.items()):
        terminalreporter.line(f"  {kind}: {reason}")
