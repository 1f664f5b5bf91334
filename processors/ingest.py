"""Group commit: webhook events go to storage in batches, and each caller waits for its own commit.

What arrives while a batch is on its way goes together in the next one. There is no timer: an idle service
stores at once, a busy one stores more per call. Measured, this is ten times the rate of one call per webhook.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zlib import crc32

from processors.errors import StorageError, StorageUnavailable
from processors.language.texts import DEFAULT_LANGUAGE, LANGUAGES, say
from processors.model import Json
from processors.settings import Settings
from processors.store import Store

log = logging.getLogger(__name__)

MAX_BATCH_POSTS = 100
"""More rows in one transaction no longer gain anything and make every caller wait longer."""
MAX_BATCH_EVENTS = 500
MAX_WAITING_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class StoredMessage:
    """What became of one message: `result` is new, duplicate or unknown_account."""

    external_id: str
    result: str
    message_id: UUID | None
    conversation_id: UUID | None
    wants_turn: bool


@dataclass(frozen=True, kw_only=True)
class IngestResult:
    """Everything of the call is committed. `messages` is filled when details were asked for."""

    messages: tuple[StoredMessage, ...] = ()

    @property
    def waiting_conversations(self) -> tuple[UUID, ...]:
        """Conversations that now wait for an answer, each once."""
        ids = (m.conversation_id for m in self.messages if m.wants_turn and m.conversation_id)
        return tuple(dict.fromkeys(ids))


@dataclass(frozen=True, kw_only=True)
class Flush:
    """One batch, for metrics. `counts` is by kind and result, such as `message_new`; empty when it failed."""

    posts: int
    events: int
    seconds: float
    stored: bool
    counts: Mapping[str, int]


def ingest_options(
    settings: Settings, *, quiet_ms: int | None = None, limited: bool = True
) -> dict[str, Any]:
    """`p_options` of `ingest_events`. `limited=False` lifts the rate limit of a contact."""
    return {
        "quiet_ms": settings.quiet_window_ms if quiet_ms is None else quiet_ms,
        "quiet_max_ms": settings.quiet_window_max_ms if quiet_ms is None else quiet_ms,
        "per_minute": settings.rate_limit_per_minute if limited else 10**9,
        "per_hour": settings.rate_limit_per_hour if limited else 10**9,
        "rate_notice": {language: say(language, "rate_limited") for language in LANGUAGES},
        "default_language": DEFAULT_LANGUAGE,
        "voice_wait_ms": settings.voice_wait_ms,
    }


class Ingest:
    """The only way of webhook events into storage. One per process and set of options."""

    def __init__(
        self,
        store: Store,
        options: Json,
        *,
        shards: int = 1,
        max_waiting: int = 2000,
        deadline_seconds: float = 15.0,
        on_flush: Callable[[Flush], None] = lambda flush: None,
    ) -> None:
        """`shards` batches may be on their way at once; more than one pays only with a distant database.

        `max_waiting` posts may wait for their batch, the next one is refused; a batch that takes longer than
        `deadline_seconds` fails its callers, who repeat.
        """
        self._shards = tuple(
            _Shard(store, options, deadline_seconds=deadline_seconds, on_flush=on_flush)
            for _ in range(shards)
        )
        self._max_waiting = max_waiting
        self._closed = False

    @classmethod
    def from_settings(
        cls, store: Store, settings: Settings, on_flush: Callable[[Flush], None] = lambda flush: None
    ) -> Ingest:
        """The service's own ingest, with the configured limits and quiet window."""
        return cls(
            store,
            ingest_options(settings),
            shards=settings.ingest_shards,
            max_waiting=settings.ingest_max_waiting,
            deadline_seconds=settings.ingest_deadline_seconds,
            on_flush=on_flush,
        )

    @property
    def waiting(self) -> int:
        """Posts that wait for their batch."""
        return sum(len(shard.queue) for shard in self._shards)

    async def store(self, events: Sequence[Json], *, size: int = 0, detail: bool = False) -> IngestResult:
        """Store the events of one post; returns after their commit.

        Args: `events` as a channel's parser makes them (`Event.to_json()`); `size` in bytes of the post;
        `detail` asks for a row per message. Storing the same events again changes nothing.
        Raises StorageUnavailable when they are not stored, or not known to be: the provider repeats.
        """
        if not events:
            return IngestResult()
        too_much = sum(shard.waiting_bytes for shard in self._shards) + size > MAX_WAITING_BYTES
        if self._closed or self.waiting >= self._max_waiting or (too_much and self.waiting):
            raise StorageUnavailable("too many events wait to be stored")
        shard = self._shards[crc32(_person(events[0]).encode()) % len(self._shards)]
        return await shard.add(_Post(tuple(events), size, detail))

    async def close(self) -> None:
        """Refuse what comes from now on and wait until everything accepted is stored."""
        self._closed = True
        await asyncio.gather(*(shard.drained() for shard in self._shards))


def _person(event: Json) -> str:
    """Whom an event is about. Two events of one person must not overtake each other in two shards."""
    sender = event.get("sender") or {}
    return str(sender.get("bsuid") or sender.get("phone") or event.get("external_id") or "")


@dataclass(eq=False, slots=True)
class _Post:
    events: tuple[Json, ...]
    size: int
    detail: bool
    done: asyncio.Future[IngestResult] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass(slots=True)
class _Answer:
    """What storage said about a list of events."""

    counts: dict[str, int]
    results: list[Json]

    def merged(self, other: _Answer) -> _Answer:
        names = self.counts.keys() | other.counts.keys()
        counts = {name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in names}
        return _Answer(counts, self.results + other.results)


class _Shard:
    """One batch on its way at a time."""

    def __init__(
        self, store: Store, options: Json, *, deadline_seconds: float, on_flush: Callable[[Flush], None]
    ) -> None:
        self.queue: deque[_Post] = deque()
        self.waiting_bytes = 0
        self._store = store
        self._options = dict(options)
        self._deadline_seconds = deadline_seconds
        self._on_flush = on_flush
        self._task: asyncio.Task[None] | None = None

    async def add(self, post: _Post) -> IngestResult:
        self.queue.append(post)
        self.waiting_bytes += post.size
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await post.done

    async def drained(self) -> None:
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            while self.queue:
                await self._flush(self._take())
        finally:
            self._task = None

    def _take(self) -> list[_Post]:
        """The oldest posts that fit into one batch, at least one."""
        batch = [self.queue.popleft()]
        events = len(batch[0].events)
        while self.queue and len(batch) < MAX_BATCH_POSTS:
            events += len(self.queue[0].events)
            if events > MAX_BATCH_EVENTS:
                break
            batch.append(self.queue.popleft())
        self.waiting_bytes -= sum(post.size for post in batch)
        return batch

    async def _flush(self, batch: Sequence[_Post]) -> None:
        started = time.perf_counter()
        events = [event for post in batch for event in post.events]
        answer: _Answer | None = None
        try:
            async with asyncio.timeout(self._deadline_seconds):
                answer = await self._commit(events, detail=any(post.detail for post in batch))
        except TimeoutError:
            _fail(batch, StorageUnavailable("storage did not answer in time"))
        except StorageUnavailable as error:
            _fail(batch, error)
        except Exception as defect:
            # Nobody may wait for ever on a batch that a defect of ours ended.
            log.exception("a batch of events could not be stored")
            _fail(batch, StorageUnavailable(type(defect).__name__))
        else:
            _deliver(batch, answer.results)
        seconds = time.perf_counter() - started
        counts = answer.counts if answer else {}
        self._on_flush(
            Flush(
                posts=len(batch),
                events=len(events),
                seconds=seconds,
                stored=answer is not None,
                counts=counts,
            )
        )

    async def _commit(self, events: Sequence[Json], *, detail: bool) -> _Answer:
        """Store all of it; what storage refuses is halved until the refused event is alone.

        Halving per event and not per post: a thousand statuses in one post must not fall with one of them.
        """
        try:
            return await self._call(events, detail=detail)
        except StorageUnavailable:
            raise
        except StorageError as refusal:
            if len(events) == 1:
                return await self._keep_raw(events[0], refusal)
        half = len(events) // 2
        first = await self._commit(events[:half], detail=detail)
        return first.merged(await self._commit(events[half:], detail=detail))

    async def _keep_raw(self, event: Json, refusal: StorageError) -> _Answer:
        """An event that can't be stored as what it is becomes a raw one with the reason.

        When storage refuses even its text, the event is not the reason, so nothing may be acknowledged.
        """
        log.error("an event is kept raw, storage refused it with %s", refusal.code)
        for form in (_raw_event(event, refusal), _text_event(event, refusal)):
            try:
                return await self._call([form], detail=False)
            except StorageUnavailable:
                raise
            except StorageError:
                continue
        raise StorageUnavailable(f"storage refuses every event: {refusal.code}", code=refusal.code)

    async def _call(self, events: Sequence[Json], *, detail: bool) -> _Answer:
        params = {"p_items": [{"events": list(events)}], "p_options": {**self._options, "detail": detail}}
        try:
            answer = await self._store.call("ingest_events", params)
        except (ValueError, TypeError, RecursionError) as error:
            # It could not even be written as JSON.
            raise StorageError(type(error).__name__) from error
        return _Answer(dict(answer["counts"]), list(answer["results"]))


def _raw_event(event: Json, refusal: StorageError) -> Json:
    kind = event.get("kind")
    name = {"message": "messages", "receipt": "statuses"}.get(str(kind), event.get("field"))
    return {
        "kind": "field",
        "channel": event.get("channel"),
        "account": event.get("account"),
        "waba_id": event.get("waba_id"),
        "field": name,
        "external_id": event.get("external_id") or "",
        "occurred_at": event.get("occurred_at"),
        "payload": event.get("payload") if kind == "field" else event.get("raw"),
        "error": f"storage refused it: {refusal}"[:500],
        "effects": [],
    }


def _text_event(event: Json, refusal: StorageError) -> Json:
    """The event as one ASCII string, which any database takes whatever is in it."""
    return {
        "kind": "field",
        "channel": str(event.get("channel") or "whatsapp"),
        "account": None,
        "waba_id": None,
        "field": "unstorable",
        "external_id": "",
        "payload": {"text": json.dumps(event, ensure_ascii=True, default=repr)},
        "error": f"storage refused it: {refusal.code or 'not JSON'}",
        "effects": [],
    }


def _fail(batch: Iterable[_Post], error: StorageError) -> None:
    for post in batch:
        if not post.done.done():
            post.done.set_exception(error)


def _deliver(batch: Iterable[_Post], results: Iterable[Json]) -> None:
    by_id: dict[str, list[StoredMessage]] = {}
    for row in results:
        message = _stored_message(row)
        by_id.setdefault(message.external_id, []).append(message)
    for post in batch:
        if post.done.done():
            continue
        ids = dict.fromkeys(str(event["external_id"]) for event in post.events if event["kind"] == "message")
        messages = [message for key in ids for message in by_id.get(key, ())] if post.detail else []
        post.done.set_result(IngestResult(messages=tuple(messages)))


def _stored_message(row: Json) -> StoredMessage:
    return StoredMessage(
        external_id=row["external_id"],
        result=row["result"],
        message_id=UUID(row["message_id"]) if row.get("message_id") else None,
        conversation_id=UUID(row["conversation_id"]) if row.get("conversation_id") else None,
        wants_turn=bool(row.get("wants_turn")),
    )
