"""From a turn to the processor that answers it, and what every answer shares.

Opt-outs come first: whoever wrote STOP hears one confirmation and then nothing until START. Then the
language, which is kept per contact and follows a switch; after the processor, the privacy notice of a first
contact, inside the first bubble.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from processors import customer, dealer, rider, scam_check
from processors.bubbles import merged, with_first
from processors.customer.addresses import address_in
from processors.language.detect import detect
from processors.language.texts import say
from processors.model import Decision, Message, Reply, Turn
from processors.services import Processor, Services
from processors.trace import note
from processors.understanding.gate import opt_command

CLEAR = 0.6
"""How sure a switch of language must be: one borrowed word is no switch."""

UNCLEAR = 0.5
"""How sure a first guess must be; below it the business's own language."""


async def respond(turn: Turn, services: Services) -> Decision:
    """The decision for a turn of any business and sender."""
    turn = replace(turn, language=language_of(turn))
    wish, rest = preference_in(turn.messages, opted_out=turn.contact.opted_out)
    note("language", language=turn.language, before=turn.contact.language)
    if wish is not None or turn.contact.opted_out:
        note("preference", wish=wish, opted_out=turn.contact.opted_out)
    if wish == "opt_out":
        return _opted_out(turn)
    if wish is None and turn.contact.opted_out:
        return Decision()
    if wish == "opt_in" and not rest:
        return _finished(turn, services, Decision(replies=(_text(turn, "opt.in"),), preference="opt_in"))
    processor = processor_of(turn)
    note("processor", name=turn.conversation_type if processor is not _not_here_yet else "none")
    decision = await processor(replace(turn, messages=rest), services)
    if wish == "opt_in":
        decision = replace(decision, preference="opt_in")
        decision = with_first(decision, before=say(_language(turn), "opt.in")) or decision
    return _finished(turn, services, decision)


def processor_of(turn: Turn) -> Processor:
    """Who answers: by the business's kind of bot and, in commerce, by who writes."""
    if turn.business.bot_kind == "scam_check":
        return scam_check.respond
    if turn.business.bot_kind != "commerce":
        return _not_here_yet
    if turn.conversation_type == "dealer" and turn.dealer is not None:
        return dealer.respond
    if turn.conversation_type == "rider" and turn.rider is not None:
        return rider.respond
    return customer.respond


def language_of(turn: Turn) -> str:
    """The language to answer in: that of the words when it is clear, else the contact's, else the business's."""
    kept = turn.language or turn.contact.language
    said = [m.transcript or m.content for m in turn.messages if "choice_id" not in m.payload]
    # A street is named in the language of its town, not of whoever lives there.
    spoken = "\n".join(words for words in said if not kept or address_in(words, asked=False) is None)
    found = detect(spoken, previous=kept)
    spoken_here = found.language in turn.business.languages
    if spoken_here and found.confidence >= (CLEAR if kept else UNCLEAR):
        return found.language
    return kept or turn.business.default_language


def preference_in(
    messages: tuple[Message, ...], *, opted_out: bool
) -> tuple[Literal["opt_out", "opt_in"] | None, tuple[Message, ...]]:
    """The last opt-out or opt-in among the messages, and those that are still to be answered.

    Only a message that says nothing else counts: "stop alla pubblicità" is a sentence for people.
    """
    wish: Literal["opt_out", "opt_in"] | None = None
    rest: list[Message] = []
    for message in messages:
        said = opt_command(message.content) if message.type in ("text", "button") else None
        # "Mulai" and "riprendi" mean START only to somebody who is out.
        if said == "opt_out" or (said == "opt_in" and (opted_out or wish or _is_start(message))):
            wish, rest = said, []
        else:
            rest.append(message)
    return wish, tuple(rest)


def _is_start(message: Message) -> bool:
    return message.content.strip().strip(".!").casefold() == "start"


def _opted_out(turn: Turn) -> Decision:
    if turn.contact.opted_out:
        # They are out already; a second confirmation would be one message too many.
        return Decision(language=turn.language)
    return Decision(
        replies=(_text(turn, "opt.out"),), preference="opt_out", language=turn.language, session={}
    )


def _finished(turn: Turn, services: Services, decision: Decision) -> Decision:
    decision = replace(
        decision, replies=merged(decision.replies), language=decision.language or turn.language
    )
    if turn.contact.privacy_noticed or turn.conversation_type in ("dealer", "rider"):
        return decision
    notice = say(decision.language or _language(turn), "privacy", privacy_url=services.settings.privacy_url)
    noticed = with_first(decision, after=notice)
    # Where it does not fit, or nothing is said at all, the next turn brings it.
    return decision if noticed is None else replace(noticed, privacy_noticed=True)


async def _not_here_yet(turn: Turn, services: Services) -> Decision:
    """Kinds of bots that this release does not speak for: honest, and a person is told."""
    return Decision(replies=(_text(turn, "not_served"),), escalation="asked")


def _text(turn: Turn, key: str, **values: object) -> Reply:
    return Reply(text=say(_language(turn), key, **values))


def _language(turn: Turn) -> str:
    return turn.language or turn.business.default_language
