"""`python -m bench.understanding [--data FOLDER]`: how well rules and linear model understand labelled rows, offline.

FOLDER holds any of `nlu.*.jsonl`, `search_queries.*.jsonl` beside `search_catalogue.jsonl`; the repository's own rows
without it. `--misses` also prints what was understood wrongly.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.memory_catalogue import BUSINESS, MemoryCatalogue, catalogue_rows
from processors.language.detect import detect
from processors.search.search import ProductSearch
from processors.understanding.linear import INTENTS, LinearModel, linear_model
from processors.understanding.sentences import sentences
from processors.understanding.training import train

DATA = Path(__file__).parents[1] / "tests" / "eval"
HUMAN_FROM = 0.5
SHORT_WORDS = 2
Row = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]


def main() -> None:
    options = _options()
    for path in sorted(options.data.glob("nlu.*.jsonl")):
        _language(path, misses=options.misses)
        _intents(path, linear_model(), misses=options.misses)
    if options.data == DATA:
        _unheard_voices()
    for path in sorted(options.data.glob("search_queries.*.jsonl")):
        asyncio.run(_search(path, misses=options.misses))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.understanding", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with labelled rows")
    parser.add_argument("--misses", action="store_true", help="print what went wrong")
    # `./dev bench understanding` leaves its own name in front.
    return parser.parse_known_args()[0]


def _language(path: Path, *, misses: bool) -> None:
    rows = [row for row in rows_of(path) if row["lang"]]
    wrong = [row for row in rows if detect(row["text"]).language != row["lang"]]
    short = [row for row in rows if len(row["text"].split()) <= SHORT_WORDS]
    short_right = sum(row not in wrong for row in short)
    print(
        f"{path.stem:24} language {_share(len(rows) - len(wrong), len(rows))}, "
        f"up to {SHORT_WORDS} words {_share(short_right, len(short))}"
    )
    _print_misses((f"{row['lang']}: {row['text']}" for row in wrong), wanted=misses)


def _intents(path: Path, model: LinearModel, *, misses: bool) -> None:
    rows = rows_of(path)
    guesses = [model.guess(row["text"]) for row in rows]
    pairs = [(str(row["intent"]), str(guess.intent)) for row, guess in zip(rows, guesses, strict=True)]
    needing = [g.human >= HUMAN_FROM for row, g in zip(rows, guesses, strict=True) if row["needs_human"]]
    others = [g.human >= HUMAN_FROM for row, g in zip(rows, guesses, strict=True) if not row["needs_human"]]
    print(
        f"{path.stem:24} intent macro-F1 {macro_f1(pairs):.3f} (n={len(rows)}), needs a person: "
        f"found {_share(sum(needing), len(needing))}, false {_share(sum(others), len(others))}"
    )
    _confusion(pairs)
    wrong = (
        f"{row['intent']} read as {guess.intent}: {row['text']}"
        for row, guess in zip(rows, guesses, strict=True)
        if row["intent"] != guess.intent
    )
    _print_misses(wrong, wanted=misses)


def _unheard_voices() -> None:
    """Each voice of the training sentences, judged by a model that never heard it."""
    rows = sentences()
    every: list[tuple[str, str]] = []
    for voice in sorted({row.voice for row in rows}):
        model = train([row for row in rows if row.voice != voice])
        pairs = [(str(r.intent), str(model.guess(r.text).intent)) for r in rows if r.voice == voice]
        print(f"voice never heard: {voice:12} intent macro-F1 {macro_f1(pairs):.3f} (n={len(pairs)})")
        every += pairs
    print(f"voices never heard, all:        intent macro-F1 {macro_f1(every):.3f} (n={len(every)})")


async def _search(path: Path, *, misses: bool) -> None:
    catalogue = MemoryCatalogue(catalogue_rows(path.with_name("search_catalogue.jsonl")))
    search = ProductSearch(catalogue.call)
    places: dict[str, list[int | None]] = {}
    wrong: list[str] = []
    for row in rows_of(path):
        found = [hit.sku for hit in await search.find(BUSINESS, row["q"], limit=10)]
        place = next((n for n, sku in enumerate(found, start=1) if sku in row["relevant"]), None)
        places.setdefault(str(row["type"]), []).append(place)
        if place is None or place > 5:
            wrong.append(f"{row['q']}: {'/'.join(row['relevant'])} wanted, {'/'.join(found[:5])} found")
    every = [place for kind in places.values() for place in kind]
    print(f"{path.stem:24} search {_places(every)}")
    for kind, of_kind in sorted(places.items()):
        print(f"{'':24}   {kind:12} {_places(of_kind)}")
    _print_misses(wrong, wanted=misses)


def rows_of(path: Path) -> list[Row]:
    """The rows of a file of labelled messages."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def macro_f1(pairs: Pairs) -> float:
    """The mean of the F1 of each intent; pairs are (label, guess). An intent nobody names does not count."""
    scores = []
    for intent in INTENTS:
        hits = sum(label == guess == intent for label, guess in pairs)
        named = sum(label == intent for label, _ in pairs) + sum(guess == intent for _, guess in pairs)
        if named:
            scores.append(2 * hits / named)
    return sum(scores) / len(scores) if scores else 0.0


def _confusion(pairs: Pairs) -> None:
    counts = Counter(pairs)
    for label in INTENTS:
        read = ", ".join(f"{guess} {counts[label, guess]}" for guess in INTENTS if counts[label, guess])
        print(f"{'':24}   {label:16} read as {read}")


def _places(places: Sequence[int | None]) -> str:
    n = len(places)
    first = sum(place == 1 for place in places)
    five = sum(place is not None and place <= 5 for place in places)
    reciprocal = sum(1 / place for place in places if place)
    return f"hit@1 {first / n:.2f}  hit@5 {five / n:.2f}  MRR {reciprocal / n:.2f}  (n={n})"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f} ({part}/{whole})" if whole else "no rows"


def _print_misses(lines: Iterable[str], *, wanted: bool) -> None:
    for line in lines if wanted else ():
        print(f"{'':24}   ✗ {line}")


if __name__ == "__main__":
    main()
