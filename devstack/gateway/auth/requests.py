"""What the requests of Auth hold: bodies, addresses, numbers; each refused by name when it is malformed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
from starlette.requests import Request

from devstack.gateway.auth.errors import AuthError

MAX_BODY_BYTES = 1024 * 1024
_EMAIL = re.compile(r"[^@\s\0]{1,64}@[^@\s\0.]+(\.[^@\s\0.]+)+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


async def json_body(request: Request) -> Mapping[str, Any]:
    """The JSON object of a request; empty when there is no body."""
    raw = await request.body()
    try:
        body = orjson.loads(raw or b"{}")
    except orjson.JSONDecodeError:
        raise AuthError(400, "bad_json", "Could not parse request body as JSON") from None
    if not isinstance(body, dict):
        raise AuthError(400, "bad_json", "The request body must be a JSON object")
    if b"\\u0000" in raw:
        raise AuthError(400, "validation_failed", "The request body holds a null character")
    return body


def text(body: Mapping[str, Any], name: str) -> str:
    """A text that has to be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise AuthError(400, "validation_failed", f"{name} is missing")
    return value


def email(body: Mapping[str, Any], name: str = "email") -> str:
    """An address in lower case."""
    value = body.get(name)
    if not value:
        raise AuthError(400, "validation_failed", "An email address is required")
    if not isinstance(value, str) or len(value) > 254 or not _EMAIL.fullmatch(value):
        raise AuthError(400, "validation_failed", "Unable to validate email address: invalid format")
    return value.lower()


def metadata(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """A JSON object, or None when it is not given."""
    value = body.get(name)
    if value is not None and not isinstance(value, dict):
        raise AuthError(400, "validation_failed", f"{name} must be a JSON object")
    return value


def user_id(request: Request) -> uuid.UUID:
    """The user of the path."""
    try:
        return uuid.UUID(request.path_params["user_id"])
    except ValueError:
        raise AuthError(404, "validation_failed", "user_id must be an UUID") from None


def page_number(request: Request, name: str, default: int) -> int:
    """A number of the query from 1 on. The Python client sends empty texts for what it was not given."""
    value = request.query_params.get(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 10**9:
        raise AuthError(400, "validation_failed", f"Bad Pagination Parameters: {name}={value[:40]!r}")
    return int(value)


def ban_duration(body: Mapping[str, Any]) -> timedelta | None:
    """How long a user is to be banned: zero lifts the ban, None says nothing about it. `24h`, `1h30m`, `none`."""
    value = body.get("ban_duration")
    if value is None or value == "":
        return None
    if value == "none":
        return timedelta(0)
    parts = _DURATION_PART.findall(value) if isinstance(value, str) else []
    if not parts or "".join(number + unit for number, unit in parts) != value:
        raise AuthError(400, "validation_failed", f"invalid format for ban duration: {str(value)[:40]!r}")
    seconds = sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts)
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise AuthError(400, "validation_failed", "invalid format for ban duration: too long") from None


def address(request: Request) -> str:
    """Where the request comes from, for limits."""
    return request.client.host if request.client else ""
