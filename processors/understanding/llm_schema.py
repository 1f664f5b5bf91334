"""What the model is asked to fill in. It picks ids from candidates and writes connecting words, nothing else."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class VariantChoice(BaseModel):
    """One chosen property of a product."""

    model_config = ConfigDict(extra="forbid")
    name: Literal["taglia", "colore", "formato"]
    value: str


class ItemChoice(BaseModel):
    """Something the customer named. `product` is an id shown in CANDIDATES, else null."""

    model_config = ConfigDict(extra="forbid")
    product: str | None
    mention: str
    quantity: int
    variant: list[VariantChoice]


class TurnAnswer(BaseModel):
    """The model's answer for a turn. All fields are required: strict schemas know no defaults."""

    model_config = ConfigDict(extra="forbid")
    language: Literal["it", "en", "id", "other"]
    intent: Literal["order_request", "product_inquiry", "support_request", "general_chat"]
    confidence: float
    cart_action: Literal["none", "add", "remove", "set", "clear", "confirm"]
    items: list[ItemChoice]
    search_query: str | None
    needs_human: bool
    human_reason: Literal["none", "asked", "angry", "legal", "payment", "unknown"]
    reply: str
