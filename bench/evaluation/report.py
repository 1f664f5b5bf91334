"""The figures as a table that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from processors.understanding.linear import INTENTS

Figures = Mapping[str, Any]


def table(figures: Figures) -> str:
    """All that was measured, a line each, with counts."""
    return "\n".join(_lines(figures))


def _lines(figures: Figures) -> Iterator[str]:
    yield f"mode: {figures['mode']}" + (f", model {figures['model']}" if figures["model"] else "")
    for name, of_set in figures["sets"].items():
        yield f"\n{name}"
        if "language" in of_set:
            yield from _messages(of_set)
        if "carts" in of_set:
            yield from _carts(of_set["carts"])
        if "search" in of_set:
            yield from _search(of_set["search"])
        if "scam" in of_set:
            yield from _scam(of_set["scam"])
    if crossed := figures.get("cross_voice"):
        yield f"\ncross-voice ({crossed['voices']} voices, each judged by a model that never heard it)"
        yield from _messages(crossed)
    if calls := figures.get("calls"):
        yield "\nmodel"
        yield from _calls(calls)
    yield f"\n{figures['seconds']:.0f} s"


def _messages(of_set: Figures) -> Iterator[str]:
    language, intent, human = of_set["language"], of_set["intent"], of_set["needs_human"]
    yield _line("language", language["n"], f"accuracy {_p(language['accuracy'])}", language, "accuracy")
    yield _line("intent", intent["n"], f"macro-F1 {_p(intent['macro_f1'])}", intent, "macro_f1")
    for label in INTENTS:
        row = intent["confusion"][label]
        wrong = ", ".join(f"{guess} {n}" for guess, n in row.items() if n and guess != label)
        yield f"    {label:16} F1 {_p(intent['f1'][label])}  right {row[label]}" + (
            f", read as {wrong}" if wrong else ""
        )
    heard = (
        f"recall {_p(human['recall'])} ({human['heard']}/{human['needing']})  "
        f"false {_p(human['false_rate'])} ({human['false_alarms']}/{human['others']})"
    )
    yield _line("needs human", human["n"], heard, human, "recall")


def _carts(carts: Figures) -> Iterator[str]:
    yield _line("carts", carts["n"], f"exact {_p(carts['exact_share'])}", carts, "exact_share")
    yield (
        f"    added without a wish {carts['added_without_a_wish']}/{carts['no_wish']}, "
        f"something else added {carts['added_something_else']}/{carts['wishes_to_add']}, "
        f"action {_p(carts['action_share'])}"
    )


def _search(search: Figures) -> Iterator[str]:
    yield _line("search", search["n"], _places(search))
    for group in ("by_kind", "by_language"):
        for name, found in search[group].items():
            yield f"    {name:16} {_places(found)}  n={found['n']}"


def _scam(scam: Figures) -> Iterator[str]:
    told = (
        f"precision {_p(scam['precision'])}  recall {_p(scam['recall'])} ({scam['found']}/{scam['scams']})  "
        f"honest offers suspected {scam['false_alarms']}/{scam['honest']}"
    )
    yield _line("scam", scam["n"], told)
    yield "    recall by difficulty: " + ", ".join(
        f"{name} {_p(value)}" for name, value in scam["recall_by_difficulty"].items()
    )


def _calls(calls: Figures) -> Iterator[str]:
    yield f"  {calls['n']} calls, {calls['failed']} of them answered by the rules instead"
    yield f"  {calls['input_tokens']} tokens in, {calls['output_tokens']} out"
    if calls["usd"] is None:
        yield "  cost: the price of this model is not known; give --prices IN,OUT (USD per million tokens)"
    else:
        yield f"  cost {calls['usd']:.4f} USD"


def _places(found: Figures) -> str:
    return f"hit@1 {_p(found['hit_at_1'])}  hit@5 {_p(found['hit_at_5'])}  MRR {_p(found['mrr'])}"


def _line(name: str, n: int, told: str, figures: Figures | None = None, key: str = "") -> str:
    parts = figures["by_language"].items() if figures else ()
    by_language = "  ".join(f"{code} {_p(found[key])} (n={found['n']})" for code, found in parts)
    return f"  {name:12} {told}  n={n}" + (f"   {by_language}" if by_language else "")


def _p(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
