"""What an agent's request is about, as the database gave it under their own token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processors.assist.places import filled
from processors.model import Json, Turn
from processors.rows import turn_from_row


@dataclass(frozen=True, kw_only=True)
class CannedReply:
    """A text that agents send often, its places filled in."""

    shortcut: str
    language: str
    body: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """A conversation as a pipeline would get it, with all that nobody answered yet; `agent` is who asks."""

    turn: Turn
    agent: str
    canned: Sequence[CannedReply]

    @property
    def talk(self) -> str:
        """All words of the conversation that were read, the customer's and ours."""
        return "\n".join(m.transcript or m.content for m in (*self.turn.history, *self.turn.messages))


def context_from_row(row: Json) -> Context:
    """The answer of `assist_context`."""
    turn, agent = turn_from_row(row["turn"]), row["agent"] or ""
    return Context(
        turn=turn,
        agent=agent,
        canned=tuple(
            CannedReply(
                shortcut=one["shortcut"],
                language=one["language"],
                body=filled(one["body"], customer=turn.contact.name, agent=agent),
            )
            for one in row["canned"]
        ),
    )
