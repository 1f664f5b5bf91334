"""The frozen objects that pipelines read and return.

A processor is `async def respond(turn: Turn, services: Services) -> Decision`. It reads a turn and
decides; it never writes or sends. `finish_turn` applies the whole decision in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

Language = Literal["it", "en", "id"]
Intent = Literal["order_request", "product_inquiry", "support_request", "general_chat"]
Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Business:
    """The business a conversation belongs to, as far as pipelines need it."""

    id: UUID
    name: str
    bot_kind: str
    languages: tuple[str, ...]
    default_language: str
    currency: str
    timezone: str
    persona: str
    limits: Json
    hours: Json
    opens_at: datetime | None = None
    """When orders go to dealers again, by its own hours and theirs; None while they do."""
    payment_methods: tuple[str, ...] = ("cash_on_delivery",)
    """How the business lets its customers pay; what this deployment can do decides too."""
    delivers: bool = False
    """Whether it has delivery zones, so that an order needs an address."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One of the business's numbers or bots on a channel."""

    id: UUID
    channel: str
    external_id: str
    simulated: bool


@dataclass(frozen=True, kw_only=True)
class Contact:
    """The person who writes. `phone` is digits without `+`, None when it is withheld."""

    id: UUID
    name: str
    phone: str | None
    language: str | None
    opted_out: bool
    privacy_noticed: bool


@dataclass(frozen=True, kw_only=True)
class Message:
    """One stored message.

    `content` is the plain text of every type. `payload` holds the structured part:
    `choice_id` and `choice_title` of a tapped button or list row, `location`, `media`, `order`,
    `contacts`, `flow` (see `processors/channels/whatsapp/payloads.py`).
    """

    id: UUID
    sequence: int
    author: str
    direction: Literal["inbound", "outbound"]
    type: str
    content: str
    payload: Json
    transcript: str | None
    provider_time: datetime
    external_id: str | None = None
    intent: str | None = None

    @property
    def unheard(self) -> bool:
        """A recording of which there are no words, at least not yet."""
        return self.type == "audio" and not self.transcript


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """A product in the customer's cart; `unit_price` is the database's price now."""

    product_id: UUID
    sku: str
    name: str
    quantity: int
    variant: Mapping[str, str]
    unit_price: Decimal


@dataclass(frozen=True, kw_only=True)
class Dealer:
    """The dealer who writes, in a dealer's conversation."""

    id: UUID
    name: str
    paused: bool


@dataclass(frozen=True, kw_only=True)
class Rider:
    """The rider who writes, in a rider's conversation."""

    id: UUID
    name: str
    paused: bool


@dataclass(frozen=True, kw_only=True)
class Turn:
    """All unanswered messages of one conversation and what is needed to answer them once."""

    token: UUID
    attempts: int
    business: Business
    account: Account
    contact: Contact
    conversation_id: UUID
    conversation_type: str
    language: str | None
    session: Json
    summary: str
    message_count: int
    escalated: bool
    messages: tuple[Message, ...]
    history: tuple[Message, ...]
    cart: tuple[CartLine, ...]
    dealer: Dealer | None
    rider: Rider | None = None

    @property
    def text(self) -> str:
        """The words of this turn's messages, one message a line; a voice note's transcript counts."""
        return "\n".join(m.transcript or m.content for m in self.messages if m.transcript or m.content)

    @property
    def choice_id(self) -> str | None:
        """The id of the last button or list row tapped in this turn."""
        for message in reversed(self.messages):
            if choice := message.payload.get("choice_id"):
                return str(choice)
        return None


@dataclass(frozen=True, kw_only=True)
class Button:
    """A reply button: title at most 20 characters, id at most 256."""

    id: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """A list row: title at most 24 characters, description 72, id 200."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One outgoing bubble. `kind` says which of the other fields count.

    text: `text` alone · buttons: up to 3 `buttons`, below a picture when there is a `link` · list: up to 10
    `rows` behind `list_button` · image: `link` with `text` as caption · template: `template`, a name with
    parameters · cta_url: one button titled `list_button` that opens `link`.
    """

    text: str
    kind: Literal["text", "buttons", "list", "image", "template", "cta_url"] = "text"
    buttons: tuple[Button, ...] = ()
    rows: tuple[Row, ...] = ()
    list_button: str = ""
    link: str = ""
    template: Json | None = None

    def to_json(self) -> dict[str, Any]:
        """The shape that the outbox stores in `whatsapp_messages.payload` beside `content`."""
        body: dict[str, Any] = {"kind": self.kind, "text": self.text}
        if self.buttons:
            body["buttons"] = [{"id": b.id, "title": b.title} for b in self.buttons]
        if self.rows:
            body["list_button"] = self.list_button
            body["rows"] = [{"id": r.id, "title": r.title, "description": r.description} for r in self.rows]
        if self.kind == "cta_url":
            body["list_button"] = self.list_button
        if self.link:
            body["link"] = self.link
        if self.template:
            body["template"] = dict(self.template)
        return body


@dataclass(frozen=True, kw_only=True)
class Action:
    """A change of orders, offers or stock, done by `finish_turn` in its own transaction.

    The database decides the outcome (an acceptance may have lost, stock may be gone), so the pipeline
    gives the replies for each outcome beforehand. `{name}` in their texts is filled from the result.
    `kind` and the outcomes of each are listed in `docs/architecture.md`.
    """

    kind: str
    args: Json
    outcomes: Mapping[str, Sequence[Reply]]

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "args": dict(self.args),
            "outcomes": {name: [r.to_json() for r in replies] for name, replies in self.outcomes.items()},
        }


@dataclass(frozen=True, kw_only=True)
class AiCall:
    """One call of a model, for `ai_calls`. Tokens are the provider's own count."""

    purpose: str
    model: str
    outcome: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    latency_ms: int = 0
    prompt_variant: str = ""
    error: str = ""

    def to_json(self) -> dict[str, Any]:
        """The shape that `finish_turn` and `save_summary` take."""
        return {**vars(self), "cost_usd": str(self.cost_usd)}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """All that one turn changes. None means: leave as it is."""

    replies: tuple[Reply, ...] = ()
    intent: str | None = None
    confidence: float | None = None
    language: str | None = None
    session: Json | None = None
    cart: tuple[CartLine, ...] | None = None
    actions: tuple[Action, ...] = ()
    escalation: str | None = None
    preference: Literal["opt_out", "opt_in"] | None = None
    privacy_noticed: bool = False
    reminder: Reply | None = None
    """What to say once when the cart is left as it is now."""
    understood: Json = field(default_factory=dict)
    ai_calls: tuple[AiCall, ...] = ()
    learned: Json | None = None
    """How a common question was read: {language, question, prompt_variant, intent, confidence}."""

    def to_json(self) -> dict[str, Any]:
        """The argument `p_decision` of the SQL function `finish_turn`."""
        return {
            "replies": [r.to_json() for r in self.replies],
            "intent": self.intent,
            "confidence": self.confidence,
            "language": self.language,
            "session": None if self.session is None else dict(self.session),
            "cart": None
            if self.cart is None
            else [
                {"product_id": str(c.product_id), "quantity": c.quantity, "variant": dict(c.variant)}
                for c in self.cart
            ],
            "actions": [a.to_json() for a in self.actions],
            "escalation": self.escalation,
            "preference": self.preference,
            "privacy_noticed": self.privacy_noticed,
            "reminder": None if self.reminder is None else self.reminder.to_json(),
            "understood": dict(self.understood),
            "ai_calls": [call.to_json() for call in self.ai_calls],
            "learned": None if self.learned is None else dict(self.learned),
        }
