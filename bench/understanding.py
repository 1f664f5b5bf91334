"""`python -m bench.understanding [--data FOLDER]`: how well rules and linear model understand labelled rows, offline.

FOLDER holds any of `nlu.*.jsonl`, and `carts.*.jsonl` and `search_queries.*.jsonl` beside `search_catalogue.jsonl`; the
repository's own rows without it. `--misses` also prints what was understood wrongly.
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
from processors.search.search import Hit, ProductSearch
from processors.understanding.intents import classify
from processors.understanding.linear import INTENTS
from processors.understanding.offline import understand
from processors.understanding.sentences import sentences
from processors.understanding.training import train
from processors.understanding.types import ItemMention, Understanding

DATA = Path(__file__).parents[1] / "tests" / "eval"
SHORT_WORDS = 2
SEARCHED = 12
Row = Mapping[str, Any]
Pairs = Sequence[tuple[str, str]]


def main() -> None:
    options = _options()
    for path in sorted(options.data.glob("nlu.*.jsonl")):
        _language(path, misses=options.misses)
        _intents(path, misses=options.misses)
    if options.data == DATA:
        _unheard_voices()
    for path in sorted(options.data.glob("carts.*.jsonl")):
        asyncio.run(_carts(path, misses=options.misses))
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


def _intents(path: Path, *, misses: bool) -> None:
    rows = rows_of(path)
    read = [classify(row["text"]) for row in rows]
    pairs = [(str(row["intent"]), str(found.intent)) for row, found in zip(rows, read, strict=True)]
    needing = [found.needs_human for row, found in zip(rows, read, strict=True) if row["needs_human"]]
    others = [found.needs_human for row, found in zip(rows, read, strict=True) if not row["needs_human"]]
    print(
        f"{path.stem:24} intent macro-F1 {macro_f1(pairs):.3f} (n={len(rows)}), needs a person: "
        f"found {_share(sum(needing), len(needing))}, false {_share(sum(others), len(others))}"
    )
    _confusion(pairs)
    wrong = (
        f"{row['intent']} read as {found.intent}: {row['text']}"
        for row, found in zip(rows, read, strict=True)
        if row["intent"] != found.intent
    )
    _print_misses(wrong, wanted=misses)


def _unheard_voices() -> None:
    """Each voice of the training sentences, judged with a model that never heard it."""
    rows = sentences()
    every: list[tuple[str, str]] = []
    found: list[tuple[bool, bool]] = []
    for voice in sorted({row.voice for row in rows}):
        model = train([row for row in rows if row.voice != voice])
        heard = [row for row in rows if row.voice == voice]
        read = [classify(row.text, model=model) for row in heard]
        pairs = [(str(row.intent), str(one.intent)) for row, one in zip(heard, read, strict=True)]
        print(f"voice never heard: {voice:12} intent macro-F1 {macro_f1(pairs):.3f} (n={len(pairs)})")
        every += pairs
        found += [(row.human, one.needs_human) for row, one in zip(heard, read, strict=True)]
    needing = [sent for needs, sent in found if needs]
    others = [sent for needs, sent in found if not needs]
    print(
        f"voices never heard, all:  intent macro-F1 {macro_f1(every):.3f} (n={len(every)}), needs a person: "
        f"found {_share(sum(needing), len(needing))}, false {_share(sum(others), len(others))}"
    )
    _confusion(every)


async def _carts(path: Path, *, misses: bool) -> None:
    catalogue = MemoryCatalogue(catalogue_rows(path.with_name("search_catalogue.jsonl")))
    search = ProductSearch(catalogue.call)
    glossary = await search.glossary(BUSINESS)

    async def found(text: str) -> list[Hit]:
        return await search.find(BUSINESS, text, limit=SEARCHED)

    rows = rows_of(path)
    read = [await understand(row["text"], search=found, glossary=glossary) for row in rows]
    right = [cart_is_right(row, one, catalogue) for row, one in zip(rows, read, strict=True)]
    quiet = [one.cart_action == "add" for row, one in zip(rows, read, strict=True) if row["action"] == "none"]
    actions = sum(row["action"] == one.cart_action for row, one in zip(rows, read, strict=True))
    print(
        f"{path.stem:24} carts exactly {_share(sum(right), len(rows))}, action {_share(actions, len(rows))}, "
        f"added without a wish {_share(sum(quiet), len(quiet))}"
    )
    wrong = (
        f"{row['text']}: {one.cart_action} {[_described(item, catalogue) for item in one.items]}"
        for row, one, good in zip(rows, read, right, strict=True)
        if not good
    )
    _print_misses(wrong, wanted=misses)


def cart_is_right(row: Row, read: Understanding, catalogue: MemoryCatalogue) -> bool:
    """The action and every item; where several products fit, only asking is right."""
    if row["action"] != read.cart_action or len(row["items"]) != len(read.items):
        return False
    left = list(read.items)
    for wanted in row["items"]:
        match = next((item for item in left if _item_is_right(wanted, item, catalogue)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _item_is_right(wanted: Row, item: ItemMention, catalogue: MemoryCatalogue) -> bool:
    if wanted["qty"] != item.quantity or wanted["variant"] != dict(item.variant):
        return False
    if len(wanted["skus"]) > 1:
        offered = {catalogue.skus[one] for one in item.ambiguous}
        return item.product_id is None and bool(offered & set(wanted["skus"]))
    return item.product_id is not None and [catalogue.skus[item.product_id]] == list(wanted["skus"])


def _described(item: ItemMention, catalogue: MemoryCatalogue) -> str:
    ids = [item.product_id] if item.product_id else item.ambiguous
    variant = " ".join(item.variant.values())
    return f"{item.quantity} {'/'.join(catalogue.skus[one] for one in ids) or item.mention} {variant}".strip()


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
