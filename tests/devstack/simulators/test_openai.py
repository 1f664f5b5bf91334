"""The OpenAI simulator, used through the real SDK."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import struct
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageParam
from openai.types.shared_params.response_format_json_schema import JSONSchema
from pydantic import BaseModel, ValidationError

from devstack.simulators.openai_cases import CASES
from tests.devstack.simulators.conftest import Running

MODEL = "gpt-6-luna"
MESSAGES: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Ciao, avete guinzagli?"}]


class Item(BaseModel):
    product_id: str | None
    quantity: int


class Answer(BaseModel):
    language: Literal["it", "en", "id", "other"]
    intent: Literal["order_request", "product_inquiry", "support_request", "general_chat"]
    confidence: float
    items: list[Item]
    search_query: str | None
    needs_human: bool
    first: Item
    reply: str


@pytest.fixture(scope="session")
async def sdk(running: Running) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key="dev-key", base_url=f"{running.url}/openai/v1", max_retries=0) as client:
        yield client


async def control(http: httpx.AsyncClient, **patch: Any) -> None:
    response = await http.post("/openai/_control", json=patch)
    assert response.status_code == 200, response.text


async def log(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    entries = (await http.get("/openai/_log")).json()
    assert isinstance(entries, list)
    return entries


async def parse(sdk: AsyncOpenAI, model: str = MODEL, **more: Any) -> Any:
    """One structured call; its choice."""
    completion = await sdk.chat.completions.parse(
        model=model, messages=MESSAGES, response_format=Answer, **more
    )
    return completion.choices[0]


async def test_answer_without_script_is_valid_and_neutral(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    choice = await parse(sdk, reasoning_effort="none", temperature=0)
    assert choice.message.parsed == Answer(
        language="other",
        intent="general_chat",
        confidence=0.0,
        items=[],
        search_query=None,
        needs_human=False,
        first=Item(product_id=None, quantity=0),
        reply="OK",
    )


async def test_scripted_answers_are_used_in_order(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    await control(http, answers=[{"reply": "uno"}, "due"], next=["429", "ok"])
    with pytest.raises(openai.RateLimitError):
        await sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    answers = [await sdk.chat.completions.create(model=MODEL, messages=MESSAGES) for _ in range(3)]
    assert [answer.choices[0].message.content for answer in answers] == ['{"reply":"uno"}', "due", "OK"]


async def test_completion_has_the_full_shape(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    completion = await sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert (completion.object, completion.model) == ("chat.completion", MODEL)
    assert completion.usage is not None
    assert completion.usage.total_tokens > 0
    assert completion._request_id is not None
    assert completion._request_id.startswith("req_")


async def test_log_holds_path_body_and_status(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    began = time.time()
    await sdk.chat.completions.create(model=MODEL, messages=MESSAGES)
    (entry,) = await log(http)
    assert set(entry) == {"at", "path", "body", "status"}
    assert (entry["path"], entry["status"]) == ("/v1/chat/completions", 200)
    assert entry["body"] == {"model": MODEL, "messages": MESSAGES}
    assert began <= entry["at"] <= time.time()
    await http.post("/openai/_reset")
    assert await log(http) == []


async def test_refusal(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    message = (await parse(sdk, "fake:refusal")).message
    assert (message.parsed, bool(message.refusal)) == (None, True)


async def test_null_content_parses_to_nothing(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    assert (await parse(sdk, "fake:nullcontent")).message.parsed is None


@pytest.mark.parametrize(
    ("case", "error"),
    [
        ("length", openai.LengthFinishReasonError),
        ("filter", openai.ContentFilterFinishReasonError),
        ("notjson", ValidationError),
        ("fenced", ValidationError),
        ("wrongschema", ValidationError),
        ("truncated", ValidationError),
        ("nochoices", IndexError),
        ("html", Exception),
        ("badjson", json.JSONDecodeError),
        ("empty", TypeError),
        ("429", openai.RateLimitError),
        ("429long", openai.RateLimitError),
        ("quota", openai.RateLimitError),
        ("500", openai.InternalServerError),
        ("503", openai.InternalServerError),
        ("401", openai.AuthenticationError),
        ("404", openai.NotFoundError),
        ("400", openai.BadRequestError),
        ("drop", openai.APIConnectionError),
        ("streamerr", openai.InternalServerError),
        ("nonsense", openai.NotFoundError),
    ],
)
async def test_every_case_is_what_the_sdk_makes_of_it(
    sdk: AsyncOpenAI, http: httpx.AsyncClient, case: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await parse(sdk, f"fake:{case}")


@pytest.mark.parametrize("case", [case for case in CASES if case.startswith("embed_")])
async def test_embedding_cases_leave_chat_alone(sdk: AsyncOpenAI, http: httpx.AsyncClient, case: str) -> None:
    assert (await parse(sdk, f"fake:{case}")).message.parsed is not None


async def test_standing_case_holds_until_changed(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    await control(http, case="503")
    for _ in range(2):
        with pytest.raises(openai.InternalServerError):
            await parse(sdk)
    with pytest.raises(openai.InternalServerError):
        await sdk.models.list()
    await control(http, case=None)
    assert (await parse(sdk)).message.parsed is not None


async def test_errors_carry_code_and_headers(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    with pytest.raises(openai.RateLimitError) as limited:
        await parse(sdk, "fake:429")
    assert limited.value.code == "rate_limit_exceeded"
    assert limited.value.response.headers["retry-after-ms"] == "300"
    assert limited.value.response.headers["x-ratelimit-remaining-requests"] == "0"
    with pytest.raises(openai.RateLimitError) as quota:
        await parse(sdk, "fake:quota")
    assert quota.value.code == "insufficient_quota"
    with pytest.raises(openai.BadRequestError) as unsupported:
        await parse(sdk, "fake:400")
    assert (unsupported.value.code, unsupported.value.param) == ("unsupported_parameter", "seed")


async def test_one_refusal_is_overcome_by_a_retry(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    for _ in range(2):
        patient = sdk.with_options(max_retries=1)
        assert (await parse(patient, "fake:429once")).message.parsed is not None
    assert [entry["status"] for entry in await log(http)] == [429, 200, 429, 200]


async def test_wait_that_is_too_long_is_not_retried(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    with pytest.raises(openai.RateLimitError):
        await parse(sdk.with_options(max_retries=2), "fake:429long")
    assert len(await log(http)) == 1


async def test_slow_answer_runs_into_the_timeout(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    with pytest.raises(openai.APITimeoutError):
        await parse(sdk, "fake:slow", timeout=httpx.Timeout(30, read=0.1))
    (entry,) = await log(http)
    assert entry["status"] is None
    await control(http, slow_seconds=0.05)
    assert (await parse(sdk, "fake:slow")).message.parsed is not None


async def test_dribbled_answer_slips_past_a_read_timeout(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    await control(http, dribble_ms=150)
    began = time.monotonic()
    assert (await parse(sdk, "fake:dribble", timeout=httpx.Timeout(30, read=1.4))).message.parsed is not None
    assert time.monotonic() - began > 1.5
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await parse(sdk, "fake:dribble", timeout=30)


async def test_latency_delays_answers(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    await control(http, latency_ms=100)
    began = time.monotonic()
    await parse(sdk)
    assert time.monotonic() - began >= 0.1


async def test_stream_brings_the_words_and_the_usage(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    await control(http, answers=["Un guinzaglio rosso per cani piccoli."])
    stream = await sdk.chat.completions.create(
        model=MODEL, messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    words = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(words) == "Un guinzaglio rosso per cani piccoli."
    assert chunks[-1].usage is not None


async def test_stream_that_breaks_raises(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    stream = await sdk.chat.completions.create(model="fake:streamerr", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError):
        [chunk async for chunk in stream]


async def test_what_openai_refuses_is_refused(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    with pytest.raises(openai.BadRequestError) as limit:
        await sdk.chat.completions.create(model=MODEL, messages=MESSAGES, max_tokens=5)
    assert limit.value.param == "max_tokens"
    with pytest.raises(openai.BadRequestError) as warm:
        await sdk.chat.completions.create(model=MODEL, messages=MESSAGES, temperature=0)
    assert warm.value.param == "temperature"
    with pytest.raises(openai.BadRequestError):
        await sdk.chat.completions.create(model=MODEL, messages=[])
    with pytest.raises(openai.NotFoundError):
        await sdk.chat.completions.create(model="gpt-3.5-turbo", messages=MESSAGES)
    loose: JSONSchema = {"name": "loose", "strict": True, "schema": {"type": "object", "properties": {}}}
    with pytest.raises(openai.BadRequestError, match="additionalProperties"):
        await sdk.chat.completions.create(
            model=MODEL,
            messages=MESSAGES,
            response_format={"type": "json_schema", "json_schema": loose},
        )
    unkeyed = await http.post("/openai/v1/chat/completions", json={"model": MODEL, "messages": MESSAGES})
    assert (unkeyed.status_code, unkeyed.json()["error"]["code"]) == (401, "invalid_api_key")
    keyed = {"Authorization": "Bearer x"}
    assert (await http.post("/openai/v1/embeddings", content=b"{", headers=keyed)).status_code == 400
    assert (await http.post("/openai/v1/embeddings", json={}, headers=keyed)).status_code == 400
    assert (await http.post("/openai/v1/answers", json={}, headers=keyed)).status_code == 404


async def vectors(
    sdk: AsyncOpenAI, texts: str | list[str], model: str = "text-embedding-3-small", **more: Any
) -> list[list[float]]:
    created = await sdk.embeddings.create(model=model, input=texts, **more)
    assert [item.index for item in created.data] == list(range(len(created.data)))
    return [item.embedding for item in created.data]


async def test_embeddings_are_the_same_for_the_same_text(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    first, second, third = await vectors(
        sdk, ["guinzaglio rosso", "Guinzaglio rosso", "shampoo"], encoding_format="float"
    )
    assert first == second != third
    assert len(first) == 1536
    assert math.isclose(math.hypot(*first), 1)


async def test_similar_words_have_similar_vectors(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    query, near, far = await vectors(sdk, ["guinzagli", "guinzaglio", "shampoo"], encoding_format="float")

    def cosine(one: list[float], other: list[float]) -> float:
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert cosine(query, near) > 0.5 > 0.2 > cosine(query, far)


async def test_embeddings_come_in_the_wanted_encoding_and_size(
    sdk: AsyncOpenAI, http: httpx.AsyncClient
) -> None:
    as_float = (await vectors(sdk, "cuccia", dimensions=64, encoding_format="float"))[0]
    by_default = (await vectors(sdk, "cuccia", dimensions=64))[0]
    assert (await log(http))[-1]["body"]["encoding_format"] == "base64"
    assert by_default == pytest.approx(as_float, abs=1e-6)
    assert len((await vectors(sdk, "cuccia", "text-embedding-3-large"))[0]) == 3072


async def test_embedding_cases(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    other = (await vectors(sdk, "cuccia", "fake:embed_base64", encoding_format="float"))[0]
    assert isinstance(other, str), "the server ignored the wanted encoding"
    assert len(struct.unpack("<1536f", base64.b64decode(other))) == 1536
    assert len((await vectors(sdk, "cuccia", "fake:embed_dimension", encoding_format="float"))[0]) == 768
    assert len(await vectors(sdk, ["a", "b", "c"], "fake:embed_short", encoding_format="float")) == 2


@pytest.mark.parametrize(
    "given",
    [
        {"input": ""},
        {"input": []},
        {"input": ["a", ""]},
        {"input": ["a"] * 2049},
        {"input": "a", "dimensions": 1537},
        {"input": "a", "dimensions": 0},
        {"input": "a", "encoding_format": "hex"},
        {"input": "a", "dimensions": 64, "model": "text-embedding-ada-002"},
    ],
    ids=range(8),
)
async def test_embeddings_request_that_openai_refuses_is_refused(
    http: httpx.AsyncClient, given: dict[str, Any]
) -> None:
    body = {"model": "text-embedding-3-small", **given}
    response = await http.post("/openai/v1/embeddings", json=body, headers={"Authorization": "Bearer x"})
    assert response.status_code == 400


async def test_models_say_when_they_end(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    listed = {model.id: model.shutdown_date async for model in sdk.models.list()}
    assert listed["gpt-6-luna"] is None
    assert (await sdk.models.retrieve("gpt-4o-mini")).shutdown_date == "2027-01-14"
    with pytest.raises(openai.NotFoundError):
        await sdk.models.retrieve("gpt-3.5-turbo")


async def test_voice_is_transcribed(sdk: AsyncOpenAI, http: httpx.AsyncClient) -> None:
    await control(http, transcripts=["due shampoo"])
    voice = ("voice.ogg", b"OggS", "audio/ogg")
    first = await sdk.audio.transcriptions.create(model="gpt-transcribe", file=voice)
    assert first.text == "due shampoo"
    second = await sdk.audio.transcriptions.create(model="gpt-transcribe", file=voice, response_format="text")
    assert second == "prova"
    with pytest.raises(openai.BadRequestError):
        await sdk.audio.transcriptions.create(model="gpt-transcribe", file=("voice", b"OggS"))
    with pytest.raises(openai.RateLimitError):
        await sdk.audio.transcriptions.create(model="fake:429", file=voice)


async def test_failures_can_be_given_as_for_the_other_simulators(
    sdk: AsyncOpenAI, http: httpx.AsyncClient
) -> None:
    await control(http, fail_next=[{"status": 500}, {"status": 429, "code": "insufficient_quota"}, "401"])
    for error in (openai.InternalServerError, openai.RateLimitError, openai.AuthenticationError):
        with pytest.raises(error):
            await parse(sdk)
    await parse(sdk)


@pytest.mark.parametrize(
    "patch", [{"case": "boom"}, {"next": ["ok", "boom"]}, {"model": "x"}, {"fail_next": 3}]
)
async def test_control_that_makes_no_sense_is_refused(http: httpx.AsyncClient, patch: dict[str, Any]) -> None:
    assert (await http.post("/openai/_control", json=patch)).status_code == 422
