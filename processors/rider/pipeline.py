"""The rider pipeline: taps first, then words, then a friendly list of what works."""

from __future__ import annotations

from processors.errors import BadRequest
from processors.model import Decision, Turn
from processors.partners.answer import Answer, decided, inputs, joined
from processors.partners.clauses import Clause, clauses, codes_in, with_verbs
from processors.rider import duty, rides
from processors.rider.cards import overview
from processors.rider.choices import answer_choice
from processors.rider.talk import Talk
from processors.rider.words import REPORTS, verb_of
from processors.services import Services


async def respond(turn: Turn, services: Services) -> Decision:
    """Answer a rider's turn. Reads the board; changes are actions of the decision.

    Raises BadRequest when the turn is not a rider's, StorageError when the database fails.
    """
    if turn.rider is None:
        raise BadRequest("the sender is no rider", field="rider")
    talk = Talk(turn, services, turn.rider)
    answer = joined([await _answer_input(talk, heard) for heard in inputs(turn.messages)])
    if any(message.unheard for message in turn.messages):
        answer = joined([answer, Answer(topic="unheard", replies=(talk.text("unheard"),))])
    elif answer.empty:
        has_file = any(message.type in ("image", "video", "document") for message in turn.messages)
        reply = talk.text("unseen") if has_file else duty.hint(talk, "not_understood")
        answer = Answer(topic="unseen" if has_file else "unknown", replies=(reply,))
    return decided(answer, role="rider", session=turn.session)


async def _answer_input(talk: Talk, heard: tuple[str, str]) -> Answer:
    choice, text = heard
    if choice and (answer := await answer_choice(talk, choice)):
        return answer
    return await _answer_text(talk, text) if text else Answer()


async def _answer_text(talk: Talk, text: str) -> Answer:
    board = await talk.board()
    said = [Clause(text=c, verb=verb_of(c), codes=codes_in(c, board.knows)) for c in clauses(text)]
    answer = joined(
        [await _answer_clause(talk, c) for c in with_verbs(said, REPORTS, talk.awaiting.get("verb"))]
    )
    if answer.empty and isinstance(asked := talk.awaiting.get("failed"), str):
        # Asked why, they said something that is none of the reasons: a colleague reads it in this chat.
        return await rides.report(talk, asked, "other")
    return answer


async def _answer_clause(talk: Talk, clause: Clause) -> Answer:
    if clause.verb in REPORTS:
        return await rides.report_in_words(talk, clause.verb, clause.codes)
    if clause.codes:
        return joined([await rides.show(talk, code) for code in clause.codes])
    if clause.verb == "overview":
        return Answer(topic="overview", replies=overview(talk, await talk.board()))
    return duty.answer_word(talk, clause.verb) if clause.verb else Answer()
