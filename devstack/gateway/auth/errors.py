"""Errors of Auth in the shape its clients read: a code, a message, and the API version echoed."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

API_VERSION = "2024-01-01"


class AuthError(Exception):
    """A refusal of Auth. `code` is one of the documented words, `reasons` only for weak passwords."""

    def __init__(self, status: int, code: str, message: str, *, reasons: list[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.reasons = reasons


def error_response(error: AuthError) -> Response:
    """Without the version header the Python client forgets the code."""
    body: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.reasons:
        body["weak_password"] = {"reasons": error.reasons}
    headers = {"X-Supabase-Api-Version": API_VERSION, "x-sb-error-code": error.code}
    return Response(orjson.dumps(body), error.status, headers=headers, media_type="application/json")
