"""The dealer pipeline: taps first, then words, then a friendly list of what works.

A turn may hold several messages ("accetto", "esaurito lo shampoo"); each is answered, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from processors.dealer import offers, orders, shop, stock
from processors.dealer.answer import Answer, joined
from processors.dealer.choices import answer_choice
from processors.dealer.reading import Said, read
from processors.dealer.talk import Talk
from processors.dealer.words import ORDER_STEPS, Verb
from processors.errors import BadRequest
from processors.model import Decision, Message, Turn
from processors.services import Services

FILES = frozenset({"image", "video", "document"})
"""What only people can look at."""


async def respond(turn: Turn, services: Services) -> Decision:
    """Answer a dealer's turn. Reads the board, the shelf and products; changes are actions of the decision.

    Raises BadRequest when the turn is not a dealer's, StorageError when the database fails.
    """
    if turn.dealer is None:
        raise BadRequest("the sender is no dealer", field="dealer")
    talk = Talk(turn, services, turn.dealer)
    answer = joined([await _answer_input(talk, heard) for heard in _inputs(turn.messages)])
    if any(message.unheard for message in turn.messages):
        answer = joined([answer, shop.not_heard(talk)])
    elif answer.empty:
        is_file = any(message.type in FILES for message in turn.messages)
        answer = shop.not_seen(talk) if is_file else shop.not_understood(talk)
    return _decision(talk, answer)


def _decision(talk: Talk, answer: Answer) -> Decision:
    before = dict(talk.turn.session)
    after: dict[str, Any] = {key: value for key, value in before.items() if key != "awaiting"}
    if answer.awaiting:
        after["awaiting"] = dict(answer.awaiting)
    return Decision(
        replies=answer.replies,
        actions=answer.actions,
        escalation=answer.escalation,
        intent=f"dealer_{answer.topic}" if answer.topic else None,
        session=after if after != before else None,
        understood={"topic": answer.topic, "actions": [action.kind for action in answer.actions]},
    )


def _inputs(messages: Sequence[Message]) -> list[tuple[str, str]]:
    """(choice id, text) in order. Words of neighbouring messages are one text: "esaurito", "lo shampoo"."""
    found: list[tuple[str, str]] = []
    for message in messages:
        choice = str(message.payload.get("choice_id") or "")
        text = (message.transcript or message.content).strip()
        if not choice and found and not found[-1][0]:
            found[-1] = ("", f"{found[-1][1]}\n{text}")
        else:
            found.append((choice, text))
    return found


async def _answer_input(talk: Talk, heard: tuple[str, str]) -> Answer:
    choice, text = heard
    if choice and (answer := await answer_choice(talk, choice)):
        return answer
    return await _answer_text(talk, text) if text else Answer()


async def _answer_text(talk: Talk, text: str) -> Answer:
    board = await talk.board()
    said = _with_verbs(talk, read(text, board.knows))
    answers = [await _answer_clause(talk, clause) for clause in said]
    answers.append(await stock.answer_talk(talk, [c.stock for c in said if c.stock]))
    found = joined(answers)
    return found if not found.empty else await stock.answer_open_question(talk, text)


def _with_verbs(talk: Talk, said: Sequence[Said]) -> list[Said]:
    """Gives clauses that only name an order the verb beside them: "accetto 1042 e 1043", "D1042, pronto"."""
    last = _doable(talk.awaiting.get("verb"))
    result: list[Said] = []
    named: list[Said] = []
    for clause in said:
        if clause.codes and clause.verb is None:
            if last is None:
                named.append(clause)
            else:
                result.append(replace(clause, verb=last))
            continue
        if (verb := _doable(clause.verb)) is not None:
            last = verb
            if named and not clause.codes:
                clause = replace(clause, codes=tuple(code for n in named for code in n.codes))
                named = []
        result += [*named, clause]
        named = []
    return result + named


def _doable(verb: object) -> Verb | None:
    """The verb, when it is one that is done to an order."""
    return next((known for known in ("accept", "decline", *ORDER_STEPS) if known == verb), None)


async def _answer_clause(talk: Talk, clause: Said) -> Answer:
    verb, codes = clause.verb, clause.codes
    if verb in ("accept", "decline"):
        return await offers.answer_in_words(talk, verb, codes)
    if verb in ("yes", "no"):
        return await offers.answer_bare(talk, verb, codes)
    if verb is not None and verb in ORDER_STEPS:
        return await orders.move_in_words(talk, verb, codes)
    if codes:
        return joined([await orders.show(talk, code) for code in codes])
    if verb == "overview":
        return await orders.show_all(talk)
    return shop.answer_word(talk, verb) if verb else Answer()
