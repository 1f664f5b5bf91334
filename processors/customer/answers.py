"""Answers in words to the question asked last: "quello in pelle", "la L", "il secondo", "5"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from processors.customer import cart as carts
from processors.customer.catalogue import Product
from processors.customer.place import Wanted, place
from processors.customer.session import Question
from processors.customer.talk import Reads, Talk
from processors.customer.variants import complete, variant_in
from processors.search.search import expand
from processors.search.words import content_words, stem, tokens
from processors.understanding.counting import number_at
from processors.understanding.gate import chosen_number, plain, says_ordinal
from processors.understanding.gate_words import ANSWER_FILLER, COURTESY, POINTING, YES_WORDS
from processors.understanding.numbers import number_in

_AGREEING = COURTESY | YES_WORDS | ANSWER_FILLER | POINTING
LONGEST_ANSWER = 10
"""Words; who says more says something new."""


async def answer(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk with the first open question answered by the text; None when it is no answer to it."""
    if not talk.session.questions or len(text.split()) > LONGEST_ANSWER or "?" in text:
        return None
    question = talk.session.questions[0]
    talk, options = await reads.products(talk, question.options)
    glossary = await reads.services.search.glossary(talk.turn.business.id)
    wanted = _wanted(question, options, text, glossary) if options else None
    if wanted is None:
        count = bare_number(text) if question.kind == "product" else None
        return so_many(talk, question, count) if count is not None and count > len(options) else None
    session = talk.session.without(question)
    if len(question.options) > 1:
        # "No scusa, la terza" counts in the list that was just read.
        session = replace(session, shown=question.options)
    talk = replace(talk, session=session, intent="order_request", asking=True)
    return await place(talk, reads, wanted)


def so_many(talk: Talk, question: Question, count: int) -> Talk | None:
    """The talk in which a number beyond the list says how many of what is still to be chosen."""
    if count > carts.LARGEST_QUANTITY:
        return None
    changed = replace(question, quantity=count, asked=max(question.asked - 1, 0))
    questions = tuple(changed if q == question else q for q in talk.session.questions)
    talk = talk.noting("ask.so_many", count=count)
    return replace(
        talk, session=replace(talk.session, questions=questions), intent="order_request", asking=True
    )


def bare_number(text: str) -> int | None:
    """The number that a text is, and nothing else."""
    words = plain(text).split()
    counted = number_at(words, 0) if words else None
    return counted[0] if counted is not None and counted[1] == len(words) else None


def _wanted(
    question: Question, options: Sequence[Product], text: str, glossary: Mapping[str, Sequence[str]]
) -> Wanted | None:
    if question.kind == "quantity":
        return _quantity(question, options[0], text)
    chosen = options[0] if question.kind == "variant" else _chosen(options, text, glossary)
    if chosen is None:
        return None
    said = variant_in(chosen.attributes, text, alone=question.kind == "variant")
    if question.kind == "variant":
        missing = complete(chosen.attributes, question.variant).missing
        if missing is None:
            return None
        values = [str(value) for value in chosen.attributes[missing]]
        if missing not in said and says_ordinal(text) and (place_in_list := chosen_number(text, len(values))):
            # Only an ordinal: a bare "2" may be a pack or a quantity, and values bear no numbers.
            said = {**said, missing: values[place_in_list - 1]}
        if missing not in said:
            return None
    return Wanted(
        mention=question.mention,
        quantity=question.quantity,
        variant={**question.variant, **said},
        options=(chosen,),
    )


async def agree(talk: Talk, reads: Reads) -> Talk | None:
    """The talk after a yes to "did you mean this one?"; None when no single product was asked about."""
    question = next(iter(talk.session.questions), None)
    if question is None or question.kind != "product" or len(question.options) != 1 or not question.asked:
        return None
    talk, options = await reads.products(talk, question.options)
    if not options:
        return None
    talk = replace(talk, session=talk.session.without(question), intent="order_request", asking=True)
    wanted = Wanted(
        mention=question.mention, quantity=question.quantity, variant=question.variant, options=options
    )
    return await place(talk, reads, wanted)


def _quantity(question: Question, product: Product, text: str) -> Wanted | None:
    quantity, rest = number_in(" ".join(tokens(text)))
    if quantity is None or len([word for word in content_words(rest) if word not in _AGREEING]) > 1:
        return None
    return Wanted(
        mention=question.mention, quantity=quantity, variant=question.variant, options=(product,), mode="set"
    )


def _chosen(options: Sequence[Product], text: str, glossary: Mapping[str, Sequence[str]]) -> Product | None:
    """The option that a place in the list or words of its name point at, if exactly one."""
    place_in_list = chosen_number(text, len(options))
    if place_in_list is not None:
        return options[place_in_list - 1]
    asked = {stem(w) for w in expand(content_words(text), glossary)}
    # Words that all candidates share point at none of them.
    named = [(product, {stem(w) for w in content_words(product.name)}) for product in options]
    common = set.intersection(*(words for _, words in named)) if len(named) > 1 else set()
    scores = sorted(((len(asked & words - common), i) for i, (_, words) in enumerate(named)), reverse=True)
    if not scores or scores[0][0] == 0 or (len(scores) > 1 and scores[1][0] == scores[0][0]):
        return None
    return named[scores[0][1]][0]
