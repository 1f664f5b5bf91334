"""Which models there are, and what they refuse.

Source: platform.openai.com, deprecations and model pages, and the types of the openai package 3.52 (November 2026).
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from devstack.simulators.instances import strict_problem
from devstack.simulators.openai_cases import bad_request

SHUTDOWN_DATES: dict[str, str | None] = {
    "gpt-6-luna": None,
    "gpt-6-sol": None,
    "gpt-5.6-luna": None,
    "gpt-5.4-mini": None,
    "gpt-5-mini": "2026-12-11",
    "gpt-4o": "2027-01-14",
    "gpt-4o-mini": "2027-01-14",
    "gpt-transcribe": None,
    "whisper-1": "2027-02-26",
    "text-embedding-3-small": None,
    "text-embedding-3-large": None,
    "text-embedding-ada-002": None,
}
RETIRED = frozenset({"gpt-3.5-turbo", "gpt-4", "gpt-4-turbo", "gpt-4.1-nano", "o1", "o3-mini", "o4-mini"})
EMBEDDING_DIMENSIONS = {"text-embedding-3-large": 3072}
DEFAULT_DIMENSIONS = 1536
FIXED_DIMENSIONS = frozenset({"text-embedding-ada-002"})

INPUTS_MAX = 2048
_REASONS = re.compile(r"(gpt-[56]|o\d)")


def described(model: str) -> dict[str, Any]:
    """A model as `GET /v1/models/{id}` shows it."""
    date = SHUTDOWN_DATES.get(model)
    return {"id": model, "object": "model", "created": 1, "owned_by": "simulator", "shutdown_date": date}


def chat_problem(body: dict[str, Any]) -> Response | None:
    """Why OpenAI would refuse a chat request, or None."""
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        return bad_request("Missing required parameter: 'messages'.", param="messages")
    if _REASONS.match(body["model"]):
        if "max_tokens" in body:
            message = "Unsupported parameter: 'max_tokens' is not supported with this model."
            return bad_request(message, param="max_tokens", code="unsupported_parameter")
        if body.get("temperature", 1) != 1 and body.get("reasoning_effort") != "none":
            message = "Unsupported value: 'temperature' does not support this value with this model."
            return bad_request(message, param="temperature", code="unsupported_value")
    wanted = (body.get("response_format") or {}).get("json_schema") or {}
    problem = strict_problem(wanted.get("schema")) if wanted.get("strict") else None
    if problem:
        message = f"Invalid schema for response_format '{wanted.get('name')}': {problem}."
        return bad_request(message, param="response_format")
    return None


def embedding_problem(body: dict[str, Any], texts: list[Any]) -> Response | None:
    """Why OpenAI would refuse an embeddings request, or None. `texts` is the input as a list."""
    if not texts or any(text in ("", []) for text in texts):
        return bad_request("'$.input' is invalid: an input must not be empty.", param="input")
    if len(texts) > INPUTS_MAX:
        return bad_request(f"'$.input' is invalid: at most {INPUTS_MAX} inputs are allowed.", param="input")
    if body.get("encoding_format", "float") not in ("float", "base64"):
        return bad_request("'$.encoding_format' must be float or base64.", param="encoding_format")
    wanted = body.get("dimensions")
    if wanted is None:
        return None
    most = EMBEDDING_DIMENSIONS.get(body["model"], DEFAULT_DIMENSIONS)
    is_whole = isinstance(wanted, int) and not isinstance(wanted, bool)
    if body["model"] in FIXED_DIMENSIONS or not is_whole or not 1 <= wanted <= most:
        return bad_request("This model does not support specifying these dimensions.", param="dimensions")
    return None


def dimensions(body: dict[str, Any]) -> int:
    """How many numbers the request's vectors have."""
    return int(body.get("dimensions") or EMBEDDING_DIMENSIONS.get(body["model"], DEFAULT_DIMENSIONS))
