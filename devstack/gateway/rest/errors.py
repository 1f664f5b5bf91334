"""PostgREST's errors: the body with its four keys, and the status for each SQLSTATE.

Source: PostgREST v14, "Errors" in its documentation.
"""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson

from devstack.gateway.http import Response
from devstack.gateway.tokens import Identity, TokenRefused

_BY_STATE = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "57P01": 503,
    "P0001": 400,
}
_BY_CLASS = {
    "08": 503,
    "09": 500,
    "0L": 403,
    "0P": 403,
    "25": 500,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "53": 503,
    "54": 500,
    "55": 500,
    "57": 500,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0": 500,
    "XX": 500,
}


class ApiError(Exception):
    """A refusal. `status` is HTTP's; the rest is the body."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Any = None,
        hint: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
        self.headers = headers or {}

    def response(self) -> Response:
        """The answer, with the header that HEAD requests are read from."""
        body = {"code": self.code, "details": self.details, "hint": self.hint, "message": self.message}
        headers = {"proxy-status": f"PostgREST; error={self.code}", **self.headers}
        return Response.json(body, self.status, headers)


def bad_query(what: str, text: str, position: int, details: str) -> ApiError:
    """PGRST100: a parameter that can't be read."""
    shown = text if len(text) <= 200 else text[:200] + "…"
    message = f'"failed to parse {what} ({shown})" (line 1, column {position + 1})'
    return ApiError(400, "PGRST100", message, details)


def unsupported(what: str, hint: str) -> ApiError:
    """PGRST100 as well: PostgREST knows it, this gateway does not."""
    return ApiError(400, "PGRST100", f"{what} is not supported by this gateway", None, hint)


def bad_body(message: str) -> ApiError:
    """PGRST102: a request body that can't be used."""
    return ApiError(400, "PGRST102", message)


def from_token(error: TokenRefused) -> ApiError:
    """401 for a token that was refused."""
    challenge = f'Bearer error="invalid_token", error_description="{error.message}"'
    return ApiError(401, error.code, error.message, headers={"www-authenticate": challenge})


def from_postgres(error: asyncpg.PostgresError, identity: Identity) -> ApiError:
    """What an error of the database becomes."""
    state: str = error.sqlstate or "XX000"
    if state == "PGRST":
        return _from_raise(error)
    message, detail, hint = _texts(error)
    status = _status(state, message, identity)
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    return ApiError(status, state, message, detail, hint, headers)


def _texts(error: asyncpg.PostgresError) -> tuple[str, str | None, str | None]:
    """Message, detail and hint of an error; asyncpg keeps them as attributes that its types do not know."""
    values = (getattr(error, name, None) for name in ("message", "detail", "hint"))
    message, detail, hint = (value if isinstance(value, str) else None for value in values)
    return message or str(error), detail, hint


def _status(state: str, message: str, identity: Identity) -> int:
    if state == "42501":
        return 401 if identity.role == "anon" else 403
    if state == "22023" and message.startswith("role ") and message.endswith("does not exist"):
        return 401
    if state == "21000":
        return 400 if message.endswith("requires a WHERE clause") else 500
    if state.startswith("PT") and state[2:].isdigit():
        status = int(state[2:])
        return status if 100 <= status <= 599 else 500
    if state in _BY_STATE:
        return _BY_STATE[state]
    return _BY_CLASS.get(state[:2], 400)


def _from_raise(error: asyncpg.PostgresError) -> ApiError:
    """`raise sqlstate 'PGRST'` chooses the whole answer: the body in its message, status and headers in its detail."""
    message, detail, _ = _texts(error)
    try:
        body = orjson.loads(message)
        chosen = orjson.loads(detail or "")
        headers = {str(name).lower(): str(value) for name, value in chosen.get("headers", {}).items()}
        return ApiError(
            *(int(chosen["status"]), str(body["code"]), str(body["message"])),
            *(body.get("details"), body.get("hint"), headers),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return ApiError(
            500,
            "PGRST121",
            "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
            "The message and the detail must be JSON objects",
            "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
        )
