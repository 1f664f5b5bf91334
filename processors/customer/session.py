"""What a conversation waits for, between two turns: a yes, a choice, a size.

Stored as JSON beside the conversation. What can't be read (an older release wrote it) counts as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self
from uuid import UUID

from processors.model import Json

MOST_QUESTIONS = 10


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A summary that waits for the customer's yes. `last_said` is lost when something else was said after it.

    `paying` says that it was agreed to and only the way of paying is open.
    """

    relay_id: UUID
    total: Decimal
    last_said: bool = True
    paying: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something wanted that is not clear yet.

    product: which of `options` · variant: one option, a value is missing · quantity: one option, how many.
    """

    kind: Literal["product", "variant", "quantity"]
    mention: str
    quantity: int
    variant: Mapping[str, str]
    options: tuple[UUID, ...]
    sold_out: UUID | None = None
    """What was wanted and is not there, when `options` stand in for it."""
    asked: int = 0
    """How often it was put; what nobody answers is not asked for ever."""


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """An address that was asked for: for the cart, or for the placed order `relay_id`.

    `draft` is an address ({address, latitude, …}) of which only the postcode is missing.
    """

    relay_id: UUID | None = None
    draft: Json | None = None


@dataclass(frozen=True, kw_only=True)
class Session:
    """`shown` are the products last shown, what "quello blu" speaks of, `more` those found but not shown.

    `unclear` counts turns we failed.
    """

    proposal: Proposal | None = None
    questions: tuple[Question, ...] = ()
    awaited: Awaited | None = None
    shown: tuple[UUID, ...] = ()
    more: tuple[UUID, ...] = ()
    unclear: int = 0
    touched: UUID | None = None
    """The product of the cart that was spoken of last: what "altri due" adds to."""
    editing: bool = False
    """How to change the cart was told last, so that a number now is the one to end with."""
    rest: Json = field(default_factory=dict)
    """Keys of others, handed on as they are."""

    @classmethod
    def from_json(cls, stored: Json) -> Self:
        own = stored.get("customer")
        rest = {key: value for key, value in stored.items() if key != "customer"}
        if not isinstance(own, Mapping):
            return cls(rest=rest)
        try:
            return cls(
                proposal=_proposal(own.get("proposal")),
                questions=tuple(_question(q) for q in own.get("questions") or ()),
                awaited=_awaited(own.get("awaited")),
                shown=tuple(UUID(str(i)) for i in own.get("shown") or ()),
                more=tuple(UUID(str(i)) for i in own.get("more") or ()),
                unclear=int(own.get("unclear") or 0),
                touched=UUID(str(own["touched"])) if own.get("touched") else None,
                editing=bool(own.get("editing")),
                rest=rest,
            )
        except (KeyError, TypeError, ValueError, InvalidOperation):
            return cls(rest=rest)

    def to_json(self) -> dict[str, Any]:
        own: dict[str, Any] = {
            "questions": [_question_json(q) for q in self.questions[:MOST_QUESTIONS]],
            "shown": [str(i) for i in self.shown],
            "more": [str(i) for i in self.more],
            "unclear": self.unclear,
        }
        if self.touched is not None:
            own["touched"] = str(self.touched)
        if self.editing:
            own["editing"] = True
        if self.proposal is not None:
            own["proposal"] = {
                "relay_id": str(self.proposal.relay_id),
                "total": str(self.proposal.total),
                "last_said": self.proposal.last_said,
            }
            if self.proposal.paying:
                own["proposal"]["paying"] = True
        if self.awaited is not None:
            relay_id = self.awaited.relay_id
            own["awaited"] = {
                "relay_id": str(relay_id) if relay_id else None,
                "draft": dict(self.awaited.draft) if self.awaited.draft else None,
            }
        return {**self.rest, "customer": own}

    def without(self, question: Question) -> Session:
        """The session once a question is answered."""
        left = list(self.questions)
        left.remove(question)
        return replace(self, questions=tuple(left))


def _proposal(stored: Any) -> Proposal | None:
    if not stored:
        return None
    return Proposal(
        relay_id=UUID(str(stored["relay_id"])),
        total=Decimal(stored["total"]),
        last_said=bool(stored.get("last_said")),
        paying=bool(stored.get("paying")),
    )


def _awaited(stored: Any) -> Awaited | None:
    if not stored:
        return None
    relay_id, draft = stored.get("relay_id"), stored.get("draft")
    return Awaited(relay_id=UUID(str(relay_id)) if relay_id else None, draft=dict(draft) if draft else None)


def _question(stored: Any) -> Question:
    kind = stored["kind"]
    if kind not in ("product", "variant", "quantity"):
        raise ValueError("no such question")
    return Question(
        kind=kind,
        mention=str(stored["mention"]),
        quantity=int(stored["quantity"]),
        variant={str(k): str(v) for k, v in dict(stored["variant"]).items()},
        options=tuple(UUID(str(i)) for i in stored["options"]),
        sold_out=UUID(str(stored["sold_out"])) if stored.get("sold_out") else None,
        asked=int(stored.get("asked") or 0),
    )


def _question_json(question: Question) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "mention": question.mention,
        "quantity": question.quantity,
        "variant": dict(question.variant),
        "options": [str(i) for i in question.options],
        "sold_out": str(question.sold_out) if question.sold_out else None,
        "asked": question.asked,
    }
