"""Scripted dialogues: who says what, and what must be true at the end, in the YAML files beside this module.

A file holds a list of dialogues. A dialogue:

    name, about     what it is, and what it tries
    given           what is so beforehand: `stock: {milano: {G07: 0}}`
    steps           in order; each is one of
        customer: text, or several that are sent at once        tap: how a button or row begins
        place: {latitude, longitude}      form: fields of an answered form      catalogue: {sku: quantity}
        quote: {of: words of an earlier answer, say: text}      wait: offers expire
        brought_by: milano | zampa | casa (they accept and have it ready, the rider fetches and delivers it)
        milano | zampa | casa | rider | agent: {say: text} or {tap: how a button begins}; agent also takes, gives_back
        price: {sku: amount}
      and may add, of what the customer received since the step before:
        sees, sees_any, unseen: words             silent: true
    ends            orders: lines ("2 H01", "1 C01 M rosso"), to (postcode or pickup), dealers, status, note
                    cart: lines · asked: reasons for which a person is called · language
                    opted_out · owner · shelf: {dealer: {sku: pieces}}

`{code}` in a text stands for the code of the customer's latest order.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent
DealerName = Literal["milano", "zampa", "casa"]
DEALERS: dict[str, str] = {"milano": "393331000001", "zampa": "393331000002", "casa": "393331000003"}
RIDERS = ("393332000001", "393332000002")


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Act(Part):
    """What a dealer, a rider or a person of the desk does."""

    say: str | None = None
    tap: str | None = None
    take: bool = False
    give_back: bool = False


class Quoting(Part):
    """An answer to an earlier bubble that holds the words `of`."""

    of: str
    say: str


class Pin(Part):
    """A position on the map."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Step(Part):
    """One thing that somebody does, with what the customer must see of it."""

    customer: str | tuple[str, ...] | None = None
    tap: str | None = None
    place: Pin | None = None
    form: dict[str, str] | None = None
    catalogue: dict[str, int] | None = None
    quote: Quoting | None = None
    wait: Literal["offers expire"] | None = None
    price: dict[str, Decimal] | None = None
    milano: Act | None = None
    zampa: Act | None = None
    casa: Act | None = None
    rider: Act | None = None
    agent: Act | None = None
    brought_by: DealerName | None = None
    sees: tuple[str, ...] = ()
    sees_any: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    silent: bool = False

    @model_validator(mode="after")
    def _one_deed(self) -> Step:
        if len(self.deeds) != 1:
            raise ValueError(f"a step is one deed, this one has {self.deeds or 'none'}")
        return self

    @property
    def deeds(self) -> tuple[str, ...]:
        told = ("sees", "sees_any", "unseen", "silent")
        return tuple(name for name in type(self).model_fields if name not in told and getattr(self, name))

    def by_partner(self) -> tuple[str, Act] | None:
        """Which dealer or rider does it."""
        for name in (*DEALERS, "rider"):
            act = getattr(self, name)
            if act is not None:
                return name, act
        return None


class Order(Part):
    """An order as it must be at the end; `dealers` are those who have its parts."""

    lines: tuple[str, ...]
    to: str
    status: str = "delivered"
    dealers: tuple[DealerName, ...] = ("milano",)
    note: str = ""


class Ends(Part):
    """What must be true when nobody says anything more."""

    orders: tuple[Order, ...] = ()
    cart: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    language: Literal["it", "en", "id"] | None = None
    opted_out: bool = False
    owner: Literal["bot", "human"] = "bot"
    shelf: dict[DealerName, dict[str, int]] = Field(default_factory=dict)


class Given(Part):
    stock: dict[DealerName, dict[str, int]] = Field(default_factory=dict)


class Dialogue(Part):
    name: str
    about: str
    given: Given = Given()
    steps: tuple[Step, ...] = Field(min_length=1)
    ends: Ends = Ends()


def load(*names: str) -> tuple[Dialogue, ...]:
    """All dialogues, or those of these names, in the order of the files.

    Raises ValueError for a name twice or unknown.
    """
    found: dict[str, Dialogue] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        # The plain loader: a customer's "yes" is a word and not true.
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            dialogue = Dialogue.model_validate(row)
            if dialogue.name in found:
                raise ValueError(f"{path.name}: {dialogue.name} is there twice")
            found[dialogue.name] = dialogue
    if unknown := set(names) - found.keys():
        raise ValueError(f"no dialogue is called {', '.join(sorted(unknown))}")
    return tuple(found[name] for name in names or found)
