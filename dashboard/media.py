"""Files of messages for people at the desk: `/files/{message id}`, from Storage through the desk to the browser.

Storage decides by its policies who may have a file: it signs an address for the person's own token, and the desk passes
the content on. So neither token nor address reaches the browser, and pages need nothing from another origin.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote
from uuid import UUID

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from storage3 import AsyncStorageClient
from storage3.exceptions import StorageApiError

from dashboard.attaching import attach
from dashboard.client import Storage, one
from dashboard.guard import is_same_origin
from dashboard.sessions import Session, Sessions
from dashboard.settings import DeskSettings
from processors.errors import MediaError, NotSignedIn, StorageError
from processors.media.bucket import BUCKET
from processors.media.types import EXTENSIONS
from processors.model import Json

SIGNED_SECONDS = 60
CONNECTIONS = 64
"""Of their own: people who watch films must not keep others from the database."""

SHOWN_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")
"""What browsers only ever draw or play. Everything else is saved, never opened here."""

FILE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
_PASSED_ON = ("content-length", "content-range", "accept-ranges")
_ENDINGS_TOO = {"jpg": (".jpeg",), "txt": (".csv", ".log"), "m4a": (".mp4",)}
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]+')
"""What no file name may hold: paths, and signs that turn the reading direction to hide an ending."""


class MediaRoutes:
    """The route with its own connections."""

    def __init__(self, settings: DeskSettings, sessions: Sessions, storage: Storage) -> None:
        self._cookie_name = settings.cookie_name
        self._hosts = settings.hosts
        self._anon_key = settings.supabase_anon_key.get_secret_value()
        self._url = f"{settings.supabase_url}/storage/v1/"
        self._sessions = sessions
        self._storage = storage
        self._http = httpx.AsyncClient(
            http2=False,
            timeout=settings.supabase_timeout_seconds,
            limits=httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=60),
        )

    def all(self) -> list[Route]:
        """To be put among the desk's routes. Streamlit keeps `/media` for itself."""
        return [
            Route("/files/{message_id:uuid}", self.serve, methods=["GET"]),
            Route("/files/{conversation_id:uuid}", self.attach, methods=["POST"]),
        ]

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()

    async def serve(self, request: Request) -> Response:
        """The file of a message: 404 when there is none that this person may see, 206 for a part of it."""
        session = self._sessions.find(request.cookies.get(self._cookie_name))
        if session is None:
            return PlainTextResponse("Sign in first.", 401)
        try:
            return await self._serve(session, request)
        except NotSignedIn:
            self._sessions.end(session)
            return PlainTextResponse("Sign in first.", 401)
        except (StorageError, httpx.HTTPError, OSError):
            return PlainTextResponse("The file can't be had now.", 503)

    async def attach(self, request: Request) -> Response:
        """Take a file for a conversation: its bytes are the body, its name is in `x-file-name`, percent-encoded.

        201 with what `staff_file` takes; 413 and 415 with {"reason"} when it is too large or of a kind not sent.
        """
        if not is_same_origin(request, self._hosts):
            return PlainTextResponse("Files are only taken from the desk's own page.", 403)
        session = self._sessions.find(request.cookies.get(self._cookie_name))
        if session is None:
            return PlainTextResponse("Sign in first.", 401)
        try:
            token = await self._sessions.access_token(session)
            attached = await attach(
                request,
                self._storage.of(token),
                self._storage_as(token),
                request.path_params["conversation_id"],
            )
        except NotSignedIn:
            self._sessions.end(session)
            return PlainTextResponse("Sign in first.", 401)
        except MediaError as error:
            return JSONResponse({"reason": error.reason}, 413 if error.reason == "too_large" else 415)
        except (StorageError, httpx.HTTPError, OSError):
            return JSONResponse({"reason": "unavailable"}, 503)
        if attached is None:
            return JSONResponse({"reason": "not_allowed"}, 403)
        return JSONResponse(attached, 201)

    def _storage_as(self, token: str) -> AsyncStorageClient:
        headers = {"apikey": self._anon_key, "Authorization": f"Bearer {token}"}
        return AsyncStorageClient(self._url, headers, http_client=self._http)

    async def _serve(self, session: Session, request: Request) -> Response:
        token = await self._sessions.access_token(session)
        file = await self._file(token, request.path_params["message_id"])
        url = await self._signed(token, file["storage_path"]) if file else None
        if file is None or url is None:
            return PlainTextResponse("No such file, or not yours.", 404)
        headers = _headers(file)
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        asked = {name: request.headers[name] for name in ("range",) if name in request.headers}
        upstream = await self._http.send(
            self._http.build_request("GET", url, headers={"accept-encoding": "identity", **asked}),
            stream=True,
        )
        if upstream.status_code not in (200, 206, 416):
            await upstream.aclose()
            return PlainTextResponse("The file can't be had now.", 503)
        headers |= {name: upstream.headers[name] for name in _PASSED_ON if name in upstream.headers}
        return StreamingResponse(_content(upstream), upstream.status_code, headers)

    async def _file(self, token: str, message_id: UUID) -> Json | None:
        query = (
            self._storage.of(token)
            .from_("message_media")
            .select("id, kind, mime_type, file_name, sha256, storage_path")
            .eq("message_id", str(message_id))
            .eq("state", "stored")
        )
        return await one(query.order("created_at").limit(1))

    async def _signed(self, token: str, path: str) -> str | None:
        """An address that is good for a minute, None when this person may not have it."""
        try:
            return (await self._storage_as(token).from_(BUCKET).create_signed_url(path, SIGNED_SECONDS))[
                "signedURL"
            ]
        except StorageApiError as error:
            if str(error.status) in ("400", "401", "403", "404"):
                return None
            raise StorageError(f"Storage: {error.status}") from None


async def _content(upstream: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in upstream.aiter_raw():
            yield piece
    finally:
        await upstream.aclose()


def _headers(file: Json) -> dict[str, str]:
    mime_type = str(file["mime_type"]) if file["mime_type"] in EXTENSIONS else "application/octet-stream"
    is_shown = mime_type.startswith(SHOWN_INLINE)
    return {
        "content-type": mime_type,
        "content-disposition": f"{'inline' if is_shown else 'attachment'}; {_named(file, mime_type)}",
        "content-security-policy": FILE_POLICY,
        "cross-origin-resource-policy": "same-origin",
        # Asked for each time, so that a right that was taken back counts; unchanged bytes do not travel again.
        "cache-control": "private, no-cache",
        "etag": f'"{file["sha256"] or file["id"]}"',
    }


def _named(file: Mapping[str, object], mime_type: str) -> str:
    """The name for saving, in the form for old browsers and in the one with any letters."""
    ending = EXTENSIONS.get(mime_type, "bin")
    name = _UNFIT.sub("_", str(file["file_name"] or "")).strip(" ._")[-150:]
    if not name.lower().endswith((f".{ending}", *_ENDINGS_TOO.get(ending, ()))):
        # The ending follows the content, whatever the sender called it.
        name = f"{name or file['kind']}.{ending}"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
