"""A script's view of the Graph simulator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from devstack.simulators.config import DEFAULT_PHONE_NUMBER_ID

SAMPLES = Path(__file__).parents[2] / "payloads" / "whatsapp"
HEADERS = {"Authorization": "Bearer dev-token"}
PHONE = "393331112223"


def sample(name: str) -> dict[str, Any]:
    """A sample payload."""
    loaded = json.loads((SAMPLES / f"{name}.json").read_text())
    assert isinstance(loaded, dict)
    return loaded


def text(body: str = "Ciao", *, to: str = f"+{PHONE}", **more: Any) -> dict[str, Any]:
    """The body of a text message."""
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}, **more}


class GraphClient:
    """Sends as the product does and controls as a script does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def send(
        self, body: Any, *, number: str = DEFAULT_PHONE_NUMBER_ID, version: str = "v26.0"
    ) -> httpx.Response:
        """Post to the messages edge."""
        return await self.http.post(f"/graph/{version}/{number}/messages", json=body, headers=HEADERS)

    async def accepted(self, body: Any) -> str:
        """Send a body that is accepted; its wamid. A file it names by an id of a sample is uploaded first."""
        file = body.get(body.get("type", ""), {})
        if isinstance(file, dict) and "id" in file:
            body = body | {body["type"]: file | {"id": await self.uploaded()}}
        response = await self.send(body)
        assert response.status_code == 200, response.text
        wamid = response.json()["messages"][0]["id"]
        assert isinstance(wamid, str)
        return wamid

    async def uploaded(self, content: bytes = b"%PDF-1.7", mime_type: str = "application/pdf") -> str:
        """The id of a file that was uploaded."""
        response = await self.http.post(
            f"/graph/v26.0/{DEFAULT_PHONE_NUMBER_ID}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": ("a file", content, mime_type)},
            headers=HEADERS,
        )
        return str(response.raise_for_status().json()["id"])

    async def refusal(self, body: Any) -> dict[str, Any]:
        """Send a body that is refused; the error, with the HTTP status under `http`."""
        response = await self.send(body)
        assert response.status_code >= 400, response.text
        error = response.json()["error"]
        assert isinstance(error, dict)
        return error | {"http": response.status_code}

    async def control(self, **patch: Any) -> dict[str, Any]:
        """Merge a control."""
        response = await self.http.post("/graph/_control", json=patch)
        assert response.status_code == 200, response.text
        state = response.json()
        assert isinstance(state, dict)
        return state

    async def inbound(self, **given: Any) -> dict[str, Any]:
        """Let a customer write; `sender` is `from`."""
        response = await self.http.post("/graph/_inbound", json={"from": given.pop("sender", PHONE), **given})
        assert response.status_code == 200, response.text
        report = response.json()
        assert isinstance(report, dict)
        return report

    async def log(self, **query: Any) -> list[dict[str, Any]]:
        """The log."""
        entries = (await self.http.get("/graph/_log", params=query)).json()
        assert isinstance(entries, list)
        return entries
