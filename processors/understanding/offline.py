"""Understands a turn on this machine: rules, a small linear model, and the search. No network, no key, no cost.

What it can't know it leaves open: a mention that fits several products comes back with all of them, one that fits
none comes back as words. Callers confirm with buttons before anything is ordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from processors.language.detect import detect
from processors.model import CartLine
from processors.search.words import content_words
from processors.understanding.carts import Step, steps_in
from processors.understanding.intents import Intention, after_greeting, classify
from processors.understanding.mentions import Mentions
from processors.understanding.questions import is_past, is_question, is_statement, query_of
from processors.understanding.resolve import Resolver, Search
from processors.understanding.terms import Glossary
from processors.understanding.types import CartAction, CartStep, ItemMention, Understanding

LONGEST_READ = 1000
HEARD = 1.5
"""Points of the rules from which a wish was heard, though the whole sounds like something else."""


_ABOUT_PRODUCTS = ("order_request", "product_inquiry")


async def understand(
    text: str,
    *,
    language: str | None = None,
    search: Search,
    cart: Sequence[CartLine] = (),
    last_shown: tuple[UUID, ...] = (),
    glossary: Glossary | None = None,
) -> Understanding:
    """What a turn's words mean.

    `language` is the conversation's last one, a hint. `search` finds products for some words, best first, and should
    return at least ten. `cart` and `last_shown` (product ids, in the order shown) are what "toglilo" and "il secondo"
    point at. `glossary` is the business's: term → words of its catalogue; without it, foreign words resolve worse.
    """
    text = text[:LONGEST_READ]
    spoken = detect(text, previous=language).language
    intention = classify(text)
    resolver = Resolver(search, glossary or {}, head_last=spoken == "en")
    mentions = Mentions(resolver, cart=cart, last_shown=last_shown)
    if intention.human_reason == "unknown" and await _only_names(text, mentions):
        # The model alone heard trouble where only goods are named: "e una crema mani al karitè".
        intention = replace(intention, human_reason="none", intent="order_request")
    wishes = [(step, await mentions.of(step)) for step in _steps(text, intention)]
    telling = is_statement(text)
    wishes = [(s, items) for s, items in wishes if _means_something(s, items) and (s.said or not telling)]
    wishes = _without_unmeant(wishes, cart)
    if intention.intent != "order_request" and not _named_to_buy(wishes, intention):
        wishes = []
    done = [CartStep(action=_action(step, items, cart), items=items) for step, items in wishes]
    first = done[0] if done else CartStep(action="none", items=())
    return Understanding(
        language=spoken,
        intent="order_request" if done else intention.intent,
        confidence=intention.confidence,
        cart_action=first.action,
        items=first.items,
        search_query=None
        if done or intention.intent not in _ABOUT_PRODUCTS
        else query_of(after_greeting(text)),
        needs_human=intention.needs_human,
        human_reason=intention.human_reason,
        also=tuple(done[1:]),
    )


async def _only_names(text: str, mentions: Mentions) -> bool:
    """Whether all that a message says are names of things we sell."""
    if is_question(text):
        return False
    items = [item for step in steps_in(text) if step.action == "add" for item in await mentions.of(step)]
    named = {word for item in items for word in content_words(item.mention)}
    return bool(items) and all(item.product_id for item in items) and set(content_words(text)) <= named


Wish = tuple[Step, tuple[ItemMention, ...]]
Wishes = Sequence[Wish]


def _steps(text: str, intention: Intention) -> list[Step]:
    """A question or a complaint changes no cart, however many things it names."""
    if intention.needs_human or is_question(text):
        return []
    if intention.intent != "order_request" and not intention.may_name_things:
        return []
    steps = steps_in(text)
    if intention.complains or is_past(text):
        return [step for step in steps if step.action not in ("add", "set")]
    return steps


def _without_unmeant(wishes: list[Wish], cart: Sequence[CartLine]) -> list[Wish]:
    """Without what somebody only did not mean: it is in no cart, and something else is wanted."""
    wanted = any(step.action in ("add", "set") and items for step, items in wishes)
    return [
        (step, items)
        for step, items in wishes
        if not (step.contrast and wanted and not _in_cart(items, cart))
    ]


def _means_something(step: Step, items: tuple[ItemMention, ...]) -> bool:
    """Things that we don't sell and that nobody asked for in so many words are talk: "siamo in 4"."""
    if step.action in ("clear", "confirm"):
        return True
    return bool(items) and (step.said or any(item.product_id or item.ambiguous for item in items))


def _named_to_buy(wishes: Wishes, intention: Intention) -> bool:
    """Whether names say enough to be a wish: all known, and a verb, a number, a size or a pack somewhere."""
    items = [item for _, found in wishes for item in found]
    if not items and all(step.action == "confirm" for step, _ in wishes):
        # "Got charged twice, pls fix" agrees to nothing.
        return False
    known = all(item.product_id or item.ambiguous for item in items)
    heard = intention.points["order_request"] >= HEARD
    asked = any(step.said and (step.action != "add" or heard) for step, _ in wishes)
    return bool(wishes) and known and (asked or any(item.quantity_given or item.variant for item in items))


def _action(step: Step, items: tuple[ItemMention, ...], cart: Sequence[CartLine]) -> CartAction:
    return "add" if step.soft and not _in_cart(items, cart) else step.action


def _in_cart(items: Sequence[ItemMention], cart: Sequence[CartLine]) -> bool:
    inside = {line.product_id for line in cart}
    return any(item.product_id in inside or inside & set(item.ambiguous) for item in items)
