"""The dealer pipeline: taps first, then words, then a friendly list of what works.

A turn may hold several messages ("accetto", "esaurito lo shampoo"); each is answered, in order.
"""

from __future__ import annotations

from processors.dealer import changes, day, offers, orders, shop, stock
from processors.dealer.change_choices import answer_open_question, answer_preview
from processors.dealer.change_words import read_wishes
from processors.dealer.choices import answer_choice
from processors.dealer.reading import Said, read
from processors.dealer.talk import Talk
from processors.dealer.words import ORDER_STEPS
from processors.errors import BadRequest
from processors.model import Decision, Turn
from processors.partners.answer import Answer, decided, inputs, joined
from processors.partners.clauses import codes_in, with_verbs
from processors.partners.words import bare_answer, fold
from processors.services import Services

DOABLE = ("accept", "decline", *ORDER_STEPS)
"""What is done to an order."""

FILES = frozenset({"image", "video", "document"})
"""What only people can look at."""


async def respond(turn: Turn, services: Services) -> Decision:
    """Answer a dealer's turn. Reads the board, the shelf and products; changes are actions of the decision.

    Raises BadRequest when the turn is not a dealer's, StorageError when the database fails.
    """
    if turn.dealer is None:
        raise BadRequest("the sender is no dealer", field="dealer")
    talk = Talk(turn, services, turn.dealer)
    answer = joined([await _answer_input(talk, heard) for heard in inputs(turn.messages)])
    if any(message.unheard for message in turn.messages):
        answer = joined([answer, shop.not_heard(talk)])
    elif answer.empty:
        is_file = any(message.type in FILES for message in turn.messages)
        answer = shop.not_seen(talk) if is_file else shop.not_understood(talk)
    return decided(answer, role="dealer", session=turn.session)


async def _answer_input(talk: Talk, heard: tuple[str, str]) -> Answer:
    choice, text = heard
    if choice and (answer := await answer_choice(talk, choice)):
        return answer
    return await _answer_text(talk, text) if text else Answer()


async def _answer_text(talk: Talk, text: str) -> Answer:
    board = await talk.board()
    if not (proposed := await _propose(talk, text)).empty:
        return proposed
    said = with_verbs(read(text, board.knows), DOABLE, talk.awaiting.get("verb"))
    answers = [await _answer_clause(talk, clause) for clause in said]
    answers.append(await stock.answer_talk(talk, [c.stock for c in said if c.stock]))
    found = joined(answers)
    return found if not found.empty else await stock.answer_open_question(talk, text)


async def _propose(talk: Talk, text: str) -> Answer:
    """What an order would be otherwise, or the answer to a question about that. Empty for anything else."""
    board = await talk.board()
    if not (board.offers or board.orders):
        return Answer()
    if wishes := read_wishes(text, talk.now):
        codes = codes_in(text, board.knows)
        if not (found := await changes.in_words(talk, wishes, codes, text)).empty:
            return found
    if (verb := bare_answer(fold(text))) and (answered := answer_preview(talk, verb)):
        return answered
    return await answer_open_question(talk, text)


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
    if verb == "day":
        return await day.answer(talk, clause.text)
    if verb == "overview":
        return await orders.show_all(talk)
    if verb in ("pause", "resume"):
        return shop.break_in_words(talk, verb, clause.text)
    return shop.answer_word(talk, verb) if verb else Answer()
