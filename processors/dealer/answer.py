"""What one part of a dealer's turn leads to; the parts of a turn add up to one decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from processors.model import Action, Reply


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Replies and changes of one part. `awaiting` is the question left open for the next turn."""

    topic: str = ""
    replies: tuple[Reply, ...] = ()
    actions: tuple[Action, ...] = ()
    escalation: str | None = None
    awaiting: Mapping[str, Any] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.replies or self.actions or self.escalation)


def joined(answers: Iterable[Answer]) -> Answer:
    """One answer of all, in their order; what repeats itself is said once."""
    parts = [answer for answer in answers if not answer.empty]
    awaiting: Mapping[str, Any] = next((a.awaiting for a in reversed(parts) if a.awaiting), {})
    replies: list[Reply] = []
    for answer in parts:
        replies += [reply for reply in answer.replies if reply not in replies]
    return Answer(
        topic=parts[0].topic if parts else "",
        replies=tuple(replies),
        actions=tuple(action for answer in parts for action in answer.actions),
        escalation=next((a.escalation for a in parts if a.escalation), None),
        awaiting=awaiting,
    )
