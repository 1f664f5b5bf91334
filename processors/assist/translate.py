"""Translations by the model, a few messages at a time, each with a look at its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from processors.assist.checks import same_numbers
from processors.errors import ModelUnavailable
from processors.model import AiCall
from processors.services import Services
from processors.understanding.budget import begin_call

CHARACTERS_AT_ONCE = 3000
LONGEST_TEXT = 4096


@dataclass(frozen=True, kw_only=True)
class Translation:
    """A text in the other language; `numbers_differ` asks whoever reads it to look at the original."""

    text: str
    numbers_differ: bool
    model: str


@dataclass(frozen=True, kw_only=True)
class Translated:
    """What could be translated, by the names that were given, and why the rest could not."""

    texts: Mapping[str, Translation]
    calls: tuple[AiCall, ...]
    problem: str = ""


async def translate(
    texts: Mapping[str, str], services: Services, *, language: str, business_id: UUID, person: UUID
) -> Translated:
    """Each text in `language`. Raises StorageError when the database fails; never ModelUnavailable."""
    if services.brain is None:
        return Translated(texts={}, calls=(), problem="no_model")
    # Its SDK is large; a process that has a model has loaded it already.
    from processors.assist import llm

    caller, found, calls = services.brain.caller, dict[str, Translation](), list[AiCall]()
    for some in _packs(texts):
        names = {f"m{n}": name for n, name in enumerate(some, 1)}
        try:
            if caller.rests:
                raise ModelUnavailable("breaker_open")
            await begin_call(services.store, services.settings, business_id, None)
            called = await llm.translate(
                caller, {n: some[name] for n, name in names.items()}, language=language, person=person
            )
        except ModelUnavailable as error:
            calls.append(llm.failed_call(caller, error, llm.TRANSLATION))
            return Translated(texts=found, calls=tuple(calls), problem=error.reason)
        calls.append(called.call)
        for one in called.answer.translations:
            name, words = names.get(one.id), one.text.strip()
            if name is not None and words:
                differ = not same_numbers(some[name], words)
                found[name] = Translation(text=words, numbers_differ=differ, model=called.call.model)
    return Translated(
        texts=found, calls=tuple(calls), problem="" if len(found) == len(texts) else "unreadable"
    )


def _packs(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The texts in few calls, none too long for one answer."""
    some: dict[str, str] = {}
    for name, text in texts.items():
        if some and sum(map(len, some.values())) + len(text) > CHARACTERS_AT_ONCE:
            yield some
            some = {}
        some[name] = text[:LONGEST_TEXT]
    if some:
        yield some
