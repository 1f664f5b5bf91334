"""`./dev eval [--data FOLDER] [--json]`: how well messages are understood. See docs/evaluation.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.evaluation import measure
from bench.evaluation.measure import Figures, Misses
from bench.evaluation.report import table
from bench.evaluation.rows import Labelled, RowError, read_folder
from bench.evaluation.shop import Shop, model_is_configured, open_shop
from bench.evaluation.voices import cross_voice
from processors.model import AiCall
from processors.understanding.prices import DOLLARS_PER_MILLION

DATA = Path(__file__).parents[2] / "tests" / "eval"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    # Whoever reads the figures of a program wants nothing else; warnings go to standard error.
    logging.basicConfig(level=logging.ERROR)
    misses = Misses()
    try:
        labelled = read_folder(options.data, only=options.set)
    except RowError as error:
        print(f"./dev eval: {error}", file=sys.stderr)
        return 1
    began = time.monotonic()
    figures = asyncio.run(_measured(labelled, options, misses))
    if options.data == DATA and not options.set:
        figures["cross_voice"] = cross_voice(Misses())
    figures["seconds"] = round(time.monotonic() - began, 1)
    if options.misses:
        sys.stderr.writelines(f"{line}\n" for line in misses.lines)
    print(json.dumps(figures, ensure_ascii=False) if options.json else table(figures))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev eval", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder with labelled rows; the repository's own"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    parser.add_argument(
        "--set", action="append", default=[], help="only the files of this name (dev, heldout, …)"
    )
    parser.add_argument("--offline", action="store_true", help="ask no model, though a key is set")
    parser.add_argument("--prices", type=_prices, help="USD per million tokens IN,OUT of the model asked")
    parser.add_argument("--misses", action="store_true", help="what was read wrongly, on standard error")
    return parser.parse_args(arguments)


def _prices(text: str) -> tuple[float, float]:
    first, _, second = text.partition(",")
    return float(first), float(second)


async def _measured(labelled: Labelled, options: argparse.Namespace, misses: Misses) -> dict[str, Any]:
    with_model = model_is_configured() and not options.offline
    names = dict.fromkeys([*labelled.messages, *labelled.carts, *labelled.queries, *labelled.advertisements])
    calls: list[AiCall] = []
    async with open_shop(labelled.catalogue, with_model=with_model) as shop:
        sets = {name: await _of_set(shop, labelled, name, calls, misses) for name in names}
        model = shop.services.settings.ai_chat_model if with_model else None
    return {
        "mode": "live" if with_model else "offline",
        "model": model,
        "data": options.data.name,
        "sets": sets,
        "calls": _spent(calls, options.prices or _listed(model)) if with_model else None,
    }


async def _of_set(shop: Shop, labelled: Labelled, name: str, calls: list[AiCall], misses: Misses) -> Figures:
    found: Figures = {}
    if rows := labelled.messages.get(name):
        heard = await measure.readings(shop, [row.text for row in rows])
        calls += [call for one in heard for call in one.calls]
        found["language"] = measure.language(rows, [one.language for one in heard], misses)
        found["intent"] = measure.intent(rows, [one.intent for one in heard], misses)
        found["needs_human"] = measure.needs_human(rows, [one.needs_human for one in heard], misses)
    if carts := labelled.carts.get(name):
        heard = await measure.readings(shop, [row.text for row in carts])
        calls += [call for one in heard for call in one.calls]
        found["carts"] = measure.carts(carts, heard, shop.skus, misses)
    if queries := labelled.queries.get(name):
        found["search"] = await measure.search(shop, queries, misses)
    if advertisements := labelled.advertisements.get(name):
        found["scam"] = measure.scam(advertisements, misses)
    return found


def _listed(model: str | None) -> tuple[float, float] | None:
    prices = DOLLARS_PER_MILLION.get(model or "")
    return None if prices is None else (float(prices[0]), float(prices[1]))


def _spent(calls: Sequence[AiCall], prices: tuple[float, float] | None) -> Figures:
    tokens_in = sum(call.input_tokens or 0 for call in calls)
    tokens_out = sum(call.output_tokens or 0 for call in calls)
    usd = None if prices is None else (tokens_in * prices[0] + tokens_out * prices[1]) / 1_000_000
    return {
        "n": len(calls),
        "failed": sum(call.outcome != "ok" for call in calls),
        "input_tokens": tokens_in,
        "output_tokens": tokens_out,
        "usd": None if usd is None else round(usd, 6),
    }


if __name__ == "__main__":
    raise SystemExit(main())
