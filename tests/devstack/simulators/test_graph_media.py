"""Media of the Graph simulator, with the steps of a real client."""

from __future__ import annotations

import hashlib

import httpx

from tests.devstack.simulators.graph_client import HEADERS, GraphClient
from tests.devstack.simulators.receiver import Receiver

MEDIA = "/graph/v26.0/106540352242922/media"


async def upload(http: httpx.AsyncClient, content: bytes, mime_type: str) -> httpx.Response:
    return await http.post(
        MEDIA,
        data={"messaging_product": "whatsapp", "type": mime_type},
        files={"file": ("a file", content, mime_type)},
        headers=HEADERS,
    )


async def test_uploaded_file_can_be_looked_up_downloaded_and_deleted(http: httpx.AsyncClient) -> None:
    uploaded = await upload(http, b"%PDF-1.7", "application/pdf")
    assert uploaded.status_code == 200, uploaded.text
    media_id = uploaded.json()["id"]
    node = f"/graph/v26.0/{media_id}"
    described = (await http.get(node, headers=HEADERS)).json()
    assert described | {"url": ""} == {
        "messaging_product": "whatsapp",
        "url": "",
        "mime_type": "application/pdf",
        "sha256": hashlib.sha256(b"%PDF-1.7").hexdigest(),
        "file_size": "8",
        "id": media_id,
    }
    download = await http.get(described["url"], headers=HEADERS)
    assert (download.content, download.headers["content-type"]) == (b"%PDF-1.7", "application/pdf")
    assert (await http.get(described["url"])).status_code == 401
    assert (await http.delete(node, headers=HEADERS)).json() == {"success": True}
    assert (await http.get(node, headers=HEADERS)).json()["error"]["code"] == 100
    assert (await http.get(described["url"], headers=HEADERS)).status_code == 404


async def test_file_that_meta_does_not_take_is_refused(http: httpx.AsyncClient) -> None:
    assert (await upload(http, b"x", "application/zip")).json()["error"]["code"] == 100
    large = await upload(http, b"x" * (5 * 1024 * 1024 + 1), "image/png")
    assert large.json()["error"]["code"] == 131053
    empty = await http.post(MEDIA, data={"messaging_product": "whatsapp"}, headers=HEADERS)
    assert empty.json()["error"]["code"] == 100


async def test_media_of_a_customer_can_be_downloaded(graph: GraphClient, receiver: Receiver) -> None:
    await graph.inbound(message={"type": "image", "image": {"id": "77", "mime_type": "image/png"}})
    described = (await graph.http.get("/graph/v26.0/77", headers=HEADERS)).json()
    download = await graph.http.get(described["url"], headers=HEADERS)
    assert download.content.startswith(b"\x89PNG")
    assert hashlib.sha256(download.content).hexdigest() == described["sha256"]
