"""OpenAI's API as far as this product uses it: chat completions, embeddings, transcriptions, models.

The answers say nothing of value: they are scripted by a test, or valid and neutral. No figure of quality may come
from here. Source: platform.openai.com, API reference, and the openai package 3.52 (November 2026).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import orjson
from pydantic import Field
from starlette.datastructures import FormData, UploadFile
from starlette.responses import JSONResponse, PlainTextResponse, Response

from devstack.simulators import openai_models as models
from devstack.simulators.instances import instance
from devstack.simulators.journal import Journal
from devstack.simulators.openai_cases import (
    CASES,
    Case,
    bad_request,
    dribbled,
    error,
    fault,
    no_such_model,
    request_id,
    streamed,
    wrong_key,
)
from devstack.simulators.service import Call, Control, Service
from devstack.simulators.vectors import as_base64, embed

FAKE_MODEL = "fake:"
CHARACTERS_PER_TOKEN = 4
TRANSCRIPT = "prova"
AUDIO_SUFFIXES = (".flac", ".mp3", ".mp4", ".mpeg", ".mpga", ".m4a", ".ogg", ".wav", ".webm")


class OpenAIControl(Control):
    """The switches. `next` is used up by POST requests, `answers` by chat calls whose case has content.

    An answer is the JSON content, or a string that is the content as it stands.
    """

    case: Case = "ok"
    next: list[Case] = Field(default_factory=list)
    answers: list[Any] = Field(default_factory=list)
    transcripts: list[str] = Field(default_factory=list)
    slow_seconds: float = Field(default=30, ge=0)
    dribble_ms: float = Field(default=250, ge=0)


class OpenAI(Service[OpenAIControl]):
    """The simulated API, under `/openai/v1`."""

    prefix = "/openai"
    control_type = OpenAIControl

    def __init__(self) -> None:
        super().__init__(Journal())
        self._refused_once = False

    def apply(self, patch: dict[str, Any]) -> None:
        """Merge a control request; `fail_next` is another name of `next`. Raises BadControl."""
        if "fail_next" in patch:
            rest = {key: value for key, value in patch.items() if key != "fail_next"}
            patch = rest | {"next": named_cases(patch["fail_next"])}
        super().apply(patch)

    def reset(self) -> None:
        """Defaults again, and an empty log."""
        super().reset()
        self._refused_once = False

    async def answer(self, call: Call) -> Response | None:
        """Answer one request to the API."""
        response = await self._answer(call)
        if response is not None:
            response.headers["x-request-id"] = request_id()
        return response

    async def _answer(self, call: Call) -> Response | None:
        if not call.token:
            return wrong_key()
        match call.request.method, call.path.strip("/").split("/"):
            case "GET", ["v1", "models"]:
                data = [models.described(model) for model in models.SHUTDOWN_DATES]
                return self._standing_fault("") or JSONResponse({"object": "list", "data": data})
            case "GET", ["v1", "models", model]:
                gone = no_such_model(model) if model in models.RETIRED else None
                return self._standing_fault(model) or gone or JSONResponse(models.described(model))
            case "POST", ["v1", "chat", "completions"]:
                return await self._of_model(call, self._chat)
            case "POST", ["v1", "embeddings"]:
                return await self._of_model(call, self._embeddings)
            case "POST", ["v1", "audio", "transcriptions"]:
                return await self._transcription(call)
        return error(404, "Invalid URL", kind="invalid_request_error")

    # --- which case ---

    def _standing_fault(self, model: str) -> Response | None:
        """The fault of the control's `case`, for requests that use nothing up."""
        return None if self.control.case == "429once" else fault(self.control.case, model)

    def _case(self, model: str) -> str:
        """The case of a POST request: the next scripted one, else the model's, else the standing one."""
        if self.control.next:
            return self.control.next.pop(0)
        return model.removeprefix(FAKE_MODEL) if model.startswith(FAKE_MODEL) else self.control.case

    async def _of_model(self, call: Call, make: Callable[[dict[str, Any], str], Response]) -> Response | None:
        body = call.body
        if not isinstance(body, dict):
            return bad_request("We could not parse the JSON body of your request.")
        model = body.get("model")
        if not isinstance(model, str) or not model:
            return bad_request("you must provide a model parameter", param="model")
        return await self._in_case(call, model, lambda case: make(body, case))

    async def _in_case(self, call: Call, model: str, make: Callable[[str], Response]) -> Response | None:
        case = self._case(model)
        if model in models.RETIRED or case not in CASES:
            return no_such_model(model)
        if case == "429once":
            self._refused_once = not self._refused_once
            case = "429once" if self._refused_once else "ok"
        failed = fault(case, model)
        if failed is not None:
            return failed
        if case == "slow" and not await call.client_stays(self.control.slow_seconds):
            return None
        response = make(case)
        if case == "dribble" and response.status_code == 200:
            return dribbled(response, pause_seconds=self.control.dribble_ms / 1000)
        return response

    # --- what is answered ---

    def _chat(self, body: dict[str, Any], case: str) -> Response:
        problem = models.chat_problem(body)
        if problem is not None:
            return problem
        is_stream = body.get("stream") is True
        if case == "streamerr" and not is_stream:
            return error(500, "The server had an error while streaming.", kind="server_error")
        completion = self._completion(body, case)
        if not is_stream:
            return JSONResponse(completion)
        with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        return streamed(completion, with_usage=with_usage, breaks=case == "streamerr")

    def _completion(self, body: dict[str, Any], case: str) -> dict[str, Any]:
        message, finish_reason = self._message(body, case)
        choice = {"index": 0, "finish_reason": finish_reason, "logprobs": None, "message": message}
        asked, answered = _tokens(orjson.dumps(body["messages"])), _tokens(message["content"] or "")
        return {
            "id": f"chatcmpl-{request_id()[4:20]}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": body["model"],
            "choices": [] if case == "nochoices" else [choice],
            "usage": {
                "prompt_tokens": asked,
                "completion_tokens": answered,
                "total_tokens": asked + answered,
                "prompt_tokens_details": {"cached_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0},
            },
        }

    def _message(self, body: dict[str, Any], case: str) -> tuple[dict[str, Any], str]:
        """The assistant's message and why it ended."""
        refusal = None
        content: str | None
        match case:
            case "refusal":
                content, refusal = None, "I'm sorry, I can't help with that."
            case "notjson":
                content = "Certo, ecco la risposta."
            case "wrongschema":
                content = '{"unexpected":true}'
            case "nullcontent":
                content = None
            case "filter":
                content = ""
            case "fenced":
                content = f"```json\n{self._content(body)}\n```"
            case "length" | "truncated":
                whole = self._content(body)
                content = whole[: len(whole) // 2]
            case _:
                content = self._content(body)
        reason = {"length": "length", "filter": "content_filter"}.get(case, "stop")
        return {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}, reason

    def _content(self, body: dict[str, Any]) -> str:
        """The next scripted answer, else an instance of the schema that was sent."""
        if self.control.answers:
            answer = self.control.answers.pop(0)
            return answer if isinstance(answer, str) else orjson.dumps(answer).decode()
        wanted = body.get("response_format") or {}
        schema = (wanted.get("json_schema") or {}).get("schema")
        if schema is not None:
            return orjson.dumps(instance(schema)).decode()
        return "{}" if wanted.get("type") == "json_object" else "OK"

    def _embeddings(self, body: dict[str, Any], case: str) -> Response:
        given = body.get("input")
        is_one = isinstance(given, str) or (isinstance(given, list) and given and isinstance(given[0], int))
        texts = [given] if is_one else list(given or [])
        problem = models.embedding_problem(body, texts)
        if problem is not None:
            return problem
        size = models.dimensions(body)
        if case == "embed_dimension":
            size = size // 2 or 2
        # A server that ignores the wanted encoding gives the other one.
        as_text = (body.get("encoding_format") == "base64") != (case == "embed_base64")
        vectors = [embed(text if isinstance(text, str) else str(text), size) for text in texts]
        data = [
            {"object": "embedding", "index": n, "embedding": as_base64(vector) if as_text else vector}
            for n, vector in enumerate(vectors)
        ]
        tokens = _tokens(orjson.dumps(texts))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        shown = data[:-1] if case == "embed_short" else data
        return JSONResponse({"object": "list", "model": body["model"], "data": shown, "usage": usage})

    async def _transcription(self, call: Call) -> Response | None:
        async with call.request.form() as form:
            file, model = form.get("file"), str(form.get("model") or "")
            as_text = form.get("response_format") == "text"
            name = file.filename or "" if isinstance(file, UploadFile) else None
            # The log holds JSON; of the file only its name.
            call.entry.body = orjson.dumps(_fields(form))
        if not model:
            return bad_request("you must provide a model parameter", param="model")
        if name is None:
            return bad_request("Missing required parameter: 'file'.", param="file")
        if not name.lower().endswith(AUDIO_SUFFIXES):
            return bad_request(f"Unrecognized file format. Supported: {', '.join(AUDIO_SUFFIXES)}")
        return await self._in_case(call, model, lambda _: self._transcript(as_text=as_text))

    def _transcript(self, *, as_text: bool) -> Response:
        text = self.control.transcripts.pop(0) if self.control.transcripts else TRANSCRIPT
        usage = {"type": "duration", "seconds": 3}
        return PlainTextResponse(text) if as_text else JSONResponse({"text": text, "usage": usage})


def _fields(form: FormData) -> dict[str, list[str]]:
    """What a form says, each field with all its values; a file by its name."""
    found: dict[str, list[str]] = {}
    for key, value in form.multi_items():
        found.setdefault(key, []).append(value if isinstance(value, str) else value.filename or "")
    return found


def named_cases(given: Any) -> Any:
    """Cases by name from a list that may also hold `{status, code}`, as the other simulators take them."""
    if not isinstance(given, list):
        return given
    return [_case_of(item) if isinstance(item, dict) else item for item in given]


def _case_of(failure: dict[str, Any]) -> str:
    return "quota" if failure.get("code") == "insufficient_quota" else str(failure.get("status", 500))


def _tokens(text: str | bytes) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)
