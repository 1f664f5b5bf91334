"""What a turn's words mean, whoever found it out: the model or the rules on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from processors.model import Intent

CartAction = Literal["none", "add", "remove", "set", "clear", "confirm"]
HumanReason = Literal["none", "asked", "angry", "legal", "payment", "unknown"]


@dataclass(frozen=True, kw_only=True)
class ItemMention:
    """One thing a person named. `mention` is their own words, without quantity and variant.

    `product_id` is set when exactly one product fits; `ambiguous` holds the ids, best first, when several do.
    `quantity_given` is false when nobody said a number and 1 is assumed. `variant` holds values of the catalogue.
    """

    mention: str
    quantity: int
    quantity_given: bool
    variant: Mapping[str, str] = field(default_factory=dict)
    product_id: UUID | None = None
    ambiguous: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CartStep:
    """A further wish of the same message: "togli la candela **e aggiungi due saponi**"."""

    action: CartAction
    items: tuple[ItemMention, ...]


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """One turn, understood. `confidence` lies in 0..1 and is a score to compare, not a probability.

    `search_query` is what to look for when the person asks about products; `reply` holds connecting words of a
    model and is empty when no model was asked. `cart_action` and `items` are the first wish about the cart, `also`
    those after it, in order.
    """

    language: Literal["it", "en", "id", "other"]
    intent: Intent
    confidence: float
    cart_action: CartAction
    items: tuple[ItemMention, ...]
    search_query: str | None
    needs_human: bool
    human_reason: HumanReason
    reply: str = ""
    also: tuple[CartStep, ...] = ()
