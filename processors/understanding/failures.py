"""What went wrong with a model, in one short word, and whether asking once more may help."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import openai

from processors.errors import ModelUnavailable

ABOUT_THIS_MESSAGE: Final = frozenset({"refusal", "filter", "length", "schema", "empty"})
"""The host is well and only this answer is no use: one odd customer must not turn the model off for all."""

FOR_GOOD: Final = frozenset({"key", "model_not_found", "quota"})
"""Repeating can't help, so nobody waits any more."""

PAID: Final = frozenset({"refusal", "filter", "length", "schema", "empty", "unreadable", "timeout"})
"""The model was at work all the same."""

FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 8.0


def reason_of(error: Exception) -> str:
    """One short word for logs and metrics, whatever the SDK raised (measured: it raises nearly anything)."""
    if isinstance(error, ModelUnavailable):
        return error.reason
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return "timeout"
    if isinstance(error, openai.LengthFinishReasonError):
        return "length"
    if isinstance(error, openai.ContentFilterFinishReasonError):
        return "filter"
    if isinstance(error, openai.RateLimitError):
        return "quota" if error.code == "insufficient_quota" else "rate_limit"
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return "key"
    if isinstance(error, openai.NotFoundError):
        return "model_not_found"
    if isinstance(error, openai.BadRequestError):
        return "bad_request"
    if isinstance(error, openai.APIStatusError):
        return "server"
    if isinstance(error, openai.APIConnectionError):
        return "connection"
    return "unreadable"


def pause_before_retry(error: Exception, tried: int) -> float | None:
    """Seconds to wait before the next try after `tried` retries, None when it would fail again.

    A provider that says when to come back is believed, however long that is; whoever has less time gives up at once.
    """
    if isinstance(error, openai.APIStatusError):
        if error.status_code not in (408, 409, 429) and error.status_code < 500:
            return None
        if reason_of(error) == "quota" or error.response.headers.get("x-should-retry") == "false":
            return None
        asked = _asked_pause(error)
        if asked is not None:
            return asked
    elif not isinstance(error, openai.APIConnectionError):
        return None
    pause = min(FIRST_PAUSE_SECONDS * 2.0**tried, LONGEST_PAUSE_SECONDS)
    return pause * random.uniform(0.75, 1.0)  # noqa: S311  # Jitter, not a secret.


def _asked_pause(error: openai.APIStatusError) -> float | None:
    headers = error.response.headers
    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        after = headers.get("retry-after")
        if after is None:
            return None
        if after.replace(".", "", 1).isdigit():
            return float(after)
        return max((parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
