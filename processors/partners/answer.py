"""What one part of a turn of a dealer or rider leads to; the parts add up to one decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.model import Action, Decision, Json, Message, Reply
from processors.trace import note


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


def decided(answer: Answer, *, role: str, session: Json) -> Decision:
    """The decision of a whole turn. The question it leaves open is kept in the session, an old one forgotten."""
    after: dict[str, Any] = {key: value for key, value in session.items() if key != "awaiting"}
    if answer.awaiting:
        after["awaiting"] = dict(answer.awaiting)
    return Decision(
        replies=answer.replies,
        actions=answer.actions,
        escalation=answer.escalation,
        intent=f"{role}_{answer.topic}" if answer.topic else None,
        session=after if after != session else None,
        understood={"topic": answer.topic, "actions": [action.kind for action in answer.actions]},
    )


def inputs(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """(choice id, text) in order. Words of neighbouring messages are one text: "esaurito", "lo shampoo"."""
    found: list[tuple[str, str]] = []
    for message in messages:
        choice = str(message.payload.get("choice_id") or "")
        text = (message.transcript or message.content).strip()
        if not choice and found and not found[-1][0]:
            found[-1] = ("", f"{found[-1][1]}\n{text}")
        else:
            found.append((choice, text))
    for choice, text in found:
        note("heard", kind="tap" if choice else "words", words=text, choice_id=choice)
    return found
