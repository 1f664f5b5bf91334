"""Bubbles put together: every one is billed, so what fits into one goes into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from processors.channels.whatsapp.limits import INTERACTIVE_BODY, TEXT_BODY, length
from processors.model import Action, Decision, Reply

GAP = "\n\n"


def joined(first: str, second: str) -> str:
    """Two texts as paragraphs; an empty one leaves no gap."""
    return GAP.join(part for part in (first.strip(), second.strip()) if part)


def fits(reply: Reply, text: str) -> bool:
    """Whether `text` may stand in this kind of bubble. A template's words are fixed."""
    if reply.kind == "template":
        return False
    return length(text) <= (TEXT_BODY if reply.kind == "text" else INTERACTIVE_BODY)


def merged(replies: Iterable[Reply]) -> tuple[Reply, ...]:
    """The same words in as few bubbles as they fit in: a text joins the bubble after it."""
    found: list[Reply] = []
    for reply in replies:
        last = found[-1] if found else None
        if last is not None and last.kind == "text" and fits(reply, joined(last.text, reply.text)):
            found[-1] = replace(reply, text=joined(last.text, reply.text))
        elif last is None or reply != last:
            found.append(reply)
    return tuple(found)


def with_first(decision: Decision, *, before: str = "", after: str = "") -> Decision | None:
    """The decision with words added to its first bubble, whatever the outcome of its actions.

    None when there is no bubble, or the words don't fit into each of those that may come first.
    """
    if decision.replies:
        first = _extended(decision.replies, before, after)
        return None if first is None else replace(decision, replies=first)
    speaking = next((i for i, action in enumerate(decision.actions) if any(action.outcomes.values())), None)
    if speaking is None:
        return None
    action = _extended_action(decision.actions[speaking], before, after)
    if action is None:
        return None
    actions = (*decision.actions[:speaking], action, *decision.actions[speaking + 1 :])
    return replace(decision, actions=actions)


def _extended_action(action: Action, before: str, after: str) -> Action | None:
    outcomes: dict[str, Sequence[Reply]] = {}
    for name, replies in action.outcomes.items():
        extended = _extended(tuple(replies), before, after)
        if extended is None:
            return None
        outcomes[name] = extended
    return replace(action, outcomes=outcomes)


def _extended(replies: tuple[Reply, ...], before: str, after: str) -> tuple[Reply, ...] | None:
    if not replies:
        return None
    first = replies[0]
    text = joined(joined(before, first.text), after)
    if not fits(first, text):
        return None
    return (replace(first, text=text), *replies[1:])
