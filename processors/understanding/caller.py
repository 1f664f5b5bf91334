"""One structured call of a language model, through the OpenAI SDK: tries, deadline, breaker, tokens.

Whatever goes wrong ends in ModelUnavailable with one short reason.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import openai
import pydantic
from openai import AsyncOpenAI

from processors.errors import ModelUnavailable
from processors.model import AiCall
from processors.settings import Settings
from processors.understanding.breaker import Breaker
from processors.understanding.failures import (
    ABOUT_THIS_MESSAGE,
    FOR_GOOD,
    PAID,
    pause_before_retry,
    reason_of,
)
from processors.understanding.prices import cost_usd, estimated_tokens

RETRIES = 2
DEADLINE_SECONDS = 10.0
"""For all tries of one turn together."""

OUTPUT_TOKENS = 350

_FENCE = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)

T = TypeVar("T", bound=pydantic.BaseModel)


@dataclass(frozen=True, kw_only=True)
class Called(Generic[T]):
    """An answer in the shape that was asked for, and the call for `ai_calls`."""

    answer: T
    call: AiCall


@dataclass(frozen=True)
class _For:
    """For whom it is asked, and how long the answer may be."""

    person: UUID
    output_tokens: int


class ModelCaller:
    """Asks the configured model. One per process: it keeps the connection and the breaker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._breaker = Breaker()
        self._client: AsyncOpenAI | None = None
        self._unsupported: set[str] = set()

    @property
    def rests(self) -> bool:
        """Whether the breaker is open, so that asking would be refused at once."""
        return self._breaker.rests

    async def ask(
        self,
        messages: Sequence[Any],
        shape: type[T],
        *,
        person: UUID,
        purpose: str,
        variant: str,
        seconds: float = DEADLINE_SECONDS,
        output_tokens: int = OUTPUT_TOKENS,
    ) -> Called[T]:
        """The model's answer in the given shape, at most `output_tokens` long, all tries within `seconds`.

        Raises ModelUnavailable; its `reason` names the kind of failure.
        """
        if not self._breaker.allows():
            raise ModelUnavailable("breaker_open")
        started = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                answer, tokens = await self._tries(
                    messages, shape, _For(person, output_tokens), until=started + seconds
                )
        except Exception as error:
            reason = reason_of(error)
            if reason not in ABOUT_THIS_MESSAGE:
                self._breaker.failed(for_good=reason in FOR_GOOD)
            raise ModelUnavailable(
                reason, latency_ms=_since(started), tokens=self._paid(error, reason, messages, output_tokens)
            ) from None
        self._breaker.succeeded()
        call = AiCall(
            purpose=purpose,
            model=self._settings.ai_chat_model,
            outcome="ok",
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            cost_usd=cost_usd(self._settings, *tokens),
            latency_ms=_since(started),
            prompt_variant=variant,
        )
        return Called(answer=answer, call=call)

    def failed_call(self, error: ModelUnavailable, *, purpose: str, variant: str) -> AiCall:
        """The `ai_calls` row of a call that gave nothing."""
        return AiCall(
            purpose=purpose,
            model=self._settings.ai_chat_model,
            outcome="failed",
            input_tokens=error.tokens[0],
            output_tokens=error.tokens[1],
            cost_usd=cost_usd(self._settings, *error.tokens),
            latency_ms=error.latency_ms,
            prompt_variant=variant,
            error=error.reason,
        )

    async def _tries(
        self, messages: Sequence[Any], shape: type[T], of: _For, *, until: float
    ) -> tuple[T, tuple[int, int]]:
        for tried in range(RETRIES + 1):
            try:
                return await self._ask(messages, shape, of)
            except openai.APIError as error:
                pause = pause_before_retry(error, tried)
                # Waiting for a try that would come too late only makes the customer wait.
                if pause is None or tried == RETRIES or time.monotonic() + pause >= until:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _ask(self, messages: Sequence[Any], shape: type[T], of: _For) -> tuple[T, tuple[int, int]]:
        options = self._options(of)
        try:
            return await self._call(messages, shape, options)
        except openai.BadRequestError as error:
            # A host that refuses one option by name is asked once more without it, and remembered.
            if error.code != "unsupported_parameter" or not error.param or error.param not in options:
                raise
            self._unsupported.add(error.param)
            return await self._call(messages, shape, self._options(of))

    async def _call(
        self, messages: Sequence[Any], shape: type[T], options: dict[str, Any]
    ) -> tuple[T, tuple[int, int]]:
        client = self._connected()
        try:
            completion = await client.chat.completions.parse(
                model=self._settings.ai_chat_model,
                messages=list(messages),
                response_format=shape,
                **options,
            )
        except pydantic.ValidationError as error:
            # The SDK keeps what was written and forgets what it cost.
            return _mended(error, shape), (_length(messages), _most(options))
        message = completion.choices[0].message
        usage = completion.usage
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        if message.refusal:
            raise ModelUnavailable("refusal", tokens=tokens)
        if message.parsed is None:
            raise ModelUnavailable("empty", tokens=tokens)
        return message.parsed, tokens

    def _paid(self, error: Exception, reason: str, messages: Sequence[Any], limit: int) -> tuple[int, int]:
        """The tokens of an answer that was no use: as the provider counted, else estimated, never less than real."""
        if isinstance(error, ModelUnavailable) and any(error.tokens):
            return error.tokens
        if isinstance(error, openai.LengthFinishReasonError) and error.completion.usage:
            usage = error.completion.usage
            return usage.prompt_tokens, usage.completion_tokens
        return (_length(messages), limit) if reason in PAID else (0, 0)

    def _options(self, of: _For) -> dict[str, Any]:
        if self._settings.ai_provider == "openai":
            options: dict[str, Any] = {
                "max_completion_tokens": of.output_tokens,
                "reasoning_effort": "none",
                # A digest, never the number: the provider only needs to tell people apart.
                "safety_identifier": hashlib.sha256(of.person.bytes).hexdigest()[:32],
            }
        else:
            options = {"max_tokens": of.output_tokens}
        return {name: value for name, value in options.items() if name not in self._unsupported}

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            self._client = AsyncOpenAI(
                api_key=self._settings.openai_api_key.get_secret_value(),
                base_url=self._settings.openai_base_url or None,
                timeout=self._settings.ai_timeout_seconds,
                # Its own retries obey pauses of up to two minutes; ours know the deadline.
                max_retries=0,
            )
        return self._client

    async def close(self) -> None:
        """Close the connection; called at shutdown."""
        if self._client is not None:
            await self._client.close()


def _most(options: dict[str, Any]) -> int:
    """How long an answer with these options may be, in tokens."""
    return int(options.get("max_completion_tokens") or options.get("max_tokens") or OUTPUT_TOKENS)


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _length(messages: Sequence[Any]) -> int:
    return sum(estimated_tokens(str(message["content"])) for message in messages)


def _mended(error: pydantic.ValidationError, shape: type[T]) -> T:
    """The answer inside a code fence, which some hosts put around JSON. Raises ModelUnavailable."""
    given = error.errors(include_url=False)[0].get("input")
    fenced = _FENCE.match(given) if isinstance(given, str) else None
    if fenced is None:
        raise ModelUnavailable("schema")
    try:
        return shape.model_validate_json(fenced[1])
    except pydantic.ValidationError:
        raise ModelUnavailable("schema") from None
