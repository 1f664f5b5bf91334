"""What vectors of queries cost: gathered while a turn is worked out, and recorded with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from decimal import ROUND_UP, Decimal

from processors.model import AiCall

PURPOSE = "embedding"
DOLLARS_PER_MILLION = {"text-embedding-3-small": Decimal("0.02"), "text-embedding-3-large": Decimal("0.13")}
"""List prices of November 2026; an unlisted model costs an unknown 0."""

_SMALLEST = Decimal("0.000001")
_calls: ContextVar[list[AiCall] | None] = ContextVar("embedding_calls", default=None)


@contextmanager
def metering() -> Iterator[list[AiCall]]:
    """Gathers the calls that are made inside, by child tasks too."""
    calls: list[AiCall] = []
    token = _calls.set(calls)
    try:
        yield calls
    finally:
        _calls.reset(token)


def count(model: str, *, tokens: int, latency_ms: int, error: str = "") -> None:
    """Note one call for embeddings. Calls of one model and outcome are one row, so that their cost adds up."""
    calls = _calls.get()
    if calls is None:
        return
    outcome = "failed" if error else "ok"
    for place, known in enumerate(calls):
        if (known.model, known.outcome, known.error) == (model, outcome, error):
            tokens, latency_ms = known.input_tokens + tokens, known.latency_ms + latency_ms
            calls[place] = replace(
                known, input_tokens=tokens, latency_ms=latency_ms, cost_usd=cost_usd(model, tokens)
            )
            return
    calls.append(
        AiCall(
            purpose=PURPOSE,
            model=model,
            outcome=outcome,
            input_tokens=tokens,
            cost_usd=cost_usd(model, tokens),
            latency_ms=latency_ms,
            error=error,
        )
    )


def cost_usd(model: str, tokens: int) -> Decimal:
    """What so many tokens cost, rounded up: the smallest amount that is kept is dearer than a short query."""
    exact = DOLLARS_PER_MILLION.get(model, Decimal(0)) * tokens / 1_000_000
    return exact.quantize(_SMALLEST, rounding=ROUND_UP)
