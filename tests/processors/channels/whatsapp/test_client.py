"""The client against a real server that speaks Graph's wire."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from processors.channels.base import ChannelClient, SendResult
from processors.channels.whatsapp.client import WhatsAppClient, create_http
from processors.errors import ConfigurationError
from tests.processors.channels.whatsapp.samples import NUMBER_ID, load, manifest, read
from tests.processors.channels.whatsapp.wire import (
    BODY,
    TOKEN,
    client_for,
    free_socket,
    settings_for,
    url_of,
)


@dataclass
class Graph:
    """A server that speaks Graph's wire: it keeps each request and gives the answers it was told to."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    answer: tuple[int, bytes, dict[str, str]] = (200, b"{}", {})

    async def take(self, request: Request) -> Response:
        self.requests.append(
            {
                "path": request.url.path,
                "authorization": request.headers["authorization"],
                "type": request.headers["content-type"],
                "body": await request.json(),
            }
        )
        status, content, headers = self.answer
        return Response(content, status, {"content-type": "application/json"} | headers)

    def will_answer(self, status: int, content: bytes | dict[str, Any], **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.answer = (status, body, {k.replace("_", "-"): v for k, v in headers.items()})


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Graph]:
    found, graph = free_socket(), Graph()
    # It listens already, so a request made before the server has started waits in the backlog.
    found.listen()
    app = Starlette(routes=[Route("/{path:path}", graph.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="error"))
    serving = asyncio.create_task(server.serve(sockets=[found]))
    graph.url = url_of(found)
    yield graph
    server.should_exit = True
    await serving


@pytest.fixture
def graph(server: Graph) -> Graph:
    server.requests.clear()
    server.will_answer(200, b"{}")
    return server


@pytest.fixture
async def client(graph: Graph) -> AsyncIterator[WhatsAppClient]:
    async with client_for(graph.url) as client:
        yield client


async def test_a_message_that_meta_takes_is_sent(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(200, read("resp_send_phone.json"))
    speaker: ChannelClient = client
    result = await speaker.send(NUMBER_ID, BODY)
    wamid = load("resp_send_phone.json")["messages"][0]["id"]
    assert result == SendResult(outcome="sent", external_id=wamid, wa_id="16505551234")
    assert graph.requests == [
        {
            "path": f"/v25.0/{NUMBER_ID}/messages",
            "authorization": f"Bearer {TOKEN}",
            "type": "application/json",
            "body": BODY,
        }
    ]


@pytest.mark.parametrize("name", ["resp_send_bsuid.json", "resp_send_template_paced.json"])
async def test_other_ways_of_saying_yes(graph: Graph, client: WhatsAppClient, name: str) -> None:
    graph.will_answer(200, read(name))
    result = await client.send(NUMBER_ID, BODY)
    assert (result.outcome, result.external_id) == ("sent", load(name)["messages"][0]["id"])


@pytest.mark.parametrize(
    ("name", "outcome", "scope"),
    [
        ("err_4_app_rate.json", "retry", "account"),
        ("err_130429_throughput.json", "retry", "number"),
        ("err_131000_unknown.json", "retry", "message"),
        ("err_131016_unavailable.json", "retry", "account"),
        ("err_131048_spam.json", "retry", "number"),
        ("err_131056_pair_rate.json", "retry", "pair"),
        ("err_100_33_unknown_phone_id.json", "failed", "number"),
        ("err_100_invalid_parameter.json", "failed", "message"),
        ("err_131009_bad_value.json", "failed", "message"),
        ("err_131026_undeliverable.json", "failed", "message"),
        ("err_131031_locked.json", "failed", "account"),
        ("err_131042_payment.json", "failed", "account"),
        ("err_131047_window.json", "failed", "message"),
        ("err_131062_bsuid_not_supported.json", "failed", "message"),
        ("err_132000_param_count.json", "failed", "message"),
        ("err_132001_no_template.json", "failed", "message"),
        ("err_190_malformed_token.json", "failed", "account"),
        ("err_190_token_expired.json", "failed", "account"),
    ],
)
async def test_each_error_of_graph_has_its_outcome(
    graph: Graph, client: WhatsAppClient, name: str, outcome: str, scope: str
) -> None:
    about = manifest()[name]
    graph.will_answer(about["http"], read(name))
    result = await client.send(NUMBER_ID, BODY)
    assert (result.outcome, result.scope, result.code) == (outcome, scope, about["code"])
    assert result.error
    assert (result.retry_after_seconds is not None) == (outcome == "retry")
    assert result.external_id is None


def test_no_error_sample_is_forgotten() -> None:
    (mark,) = test_each_error_of_graph_has_its_outcome.pytestmark  # type: ignore[attr-defined]  # pytest puts it there.
    named = {row[0] for row in mark.args[1]}
    assert named == {name for name, about in manifest().items() if about.get("kind") == "error"}


@pytest.mark.parametrize("status", [200, 400, 500, 502, 503])
async def test_an_error_of_graph_counts_whatever_the_http_status(
    graph: Graph, client: WhatsAppClient, status: int
) -> None:
    graph.will_answer(status, read("err_131047_window.json"))
    assert (await client.send(NUMBER_ID, BODY)).outcome == "failed"


async def test_pauses_grow_and_tries_end(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(400, read("err_131056_pair_rate.json"))
    results = [await client.send(NUMBER_ID, BODY, attempt=n) for n in (1, 2, 6)]
    assert [r.retry_after_seconds for r in results] == [4, 16, None]
    assert [r.outcome for r in results] == ["retry", "retry", "failed"]


async def test_a_longer_retry_after_is_honoured(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(429, read("err_130429_throughput.json"), retry_after="90")
    assert (await client.send(NUMBER_ID, BODY)).retry_after_seconds == 90
    graph.will_answer(429, read("err_130429_throughput.json"), retry_after="Wed, 21 Oct 2026 07:28:00 GMT")
    assert (await client.send(NUMBER_ID, BODY)).retry_after_seconds == 1


async def test_a_code_that_is_not_listed(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(500, {"error": {"code": 424242, "message": "?"}})
    assert (await client.send(NUMBER_ID, BODY)).outcome == "retry"
    graph.will_answer(400, {"error": {"code": "424242", "message": "?"}})
    result = await client.send(NUMBER_ID, BODY)
    assert (result.outcome, result.code) == ("failed", 424242)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>OK</html>",
        b"[]",
        b"{}",
        b'{"messages": []}',
        b'{"messages": [{}]}',
        b'{"messages": [{"id": 7}]}',
        b'{"messages": [{"id": ""}]}',
        b'{"messages": "yes"}',
        b'{"error": "none"}',
        b'{"messages": [{"id": "wam',
    ],
)
async def test_a_yes_without_a_message_id_is_unknown(
    graph: Graph, client: WhatsAppClient, content: bytes
) -> None:
    graph.will_answer(200, content)
    assert (await client.send(NUMBER_ID, BODY)).outcome == "unknown"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (302, "failed"),
        (400, "failed"),
        (401, "failed"),
        (404, "failed"),
        (408, "unknown"),
        (413, "failed"),
        (429, "retry"),
        (500, "unknown"),
        (502, "unknown"),
        (503, "unknown"),
        (504, "unknown"),
    ],
)
async def test_an_answer_that_is_not_graphs(
    graph: Graph, client: WhatsAppClient, status: int, outcome: str
) -> None:
    graph.will_answer(status, b"<html>proxy</html>", location="http://127.0.0.1:1/elsewhere")
    result = await client.send(NUMBER_ID, BODY)
    assert (result.outcome, result.code) == (outcome, None)
    assert len(graph.requests) == 1


async def test_the_token_is_nowhere_to_be_seen(
    graph: Graph, client: WhatsAppClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quoting = f"Malformed access token {TOKEN} or EAAGotherTokenOfSomebody"
    graph.will_answer(400, {"error": {"code": 190, "message": quoting}})
    result = await client.send(NUMBER_ID, BODY)
    assert result.error
    assert "Malformed access token [token] or [token]" in result.error
    written = caplog.text + repr(result) + repr(client)
    assert TOKEN not in written
    assert "16505551234" not in caplog.text


@pytest.mark.parametrize("token", ["with space", "line\nbreak", "tökén"])
async def test_a_token_that_no_header_can_hold_stops_the_start(token: str) -> None:
    settings = settings_for("http://127.0.0.1:1", token=token)
    async with create_http(settings) as http:
        with pytest.raises(ConfigurationError) as caught:
            WhatsAppClient(settings, http)
    assert token not in str(caught.value)


async def test_an_account_can_not_leave_its_place_in_the_path(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(200, read("resp_send_phone.json"))
    await client.send("../v1/me?x=", BODY)
    assert graph.requests[0]["path"].startswith("/v25.0/")
    assert graph.requests[0]["path"].endswith("/messages")


async def test_a_read_mark_with_and_without_typing(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(200, read("resp_success_true.json"))
    wamid = load("out_mark_read.json")["message_id"]
    assert await client.mark_read(NUMBER_ID, wamid)
    assert await client.mark_read(NUMBER_ID, wamid, typing=True)
    assert [r["body"] for r in graph.requests] == [
        load("out_mark_read.json"),
        load("out_mark_read_typing.json"),
    ]


async def test_a_failed_read_mark_is_only_a_no(graph: Graph, client: WhatsAppClient) -> None:
    graph.will_answer(400, read("err_131009_bad_value.json"))
    assert not await client.mark_read(NUMBER_ID, "wamid.x")
    async with client_for("http://127.0.0.1:1") as lost:
        assert not await lost.mark_read(NUMBER_ID, "wamid.x")
