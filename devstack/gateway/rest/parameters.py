"""The query string as pairs of names and values, decoded strictly."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from devstack.gateway.http import Request, Response
from devstack.gateway.rest.errors import ApiError

MAX_TARGET_BYTES = 8192
"""Path and query together. The proxies of hosted projects answer 414 beyond about so much: long lists go to rpc."""

_NOT_ASCII = re.compile(r"[^\x21-\x7e]")


class TargetTooLong(Exception):
    """The address of a request is over MAX_TARGET_BYTES."""

    @staticmethod
    def response() -> Response:
        """What the proxy in front of PostgREST says; no JSON, and the clients have to live with it."""
        return Response(414, b"URI too long\n", "text/plain; charset=utf-8")


def read_parameters(request: Request) -> list[tuple[str, str]]:
    """The parameters of a request, in order. Raises TargetTooLong, and ApiError 22021 for what is no UTF-8."""
    if len(request.path) + len(request.query) > MAX_TARGET_BYTES:
        raise TargetTooLong
    return [_pair(part) for part in request.query.split("&") if part]


def _pair(part: str) -> tuple[str, str]:
    name, separator, value = part.partition("=")
    if not separator:
        raise ApiError(400, "PGRST100", f'"{_shown(part)}" has no value', None, "Write name=value.")
    return _decoded(name), _decoded(value)


def _decoded(text: str) -> str:
    if _NOT_ASCII.search(text) is not None:
        # Bytes that should have been percent-encoded; uvicorn hands them on as Latin-1.
        text = _utf8(text.encode("latin-1"))
    if "%" not in text and "+" not in text:
        return text
    try:
        decoded = unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise _no_utf8() from None
    return decoded


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _no_utf8() from None


def _no_utf8() -> ApiError:
    return ApiError(400, "22021", 'invalid byte sequence for encoding "UTF8"')


def _shown(text: str) -> str:
    return text if len(text) <= 50 else text[:50] + "…"
