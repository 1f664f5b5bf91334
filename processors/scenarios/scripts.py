"""Scenarios: short conversations with what must come back, one YAML file each beside this module."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent


class Expectation(BaseModel):
    """What the answer to one step must be like. Words are compared without regard to case.

    `contains` must all be in the texts, buttons and rows of the answer, of `contains_any` at least one,
    of `not_contains` none. `types` are the kinds of its bubbles, in order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    intent: str | None = None
    language: Literal["it", "en", "id"] | None = None
    contains: tuple[str, ...] = ()
    contains_any: tuple[str, ...] = ()
    not_contains: tuple[str, ...] = ()
    types: tuple[str, ...] | None = None
    silent: bool = False


class Step(BaseModel):
    """One message of the sender: words, or a tap on a button or row whose title begins so.

    `{product}`, `{price}` and `{other}` stand for two products of the catalogue that are in stock, `{address}` for
    one in a delivery zone. A step with `delivers` is left out where the business asks for no address.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    say: str | None = None
    tap: str | None = None
    times: int = Field(default=1, ge=1, le=5000)
    delivers: bool = False
    expect: Expectation = Expectation()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.say is None) == (self.tap is None):
            raise ValueError("a step has either say or tap")
        return self


class Scenario(BaseModel):
    """A conversation of a new customer, or of a dealer or rider of the business."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str
    about: str
    speaker: Literal["customer", "dealer", "rider"] = Field(default="customer", alias="as")
    steps: tuple[Step, ...] = Field(min_length=1)


@lru_cache(maxsize=1)
def load_scenarios() -> tuple[Scenario, ...]:
    """All scenarios in the order of their file names; a file's name is its scenario's name."""
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found.append(Scenario.model_validate({"name": path.stem, **content}))
    return tuple(found)
