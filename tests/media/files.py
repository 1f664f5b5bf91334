"""A customer who sends files, and everything that happens to them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import httpx
from supabase import AsyncClient

from processors.media.fetcher import Fetcher
from processors.outbox import Sender
from tests.fixtures.gateway import RunningGateway
from tests.flows.phone import NUMBER, Phone

AGENT = "00000000-0000-4000-8000-000000000021"
VIEWER = "00000000-0000-4000-8000-000000000023"
STRANGER = "00000000-0000-4000-8000-0000000000aa"
BUSINESS = "00000000-0000-4000-8000-000000000001"

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"photo" * 40
OGG = b"OggS\x00\x02" + b"voice" * 40
PDF = b"%PDF-1.7\n" + b"page" * 40
EXE = b"MZ\x90\x00\x03" + bytes(200)

WORK_SECONDS = 60.0


@dataclass
class Files:
    """A phone that sends files, the simulated providers, and a worker's hands."""

    phone: Phone
    wire: httpx.AsyncClient
    gateway: RunningGateway
    fetcher: Fetcher
    sender: Sender

    async def send(self, kind: str, data: bytes, mime_type: str, **more: Any) -> str:
        """A message with a file comes in; returns the provider's id of the file."""
        upload = await self.wire.post(
            f"/graph/v25.0/{NUMBER}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": ("a file", data, mime_type)},
            headers={"Authorization": "Bearer dev-token"},
        )
        media_id = str(upload.raise_for_status().json()["id"])
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        media = {"id": media_id, "mime_type": mime_type, "sha256": digest}
        own = {key: more.pop(key) for key in ("filename", "voice") if key in more}
        await self.phone.send(type=kind, payload={"media": media | own}, **more)
        return media_id

    async def send_voice(self, says: str | None = None) -> str:
        """A voice note, and what the model will hear in it."""
        if says is not None:
            await self.openai(transcripts=[says])
        return await self.send("audio", OGG, "audio/ogg", voice=True)

    async def work(self) -> None:
        """What a worker does once: claim, fetch, store, transcribe."""
        await self.fetcher.step()
        await self.fetcher.drain(WORK_SECONDS)

    async def deliver(self) -> None:
        """What the worker does with the outbox."""
        await self.sender.step()
        await self.sender.drain()

    async def graph(self, **faults: Any) -> None:
        (await self.wire.post("/graph/_control", json=faults)).raise_for_status()

    async def openai(self, **faults: Any) -> None:
        (await self.wire.post("/openai/_control", json=faults)).raise_for_status()

    async def log(self, service: str = "graph") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.wire.get(f"/{service}/_log")).json()
        return found

    async def row(self) -> dict[str, Any]:
        """The latest file."""
        [row] = await self.phone.rows("select * from message_media order by created_at desc, id limit 1")
        return dict(row)

    async def due(self) -> None:
        """Let pauses and leases run out."""
        await self.phone.rows(
            "update message_media set run_at = now() - interval '1 second' where run_at is not null"
        )

    async def as_user(self, user_id: str) -> AsyncClient:
        """Storage as somebody who is signed in sees it."""
        return await self.gateway.client(self.gateway.anon_key, token=self.gateway.user_token(user_id))
