"""What functions and triggers say about the answer by `response.status` and `response.headers`.

Source: PostgREST v14, "Transactions", response headers and status.
"""

from __future__ import annotations

import re

import orjson

from devstack.gateway.http import Response
from devstack.gateway.rest.errors import ApiError
from devstack.gateway.rest.statement import Result

_STATUS = re.compile(r"[1-5][0-9]{2}")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*")


def overridden(response: Response, result: Result) -> Response:
    """The answer as the database wants it. Raises PGRST111 or PGRST112; the transaction has ended by then."""
    if result.status is not None:
        if _STATUS.fullmatch(result.status) is None:
            raise ApiError(500, "PGRST112", "response.status guc must be a valid status code")
        response.status = int(result.status)
    if result.headers is not None:
        response.headers |= _headers(result.headers)
    return response


def _headers(text: str) -> dict[str, str]:
    try:
        listed = orjson.loads(text)
    except ValueError:
        raise _malformed() from None
    if not isinstance(listed, list):
        raise _malformed()
    headers = {}
    for one in listed:
        if not isinstance(one, dict) or len(one) != 1:
            raise _malformed()
        ((name, value),) = one.items()
        if not isinstance(value, str) or _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
            raise _malformed()
        headers[name.lower()] = value
    return headers


def _malformed() -> ApiError:
    return ApiError(
        *(500, "PGRST111"),
        "response.headers guc must be a JSON array composed of objects with a single key and a string value",
    )
