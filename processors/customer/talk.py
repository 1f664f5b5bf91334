"""One turn under way: what is wanted so far, and what will be said. Each step returns a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from processors.customer.cart import Cart
from processors.customer.catalogue import Catalogue, Product
from processors.customer.session import Session
from processors.language.money import money
from processors.language.texts import say
from processors.model import Action, AiCall, Reply, Turn
from processors.services import Services


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Reading and deciding of one turn.

    `notes` are sentences that stand before whatever ends the answer; `ending` is that end with its buttons or
    list; `chat` is said only when nothing else is. `actions` are what the customer asked to happen to an
    order; a later change of the cart takes a confirmation back. `checkout` wants the summary, `asking` the
    first open question; `proposed` says that the summary ends this turn. `ways_to_pay` are those on offer here.
    """

    turn: Turn
    language: str
    session: Session
    cart: Cart
    notes: tuple[str, ...] = ()
    ending: Reply | None = None
    chat: Reply | None = None
    checkout: bool = False
    asking: bool = False
    proposed: bool = False
    ways_to_pay: tuple[str, ...] = ("cash_on_delivery",)
    reopened: str | None = None
    """The placed order (its relay) that the cart was, and is again once the turn is done."""
    delivery: Mapping[str, Any] = field(default_factory=dict)
    """What this turn said of delivery, in the shape of the action `set_delivery`: address, pickup, note."""
    actions: tuple[Action, ...] = ()
    intent: str | None = None
    confidence: float | None = None
    escalation: str | None = None
    understood: Mapping[str, Any] = field(default_factory=dict)
    ai_calls: tuple[AiCall, ...] = ()
    learned: Mapping[str, Any] | None = None
    """How a common question was read, to be kept for the next who asks."""
    products: Mapping[Any, Product] = field(default_factory=dict)
    """Products read in this turn, by id: nothing is read twice."""

    def say(self, key: str, **values: object) -> str:
        """A text of the customer's group in the customer's language."""
        return say(self.language, f"customer.{key}", **values)

    def money(self, amount: Decimal, currency: str | None = None) -> str:
        return money(amount, currency or self.turn.business.currency, self.language)

    def noting(self, key: str, **values: object) -> Talk:
        """With one more sentence, once."""
        note = self.say(key, **values)
        return self if note in self.notes else replace(self, notes=(*self.notes, note))

    def knowing(self, *products: Product) -> Talk:
        return replace(self, products={**self.products, **{p.id: p for p in products}})

    @property
    def cart_changed(self) -> bool:
        return self.cart != self.turn.cart


@dataclass(frozen=True, kw_only=True)
class Reads:
    """What steps may read."""

    services: Services
    catalogue: Catalogue

    async def products(self, talk: Talk, ids: tuple[Any, ...]) -> tuple[Talk, tuple[Product, ...]]:
        """Products by id, in this order, without those no longer sold."""
        unknown = [i for i in ids if i not in talk.products]
        talk = talk.knowing(*await self.catalogue.by_ids(unknown))
        return talk, tuple(talk.products[i] for i in ids if i in talk.products)
