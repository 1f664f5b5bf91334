"""A summary without a model: nothing is retold, only quoted and counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from processors.customer.gate import command_of
from processors.language.texts import say
from processors.model import CartLine, Message
from processors.search.words import content_words
from processors.understanding.gate import is_greeting

QUOTES = 3
LONGEST_QUOTE = 120
MOST_LINES = 5

# Numbers of cards, documents and telephones, addresses of pages and of mail: a summary is read by many.
_PRIVATE = re.compile(r"\+?\d[\d .\-/]{4,}\d|\S+@\S+\.\w+|https?://\S+|www\.\S+")


def extract(messages: Sequence[Message], cart: Sequence[CartLine], language: str) -> str:
    """What the customer wanted, in counts and in their own words, and what is in the cart now."""
    said = [message for message in messages if message.author == "customer"]
    lines = [_themes(said, language), _quotes(said, language)]
    if cart:
        goods = ", ".join(f"{line.quantity} × {line.name}" for line in cart[:MOST_LINES])
        lines.append(say(language, "summary.cart", goods=goods))
    return "\n".join(line for line in lines if line)


def scrubbed(text: str) -> str:
    """A text in one line, without what identifies somebody or leads somewhere."""
    return " ".join(_PRIVATE.sub("…", text).split())


def _themes(said: Sequence[Message], language: str) -> str:
    counts = Counter(message.intent for message in said if message.intent)
    names = [f"{say(language, f'summary.intent.{intent}')} ({n})" for intent, n in counts.most_common()]
    return say(language, "summary.themes", themes=", ".join(names)) if names else ""


def _quotes(said: Sequence[Message], language: str) -> str:
    """The messages that say most, in the order they were said; the later one where two say as much."""
    texts = [
        (n, words)
        for n, message in enumerate(said)
        if "choice_id" not in message.payload and (words := scrubbed(message.transcript or message.content))
    ]
    worth = [(n, w) for n, w in texts if command_of(w) is None and not is_greeting(w)]
    best = sorted(worth, key=lambda one: (min(len(content_words(one[1])), 12), one[0]), reverse=True)[:QUOTES]
    quoted = " ".join(f"«{words[:LONGEST_QUOTE]}»" for _, words in sorted(best))
    return say(language, "summary.words", words=quoted) if quoted else ""
