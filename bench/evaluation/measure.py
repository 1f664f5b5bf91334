"""Counts what was understood rightly: each function takes rows and readings and returns plain figures."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from bench.evaluation.reading import Reading, read
from bench.evaluation.rows import Advertisement, Cart, Item, Message, Query
from bench.evaluation.scores import confusion, f1_of_each, grouped, macro_f1, places, share
from bench.evaluation.shop import Shop
from processors.scam_check.check import check
from processors.understanding.types import ItemMention

Figures = dict[str, Any]
SEARCHED = 10
AT_ONCE = 8
"""Messages in flight: a model answers slowly, and hosts take a few calls at a time."""

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass
class Misses:
    """What was read wrongly, a line each, for those who want to see it."""

    lines: list[str] = field(default_factory=list)

    def add(self, kind: str, text: str, told: str) -> None:
        """One more: which figure, whose words, what was made of them."""
        self.lines.append(f"{kind}: {' / '.join(text.splitlines())}  ✗ {told}")


async def each(rows: Sequence[In], one: Callable[[In], Awaitable[Out]]) -> list[Out]:
    """The results in the order of the rows, a few at a time."""
    free = asyncio.Semaphore(AT_ONCE)

    async def limited(row: In) -> Out:
        async with free:
            return await one(row)

    return await asyncio.gather(*(limited(row) for row in rows))


async def readings(shop: Shop, texts: Sequence[str]) -> list[Reading]:
    """Every text, read by the product."""
    return await each(texts, lambda text: read(shop, text))


def language(rows: Sequence[Message], read_as: Sequence[str], misses: Misses) -> Figures:
    """How often the language is right, of rows that have one."""
    right = [row.language == found for row, found in zip(rows, read_as, strict=True)]
    for row, found, good in zip(rows, read_as, right, strict=True):
        if row.language is not None and not good:
            misses.add("language", row.text, f"{found}, not {row.language}")
    groups = grouped([row.language for row in rows])
    labelled = [place for group in groups.values() for place in group]
    return {
        "n": len(labelled),
        "accuracy": share(sum(right[i] for i in labelled), len(labelled)),
        "by_language": {
            name: {"n": len(group), "accuracy": share(sum(right[i] for i in group), len(group))}
            for name, group in groups.items()
        },
    }


def intent(rows: Sequence[Message], read_as: Sequence[str], misses: Misses) -> Figures:
    """Macro-F1 of the intents, each of them, who was taken for whom, and by language."""
    pairs = [(row.intent, found) for row, found in zip(rows, read_as, strict=True)]
    for row, found in zip(rows, read_as, strict=True):
        if row.intent != found:
            misses.add("intent", row.text, f"{found}, not {row.intent}")
    return {
        "n": len(rows),
        "macro_f1": macro_f1(pairs),
        "f1": f1_of_each(pairs),
        "confusion": confusion(pairs),
        "by_language": {
            name: {"n": len(group), "macro_f1": macro_f1([pairs[i] for i in group])}
            for name, group in grouped([row.language for row in rows]).items()
        },
    }


def needs_human(rows: Sequence[Message], read_as: Sequence[bool], misses: Misses) -> Figures:
    """How many wishes and needs for a person were heard, and how often nobody was needed and one was called."""
    labelled = [(row, found) for row, found in zip(rows, read_as, strict=True) if row.needs_human is not None]
    for row, found in labelled:
        if row.needs_human != found:
            misses.add("needs_human", row.text, "a false alarm" if found else "not heard")
    by_language = {
        name: _heard([labelled[i] for i in group])
        for name, group in grouped([row.language for row, _ in labelled]).items()
    }
    return {**_heard(labelled), "by_language": by_language}


def _heard(pairs: Sequence[tuple[Message, bool]]) -> Figures:
    needing = [found for row, found in pairs if row.needs_human]
    others = [found for row, found in pairs if not row.needs_human]
    return {
        "n": len(pairs),
        "needing": len(needing),
        "heard": sum(needing),
        "recall": share(sum(needing), len(needing)),
        "others": len(others),
        "false_alarms": sum(others),
        "false_rate": share(sum(others), len(others)),
    }


def carts(
    rows: Sequence[Cart], read_as: Sequence[Reading], skus: Mapping[UUID, str], misses: Misses
) -> Figures:
    """Carts understood exactly; things added without a wish; wrong things added beside right ones."""
    pairs = list(zip(rows, read_as, strict=True))
    exact = [cart_is_exact(row, found, skus) for row, found in pairs]
    for (row, found), good in zip(pairs, exact, strict=True):
        if not good:
            misses.add("cart", row.text, told(found, skus))
    silent = [found for row, found in pairs if row.action == "none"]
    unasked = sum(any(step.action in ("add", "set") for step in found.steps) for found in silent)
    wanted = [(row, found) for row, found in pairs if row.action in ("add", "set")]
    wrong = sum(_adds_something_else(row, found, skus) for row, found in wanted)
    return {
        "n": len(rows),
        "exact": sum(exact),
        "exact_share": share(sum(exact), len(rows)),
        "action_share": share(sum(row.action == found.first.action for row, found in pairs), len(rows)),
        "no_wish": len(silent),
        "added_without_a_wish": unasked,
        "wishes_to_add": len(wanted),
        "added_something_else": wrong,
        "by_language": {
            name: {"n": len(group), "exact_share": share(sum(exact[i] for i in group), len(group))}
            for name, group in grouped([row.language for row in rows]).items()
        },
    }


def cart_is_exact(row: Cart, found: Reading, skus: Mapping[UUID, str]) -> bool:
    """The action and every item, and nothing more. Where several products fit, only asking is right."""
    first = found.first
    if row.action != first.action or len(row.items) != len(first.items):
        return False
    left = list(first.items)
    for wanted in row.items:
        match = next((item for item in left if _item_is_exact(wanted, item, skus)), None)
        if match is None:
            return False
        left.remove(match)
    # What a message asks for beyond its label was not asked for, unless it takes away what comes back.
    return all(step.action not in ("add", "set") for step in found.steps[1:]) or row.action == "remove"


def _item_is_exact(wanted: Item, item: ItemMention, skus: Mapping[UUID, str]) -> bool:
    if wanted.quantity != item.quantity or dict(wanted.variant) != dict(item.variant):
        return False
    if len(wanted.skus) > 1:
        return item.product_id is None and bool({skus[one] for one in item.ambiguous} & set(wanted.skus))
    return item.product_id is not None and (skus[item.product_id],) == wanted.skus


def _adds_something_else(row: Cart, found: Reading, skus: Mapping[UUID, str]) -> bool:
    allowed = {sku for item in row.items for sku in item.skus}
    added = [item for step in found.steps if step.action in ("add", "set") for item in step.items]
    return any(item.product_id is not None and skus[item.product_id] not in allowed for item in added)


def told(found: Reading, skus: Mapping[UUID, str]) -> str:
    """A reading of a cart in one line."""
    steps = [
        f"{step.action} {', '.join(_item_told(item, skus) for item in step.items)}".strip()
        for step in found.steps
    ]
    return " ; ".join(steps) or f"none ({found.intent})"


def _item_told(item: ItemMention, skus: Mapping[UUID, str]) -> str:
    ids = [item.product_id] if item.product_id else item.ambiguous
    named = "/".join(skus[one] for one in ids) or f"“{item.mention}”"
    return " ".join([str(item.quantity), named, *item.variant.values()])


async def search(shop: Shop, rows: Sequence[Query], misses: Misses) -> Figures:
    """At which place the first product that answers a query stands."""

    async def place_of(row: Query) -> int | None:
        # The language is the conversation's in the product; here it is the label's.
        hits = await shop.services.search.find(
            shop.business.id, row.text, limit=SEARCHED, language=row.language
        )
        place = next((n for n, hit in enumerate(hits, start=1) if hit.sku in row.relevant), None)
        if place is None or place > 5:
            misses.add(
                "search", row.text, f"{'/'.join(h.sku for h in hits[:5])}, not {'/'.join(row.relevant)}"
            )
        return place

    found = await each(rows, place_of)

    def of(keys: Sequence[str | None]) -> Figures:
        return {name: places([found[i] for i in group]) for name, group in grouped(keys).items()}

    return {
        **places(found),
        "by_kind": of([row.kind for row in rows]),
        "by_language": of([row.language for row in rows]),
    }


def scam(rows: Sequence[Advertisement], misses: Misses) -> Figures:
    """How many scams are warned of, and how many honest offers with them; recall by difficulty."""
    warned = [check(row.text).is_suspicious for row in rows]
    for row, found in zip(rows, warned, strict=True):
        if row.is_scam != found:
            misses.add("scam", row.text, "an honest offer" if found else "no sign found")
    pairs = list(zip(rows, warned, strict=True))
    hits = sum(row.is_scam and found for row, found in pairs)
    scams = sum(row.is_scam for row in rows)
    by_difficulty = {
        name: share(sum(warned[i] for i in group), len(group))
        for name, group in grouped([row.difficulty if row.is_scam else None for row in rows]).items()
    }
    return {
        "n": len(rows),
        "precision": share(hits, sum(warned)),
        "recall": share(hits, scams),
        "found": hits,
        "scams": scams,
        "false_alarms": sum(warned) - hits,
        "honest": len(rows) - scams,
        "recall_by_difficulty": by_difficulty,
    }
