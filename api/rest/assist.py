"""`POST /api/assist/…`: a suggested answer and translations for a signed-in agent. Nothing is sent to anybody."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.deps import Caller, Deps
from api.errors import responses
from api.runtime import Runtime
from api.staff import ask
from processors.assist.context import context_from_row
from processors.assist.suggest import suggest
from processors.assist.translate import Translated, translate
from processors.errors import Conflict, TooManyRequests
from processors.model import AiCall

router = APIRouter(prefix="/api/assist", tags=["staff"])

LANGUAGE = Literal["it", "en", "id"]
DRAFT = "draft"
WORDS = {
    "no_model": ("this needs a language model", "Set OPENAI_API_KEY for the api."),
    "budget_business": ("today's budget of the language model is spent", "It begins anew tomorrow."),
}


class SuggestionRequest(BaseModel):
    """The conversation to answer."""

    conversation_id: UUID


class Suggested(BaseModel):
    """Words for the draft, and where they are from."""

    text: str
    source: Literal["model", "bot", "canned", "template"]
    language: str = Field(examples=["it"])
    problem: str = Field(
        description="Why the model had no part in it: no_model, unsafe, timeout, quota …; empty when it had."
    )


class TranslationRequest(BaseModel):
    """Messages of one conversation, or an agent's draft, and the language they should have."""

    conversation_id: UUID
    language: LANGUAGE
    message_ids: list[UUID] = Field(default=[], max_length=50)
    draft: str = Field(default="", max_length=4096)


class OneTranslation(BaseModel):
    """A text in the other language."""

    text: str
    numbers_differ: bool = Field(description="Its figures are not those of the original.")


class Translations(BaseModel):
    """By message id; `draft` for the draft. What is missing could not be translated: `problem` says why."""

    translations: dict[str, OneTranslation]
    problem: str


@router.post(
    "/reply",
    response_model=Suggested,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
    summary="Suggest an answer",
)
async def reply(request: SuggestionRequest, caller: Caller, deps: Deps) -> Suggested:
    """Needs the role admin or agent. Amounts and states come from the database, whoever chose the words."""
    found = await ask(caller.rpc("assist_context", {"p_conversation_id": str(request.conversation_id)}))
    _check(found)
    context = context_from_row(found)
    if not context.turn.messages:
        raise Conflict("nobody wrote anything that could be answered", field="conversation_id")
    suggestion, calls = await suggest(context, (await deps.turns()).services)
    await _keep(deps, request.conversation_id, context.turn.business.default_language, [], calls)
    return Suggested(**vars(suggestion))


@router.post(
    "/translate",
    response_model=Translations,
    responses=responses(401, 403, 404, 409, 422, 429, 503),
    summary="Translate messages or a draft",
)
async def translations(request: TranslationRequest, caller: Caller, deps: Deps) -> Translations:
    """Needs the role admin or agent. A message is translated once per language; later it is read."""
    asked: dict[str, Any] = {
        "p_conversation_id": str(request.conversation_id),
        "p_message_ids": [str(i) for i in request.message_ids],
        "p_language": request.language,
    }
    found = await ask(caller.rpc("assist_texts", asked))
    known = {m["id"]: OneTranslation(**m["translation"]) for m in found["messages"] if m["translation"]}
    texts = {m["id"]: m["text"] for m in found["messages"] if not m["translation"]}
    if request.draft.strip():
        texts[DRAFT] = request.draft
    if not texts:
        return Translations(translations=known, problem="")
    _check(found)
    made = await translate(
        texts,
        (await deps.turns()).services,
        language=request.language,
        business_id=UUID(found["business_id"]),
        person=UUID(found["contact_id"]),
    )
    kept = [{"message_id": name, **vars(one)} for name, one in made.texts.items() if name != DRAFT]
    await _keep(deps, request.conversation_id, request.language, kept, made.calls)
    if not made.texts and not known:
        raise _unable(made)
    new = {
        name: OneTranslation(text=one.text, numbers_differ=one.numbers_differ)
        for name, one in made.texts.items()
    }
    return Translations(translations=known | new, problem=made.problem)


def _check(found: dict[str, Any]) -> None:
    if found["limited"]:
        raise TooManyRequests(
            "too many requests of this kind in a minute", field="assist", remedy="Wait a minute."
        )


def _unable(made: Translated) -> Conflict:
    """Nothing at all could be translated."""
    text, remedy = WORDS.get(made.problem, ("the language model gave no translation", "Try again later."))
    return Conflict(text, field=made.problem, remedy=remedy)


async def _keep(
    deps: Runtime, conversation_id: UUID, language: str, kept: list[dict[str, Any]], calls: tuple[AiCall, ...]
) -> None:
    """What was translated is kept, and what it cost."""
    if not kept and not calls:
        return
    params = {
        "p_conversation_id": str(conversation_id),
        "p_language": language,
        "p_translations": kept,
        "p_calls": [call.to_json() for call in calls],
    }
    # Not repeated when its answer is lost: the calls would count twice.
    await deps.store.call("keep_assistance", params, retry=False)
