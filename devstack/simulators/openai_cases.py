"""Everything that can go wrong between a client and OpenAI, by name.

A case is chosen by the model name `fake:<case>`, by the control's `next` list, or by its `case`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any, Literal, get_args

import orjson
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse

from devstack.simulators.service import Dropped

ChatCase = Literal[
    "refusal", "length", "filter", "notjson", "fenced", "wrongschema", "truncated", "nullcontent", "nochoices"
]
WireCase = Literal[
    "html", "badjson", "empty", "429", "429bare", "429once", "429long", "quota", "500", "503", "401", "404", "400",
    "slow", "dribble", "drop", "streamerr",
]  # fmt: skip
EmbeddingCase = Literal["embed_base64", "embed_dimension", "embed_short"]
Case = Literal["ok", ChatCase, WireCase, EmbeddingCase]
CASES: tuple[str, ...] = get_args(Case)

DRIBBLES = 16
"""Pieces in which a dribbled answer arrives."""

LONG_WAIT_SECONDS = 600
"""Longer than the SDK is willing to wait: it does not retry at all."""


def error(
    status: int,
    message: str,
    *,
    kind: str,
    code: str | None = None,
    param: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error body of OpenAI's API."""
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)


def bad_request(message: str, *, param: str | None = None, code: str | None = None) -> Response:
    """400: the request can't be used."""
    return error(400, message, kind="invalid_request_error", param=param, code=code)


def no_such_model(model: str) -> Response:
    """404: what a retired model gives."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return error(404, message, kind="invalid_request_error", code="model_not_found")


def wrong_key() -> Response:
    """401."""
    message = "Incorrect API key provided. You can find your API key in your account."
    return error(401, message, kind="invalid_request_error", code="invalid_api_key")


def fault(case: str, model: str) -> Response | None:
    """The answer of a case that doesn't depend on the request, or None."""
    match case:
        case "html":
            return HTMLResponse("<html><body><h1>It works!</h1></body></html>")
        case "badjson":
            return Response('{"id":"chatcmpl-1","choices":[{"index":0,', media_type="application/json")
        case "empty":
            return JSONResponse({})
        case "429" | "429once":
            return _rate_limited({"retry-after-ms": "300", "retry-after": "1"})
        case "429bare":
            return _rate_limited({})
        case "429long":
            return _rate_limited({"retry-after": str(LONG_WAIT_SECONDS)})
        case "quota":
            message = "You exceeded your current quota, please check your plan and billing details."
            return error(429, message, kind="insufficient_quota", code="insufficient_quota")
        case "500":
            return error(500, "The server had an error while processing your request.", kind="server_error")
        case "503":
            return PlainTextResponse("upstream connect error or disconnect before headers", status_code=503)
        case "401":
            return wrong_key()
        case "404":
            return no_such_model(model)
        case "400":
            message = "Unsupported parameter: 'seed' is not supported with this model."
            return bad_request(message, param="seed", code="unsupported_parameter")
        case "drop":
            return Dropped()
    return None


def _rate_limited(headers: dict[str, str]) -> Response:
    limits = {
        f"x-ratelimit-{what}-{of}": value
        for of in ("requests", "tokens")
        for what, value in (("limit", "500"), ("remaining", "0"), ("reset", "1s"))
    }
    message = "Rate limit reached. Please try again in 300ms."
    return error(429, message, kind="requests", code="rate_limit_exceeded", headers=limits | headers)


def dribbled(response: Response, *, pause_seconds: float) -> Response:
    """The same answer in small pieces, each soon enough for a read timeout but all of them late."""
    content = bytes(response.body)
    size = -(-len(content) // DRIBBLES)

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), size):
            await asyncio.sleep(pause_seconds)
            yield content[start : start + size]

    return StreamingResponse(pieces(), media_type="application/json")


def streamed(completion: dict[str, Any], *, with_usage: bool, breaks: bool) -> Response:
    """A chat completion as server-sent events; `breaks`: an error event comes after the first words."""
    return StreamingResponse(
        _events(completion, with_usage=with_usage, breaks=breaks), media_type="text/event-stream"
    )


async def _events(completion: dict[str, Any], *, with_usage: bool, breaks: bool) -> AsyncIterator[bytes]:
    head = {key: completion[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    choices = completion["choices"]
    content = choices[0]["message"]["content"] or "" if choices else ""
    words = [content[start : start + 20] for start in range(0, len(content), 20)] or [""]
    for word in words[:1] if breaks else words:
        delta = {"role": "assistant", "content": word}
        yield _event(head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    if breaks:
        yield _event({"error": {"message": "The server had an error.", "type": "server_error", "code": None}})
        return
    for choice in choices:
        yield _event(
            head | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
        )
    if with_usage:
        yield _event(head | {"choices": [], "usage": completion["usage"]})
    yield b"data: [DONE]\n\n"


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(data) + b"\n\n"


def request_id() -> str:
    """A fresh value of the header `x-request-id`."""
    return f"req_{secrets.token_hex(16)}"
