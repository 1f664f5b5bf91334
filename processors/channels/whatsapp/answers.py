"""What Meta's answer to a send proves: taken, refused, or nothing.

There is no idempotency key, so a message that may have gone out must not be sent again before its receipt
had time to come: in doubt the outcome is `unknown`, never `retry`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from processors.channels.base import Scope, SendResult
from processors.channels.whatsapp.errors import LONGEST_DELAY, classify
from processors.channels.whatsapp.shapes import Object, objects, optional_id, storable

_MAX_ERROR = 500
# Meta quotes a malformed token in its error, and every token of theirs begins so.
_TOKEN = re.compile(r"\bEA[A-Za-z0-9]{12,}")
# Each of these says that somebody on the way wants to be asked later, and did not pass the request on.
_ASK_LATER = frozenset({425, 429})


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """The `error` object of a Graph answer, with the parts that decisions need."""

    code: int
    subcode: int | None
    details: str
    transient: bool


def read_answer(response: httpx.Response, *, attempt: int, token: str) -> SendResult:
    """The result of a send from Meta's answer. `token` is removed from every text."""
    document = _document(response)
    error = _graph_error(document)
    if error is not None:
        return _refused(error, response, attempt=attempt, token=token)
    if response.is_success:
        return _taken(document)
    return _without_graph_error(response)


def _document(response: httpx.Response) -> Object:
    try:
        document = storable(orjson.loads(response.content))
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _graph_error(document: Object) -> GraphError | None:
    error = document.get("error")
    if not isinstance(error, dict):
        return None
    code, subcode = _integer(error.get("code")), _integer(error.get("error_subcode"))
    if code is None:
        return None
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    return GraphError(
        code=code,
        subcode=subcode,
        details=str(details or error.get("message") or ""),
        transient=error.get("is_transient") is True,
    )


def _integer(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _refused(error: GraphError, response: httpx.Response, *, attempt: int, token: str) -> SendResult:
    """Graph itself answered with an error, so it did not take the message, whatever the HTTP status."""
    transient = error.transient or response.status_code == 429 or response.status_code >= 500
    verdict = classify(
        error.code,
        without_token(error.details, token),
        subcode=error.subcode,
        transient=transient,
        attempt=attempt,
    )
    return SendResult(
        outcome="retry" if verdict.retry else "failed",
        code=error.code,
        error=verdict.explanation[:_MAX_ERROR],
        retry_after_seconds=_pause(verdict.delay_seconds, response) if verdict.retry else None,
        scope=verdict.scope,
    )


def _taken(document: Object) -> SendResult:
    """A 2xx answer with the message's id. Without a readable id it was probably taken, but which is it?"""
    messages, contacts = objects(document.get("messages")), objects(document.get("contacts"))
    external_id = messages[0].get("id") if messages else None
    if not isinstance(external_id, str) or not optional_id(external_id):
        return SendResult(outcome="unknown", error="WhatsApp said yes without a readable message id")
    wa_id = optional_id(contacts[0].get("wa_id")) if contacts else None
    return SendResult(outcome="sent", external_id=external_id, wa_id=wa_id)


def _without_graph_error(response: httpx.Response) -> SendResult:
    """An answer that did not come from Graph's own logic: a proxy, a balancer, a wrong address."""
    status = response.status_code
    error = f"HTTP {status} without an error of WhatsApp's"
    if status in _ASK_LATER:
        pause = _pause(5.0, response)
        return SendResult(outcome="retry", error=error, retry_after_seconds=pause, scope="number")
    # 502 and 504 come from a proxy that passed the request on and lost the answer. 500 and 503 usually
    # mean it was not passed on, and 408 that it came in too slowly, but nothing promises it.
    if status >= 500 or status == 408:
        return SendResult(outcome="unknown", error=error)
    # Redirects and other 4xx: whoever answered did not take it, and would answer the same again.
    scope: Scope = "account" if status in (401, 403, 407) else "message"
    return SendResult(outcome="failed", error=error, scope=scope)


def _pause(seconds: float, response: httpx.Response) -> float:
    """Our pause, or the longer one that `Retry-After` asks for in seconds."""
    header = response.headers.get("retry-after", "")
    asked = float(header) if header.isascii() and header.isdigit() and len(header) < 7 else 0.0
    return min(max(seconds, asked), LONGEST_DELAY)


def without_token(text: str, token: str) -> str:
    """The text without our token or anything that looks like one."""
    text = text.replace(token, "[token]") if token else text
    return _TOKEN.sub("[token]", text)
