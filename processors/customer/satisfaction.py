"""The question after a person has helped: how was it? The database asks it, once, and understands the answers.

It is asked when an agent resolves a conversation, so no pipeline runs: the desk hands over the words in every language,
and the database chooses. What may be tapped or written in answer stands here too.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from processors.language.texts import LANGUAGES, say
from processors.model import Button, Reply

SCORES: Final = {"good": 5, "fair": 3, "poor": 1}
"""What each button counts, of five."""

_EMOJI: Final = {5: "😊🙂😀😃😄😁😍🥰🤩👍👏❤🙏💯", 3: "😐😕😑🤔", 1: "🙁☹😞😠😡😢😭👎💩"}


@cache
def question() -> dict[str, Any]:
    """What `resolve_conversation` takes: {languages: {it: {ask, thanks, sorry}, …}, words: {bene: 5, …}}.

    `{request}` in an id of a button stands for the row of this one question.
    """
    return {"languages": {language: _replies(language) for language in LANGUAGES}, "words": _words()}


def _replies(language: str) -> dict[str, Any]:
    buttons = tuple(
        Button(id=f"rate:{{request}}:{score}", title=say(language, f"satisfaction.button.{name}"))
        for name, score in SCORES.items()
    )
    person = Button(id="menu:human", title=say(language, "satisfaction.button.person"))
    return {
        "ask": Reply(text=say(language, "satisfaction.ask"), kind="buttons", buttons=buttons).to_json(),
        "thanks": Reply(text=say(language, "satisfaction.thanks")).to_json(),
        "sorry": Reply(text=say(language, "satisfaction.sorry"), kind="buttons", buttons=(person,)).to_json(),
    }


def _words() -> dict[str, int]:
    """Answers in words of all languages at once: people answer in the one they like. Lower case, without dots."""
    found = {str(score): score for score in range(1, 6)}
    found |= {"⭐" * score: score for score in range(1, 6)}
    found |= {sign: score for score, signs in _EMOJI.items() for sign in signs}
    for language in LANGUAGES:
        for name, score in SCORES.items():
            found |= {word.strip(): score for word in say(language, f"satisfaction.words.{name}").split(",")}
    return found
