"""The webhook of the WhatsApp Cloud API: handshake, signature, parse, store, and only then 200.

It stands in front of the framework as a plain ASGI application, because routing and dependency injection
would cost more than verifying, parsing and storing together. Meta repeats everything that is not answered
200 for seven days, so only what another try can mend gets another answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl
from uuid import UUID

import orjson

from api.asgi import ClientGone, Receive, Scope, Send, header, read_body, respond
from api.runtime import Runtime
from processors.channels.base import Event, FieldEvent
from processors.channels.whatsapp.payloads import OBJECT, parse
from processors.channels.whatsapp.signature import challenge, verify
from processors.errors import BadRequest, PayloadTooLarge, SignatureError, StorageUnavailable
from processors.ingest import IngestResult
from processors.logs import describe

log = logging.getLogger(__name__)

WEBHOOK_PATHS = ("/functions/v1/whatsapp-webhook", "/api/whatsapp/webhook")
INLINE_PATHS = ("/functions/v1/whatsapp-webhook-v2",)

STORED = b'{"status":"stored"}'
RETRY_AFTER_SECONDS = b"5"


class WhatsAppWebhook:
    """One address of the webhook. With `inline` this process also answers what it has stored."""

    def __init__(self, runtime: Runtime, *, inline: bool) -> None:
        self._runtime = runtime
        self._settings = runtime.settings
        self._inline = inline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await self._post(scope, receive, send)
        elif scope["method"] == "GET":
            await self._handshake(scope, send)
        else:
            await respond(send, 405, _problem("use GET or POST"), headers=((b"allow", b"GET, POST"),))

    async def _handshake(self, scope: Scope, send: Send) -> None:
        token = self._settings.whatsapp_verify_token.get_secret_value()
        answer = challenge(_query(scope), token)
        if answer is None:
            log.warning("webhook handshake refused")
            await respond(send, 403, _problem("the verify token is wrong", field="hub.verify_token"))
            return
        body = answer.encode("utf-8", "replace")
        await respond(send, 200, body, content_type=b"text/plain; charset=utf-8")

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting: Sequence[UUID] = ()
        headers: tuple[tuple[bytes, bytes], ...] = ()
        try:
            result = await self._accept(scope, receive)
            status, body, waiting = 200, STORED, result.waiting_conversations
        except ClientGone:
            return
        except PayloadTooLarge as error:
            status, body = 413, _problem(str(error), field=error.field)
        except SignatureError as error:
            status, body = 401, _problem(str(error), field=error.field)
        except BadRequest as error:
            status, body = 400, _problem(str(error), field=error.field)
        except StorageUnavailable as error:
            log.warning("webhook not stored: %s", error)
            status, body = 503, _problem("storage is unavailable, send it again")
            headers = ((b"retry-after", RETRY_AFTER_SECONDS),)
        except Exception as defect:
            # A defect of ours: the provider keeps the post and repeats it, so nothing is lost meanwhile.
            log.error("webhook not stored: %s", describe(defect))
            status, body = 503, _problem("something went wrong here, send it again")
            headers = ((b"retry-after", RETRY_AFTER_SECONDS),)
        self._runtime.metrics.webhook(status)
        await respond(send, status, body, headers=headers)
        if waiting and self._inline:
            (await self._runtime.turns()).inline.notice()

    async def _accept(self, scope: Scope, receive: Receive) -> IngestResult:
        """Verify, parse and store one post; returns after the commit."""
        raw = await read_body(scope, receive, self._settings.webhook_max_body_bytes)
        if not verify(raw, header(scope, b"x-hub-signature-256"), self._settings.app_secrets):
            log.warning("webhook refused: its signature is missing or wrong")
            raise SignatureError("the signature is missing or wrong", field="X-Hub-Signature-256")
        events = parse(raw)
        if _wrong_object(events):
            self._runtime.metrics.wrong_object()
        return await self._runtime.ingest.store(
            [event.to_json() for event in events], size=len(raw), detail=self._inline
        )


def _wrong_object(events: Sequence[Event]) -> bool:
    first = events[0] if len(events) == 1 else None
    return isinstance(first, FieldEvent) and first.error == f"object is not {OBJECT}"


def _query(scope: Scope) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=20))
    except ValueError:
        return {}


def _problem(text: str, *, field: str | None = None) -> bytes:
    return orjson.dumps({"error": text, "field": field})
