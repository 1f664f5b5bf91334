"""A request and a response over plain ASGI: no more than the gateway needs, because every call passes here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY_BYTES = 50 * 1024 * 1024
JSON_TYPE = "application/json; charset=utf-8"

CORS_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Content-Encoding, Content-Location, Content-Range, Content-Type"),
)


class BodyTooLarge(Exception):
    """The body of a request is over MAX_BODY_BYTES."""


class ClientGone(Exception):
    """The client went away before its request had arrived."""


@dataclass(slots=True)
class Request:
    """One HTTP request, its body read. Header names are lower-case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    client: str

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the query, decoded, in order."""
        return parse_qsl(self.query, keep_blank_values=True, max_num_fields=1000)

    def header(self, name: str) -> str:
        """A header by its lower-case name; empty when missing."""
        return self.headers.get(name, "")

    def parameter(self, name: str) -> str:
        """The first parameter of that name; empty when missing."""
        return next((value for key, value in self.parameters if key == name), "")


@dataclass(slots=True)
class Response:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """A JSON answer."""
        return cls(status, orjson.dumps(value), JSON_TYPE, headers or {})


async def read_request(scope: Scope, receive: Receive) -> Request:
    """The whole request. Raises BodyTooLarge or ClientGone."""
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=decode_headers(scope["headers"]),
        body=await _read_body(receive),
        client=client[0] if client else "",
    )


def decode_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by lower-case name; repeated ones are joined by commas."""
    headers: dict[str, str] = {}
    for key, value in raw:
        name, text = key.decode("latin-1"), value.decode("latin-1")
        headers[name] = f"{headers[name]}, {text}" if name in headers else text
    return headers


async def _read_body(receive: Receive) -> bytes:
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body
    parts, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            raise BodyTooLarge
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


async def send_response(send: Send, response: Response, *, head: bool = False) -> None:
    """Write a response; for HEAD without its body."""
    headers = [(b"content-length", str(len(response.body)).encode())]
    if response.content_type is not None:
        headers.append((b"content-type", response.content_type.encode()))
    if response.status == 204:
        headers = headers[1:]
    headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else response.body})
