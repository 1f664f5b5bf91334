"""Whom the token is shown to on the way to a file, and what an upload's answer means."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from processors.channels.base import SendResult
from processors.channels.whatsapp.media import WhatsAppFiles, digest_of
from processors.errors import MediaError
from processors.settings import Settings
from tests.devstack.simulators.serving import serving

FILE = b"a file"


@dataclass
class Wire:
    """A Graph whose files are where `at` says, and somebody else's server."""

    at: str = ""
    home: str = ""
    elsewhere: str = ""
    shown: list[tuple[str, str]] = field(default_factory=list)
    files: WhatsAppFiles | None = None

    def app(self, name: str) -> Starlette:
        async def look_up(request: Request) -> Response:
            url = self.at or f"{request.url.scheme}://{request.url.netloc}/content"
            return JSONResponse({"url": url, "mime_type": "text/plain", "sha256": None, "file_size": 6})

        async def content(request: Request) -> Response:
            self.shown.append((name, request.headers.get("authorization", "")))
            return Response(FILE)

        async def away(request: Request) -> Response:
            return RedirectResponse(f"{self.elsewhere}/content")

        async def loop(request: Request) -> Response:
            return RedirectResponse("/loop")

        async def upload(request: Request) -> Response:
            error = {"code": 131053, "message": "Media upload error", "error_data": {"details": "too large"}}
            return JSONResponse({"error": error}, 400)

        routes = [
            Route("/v25.0/{id}/media", upload, methods=["POST"]),
            Route("/v25.0/{id}", look_up),
            Route("/content", content),
            Route("/away", away),
            Route("/loop", loop),
        ]
        return Starlette(routes=routes)


@pytest_asyncio.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    async with (
        serving(wire.app("meta")) as url,
        serving(wire.app("other")) as other,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        wire.home, wire.elsewhere = url, other
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # Known at run time.
            supabase_url=url,
            supabase_anon_key=SecretStr("a"),
            supabase_service_role_key=SecretStr("s"),
            whatsapp_api_url=url,
            whatsapp_access_token=SecretStr("EAAtoken"),
        )
        wire.files = WhatsAppFiles(settings, http)
        yield wire


async def fetch(wire: Wire, limit: int = 1000) -> bytes:
    assert wire.files is not None
    into = io.BytesIO()
    await wire.files.fetch("1", into, limit=limit)
    return into.getvalue()


async def test_the_token_opens_the_providers_own_files(wire: Wire) -> None:
    assert await fetch(wire) == FILE
    assert wire.shown == [("meta", "Bearer EAAtoken")]


async def test_an_address_elsewhere_without_tls_is_not_followed(wire: Wire) -> None:
    for way in (f"{wire.elsewhere}/content", "http://169.254.169.254/latest", "file:///etc/passwd"):
        wire.at = way
        with pytest.raises(MediaError, match="not https"):
            await fetch(wire)
    assert wire.shown == []


async def test_redirects_end_and_lead_nowhere_else(wire: Wire) -> None:
    for way, problem in (("/away", "not https"), ("/loop", "too many redirects")):
        wire.at = wire.home + way
        with pytest.raises(MediaError, match=problem):
            await fetch(wire)
    assert wire.shown == []


@pytest.mark.parametrize(
    ("host", "trusted"),
    [
        ("lookaside.fbsbx.com", True),
        ("scontent.facebook.com", True),
        ("fbsbx.com.evil.example", False),
        ("evilfbsbx.com", False),
        ("example.com", False),
    ],
)
async def test_only_metas_hosts_see_the_token(wire: Wire, host: str, trusted: bool) -> None:
    assert wire.files is not None
    assert ("Authorization" in wire.files._headers(f"https://{host}/x")) is trusted


async def test_more_than_the_limit_is_not_read(wire: Wire) -> None:
    with pytest.raises(MediaError) as refusal:
        await fetch(wire, limit=5)
    assert refusal.value.reason == "too_large"


async def test_a_refused_upload_is_a_send_that_did_not_happen(wire: Wire) -> None:
    assert wire.files is not None
    result = await wire.files.upload("1", FILE, mime_type="text/csv", file_name="x.csv")
    assert isinstance(result, SendResult)
    assert (result.outcome, result.code) == ("failed", 131053)


def test_digests_are_compared_whatever_their_spelling() -> None:
    digest = hashlib.sha256(FILE).digest()
    assert digest_of(digest.hex()) == digest_of(digest.hex().upper()) == digest
    assert digest_of("gyrQhKzrvr2nqAyYc4KSYCcbMWB8UpJZUaXo0QI3kSE=") is not None
    for nonsense in (None, 5, "", "abc", "ä" * 64, "YWJj"):
        assert digest_of(nonsense) is None
