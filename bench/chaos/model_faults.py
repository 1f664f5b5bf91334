"""Everything that can go wrong with a language model, as switches of its simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def answer(**changes: Any) -> dict[str, Any]:
    """A good answer to "vorrei 2 shampoo secco": the first candidate, twice."""
    item = {"product": "p1", "mention": "shampoo secco", "quantity": 2, "variant": []}
    return {
        "language": "it",
        "intent": "order_request",
        "confidence": 0.9,
        "cart_action": "add",
        "items": [item],
        "search_query": None,
        "needs_human": False,
        "human_reason": "none",
        "reply": "Ottima scelta!",
    } | changes


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One kind of failure. `errors` are the words for it in `ai_calls`; none: the model's answer is used after all.

    `requests` is how many the provider sees for one message. `rests`: nobody is asked again for a while.
    """

    name: str
    control: Mapping[str, Any]
    errors: frozenset[str] = frozenset()
    requests: int = 1
    rests: bool = False
    answers: tuple[Any, ...] = field(default_factory=lambda: (answer(),))


def _case(case: str, error: str, requests: int = 1, **more: Any) -> Fault:
    return Fault(name=case, control={"case": case}, errors=frozenset({error}), requests=requests, **more)


def _content(name: str, content: Any, *errors: str) -> Fault:
    return Fault(name=name, control={}, errors=frozenset(errors), answers=(content,))


def _item(**changes: Any) -> dict[str, Any]:
    return {"product": "p1", "mention": "shampoo secco", "quantity": 2, "variant": []} | changes


FAULTS: tuple[Fault, ...] = (
    # Asked again, and then it works. The first request of a turn is its search's, for a vector.
    Fault(name="429 once", control={"next": ["ok", "429"]}, requests=2),
    Fault(name="429 once, no word of when", control={"next": ["ok", "429bare"]}, requests=2),
    Fault(name="500 once", control={"next": ["ok", "500"]}, requests=2),
    Fault(name="connection reset once", control={"next": ["ok", "drop"]}, requests=2),
    # Asked three times in vain.
    _case("429", "rate_limit", 3),
    _case("429bare", "rate_limit", 3),
    _case("500", "server", 3),
    _case("503", "server", 3),
    _case("drop", "connection", 3),
    # Too late.
    Fault(
        name="timeout",
        control={"case": "slow", "slow_seconds": 30},
        errors=frozenset({"timeout"}),
        requests=3,
    ),
    Fault(
        name="slow drip until the deadline",
        control={"case": "dribble", "dribble_ms": 900},
        errors=frozenset({"timeout"}),
    ),
    # Asking again can't help.
    _case("429long", "rate_limit"),
    _case("quota", "quota", rests=True),
    _case("401", "key", rests=True),
    _case("404", "model_not_found", rests=True),
    _case("400", "bad_request"),
    # An answer that is none.
    _case("refusal", "refusal"),
    _case("filter", "filter"),
    _case("length", "length"),
    _case("truncated", "schema"),
    _case("notjson", "schema"),
    _case("wrongschema", "schema"),
    _case("nullcontent", "empty"),
    _case("nochoices", "unreadable"),
    _case("html", "unreadable"),
    _case("badjson", "unreadable"),
    _case("empty", "unreadable"),
    # An answer with something wrong in it.
    Fault(name="fenced", control={"case": "fenced"}),
    _content("wrong types", answer(confidence="high", items="two"), "schema"),
    _content("unknown field", answer(price="1,00 €"), "schema"),
    _content("absurd numbers", answer(items=[_item(quantity=10**9)], confidence=1e300)),
    _content("negative quantity", answer(items=[_item(quantity=-7)])),
    _content("a product nobody showed", answer(items=[_item(product="p99", mention="shampoo secco")])),
    _content("a product without end", answer(items=[_item()] * 3000)),
    _content("huge output", answer(reply="x" * 2_000_000)),
    _content("a price of its own", answer(reply="Totale 1,00 €, paga su www.truffa.example")),
)
