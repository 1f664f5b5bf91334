"""How errors become answers: always `{error, field, …}` in JSON, never a value that the caller sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from processors.errors import (
    BadRequest,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PayloadTooLarge,
    SignatureError,
    StorageError,
    StorageUnavailable,
    TooManyRequests,
)

log = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "5"}

STATUSES: Mapping[type[BadRequest], int] = {
    NotSignedIn: 401,
    SignatureError: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    PayloadTooLarge: 413,
    TooManyRequests: 429,
    BadRequest: 422,
}


class Problem(BaseModel):
    """The body of every answer that is not a success."""

    error: str = Field(description="What is wrong, in words.", examples=["text must not be empty"])
    field: str | None = Field(default=None, description="The input that is wrong.", examples=["text"])
    remedy: str | None = Field(default=None, description="What would help.")


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The `responses` of a route for OpenAPI."""
    texts = {
        400: "The body is not JSON.",
        401: "The key or access token is missing or wrong.",
        403: "The caller's role does not permit it.",
        404: "Not there, or somebody else's.",
        409: "Not possible as things stand.",
        413: "The body is too large.",
        429: "Asked too often; wait a minute.",
        422: "Some input is wrong; `field` names it.",
        503: "Storage is unavailable; try again after `Retry-After` seconds.",
    }
    return {status: {"model": Problem, "description": texts[status]} for status in statuses}


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(BadRequest, _bad_request)
    app.add_exception_handler(StorageError, _storage)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)


def problem(
    status: int,
    error: str,
    *,
    field: str | None = None,
    remedy: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer in the one shape of errors."""
    body: dict[str, str | None] = {"error": error, "field": field}
    if remedy:
        body["remedy"] = remedy
    return JSONResponse(body, status_code=status, headers=dict(headers) if headers else None)


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BadRequest)
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return problem(status, str(error), field=error.field, remedy=error.remedy, headers=headers)


async def _storage(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StorageError)
    log.warning("storage failed a request: %s", error.code or type(error).__name__)
    if isinstance(error, StorageUnavailable):
        return problem(503, "storage is unavailable, try again", headers=RETRY_AFTER)
    return problem(500, "storage refused the request")


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = error.errors()
    if any(p["type"] == "json_invalid" for p in problems):
        return problem(400, "the body is not JSON", field="body")
    first = problems[0]
    # The place begins with where it was found: body, query, header or path.
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    text = first["msg"].removeprefix("Value error, ")
    return problem(422, text if text.startswith(field) else f"{field}: {text}", field=field)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail), headers=error.headers)


async def _defect(request: Request, error: Exception) -> JSONResponse:
    """The answer only; the application logs the defect without its text."""
    return problem(500, "something went wrong here")
