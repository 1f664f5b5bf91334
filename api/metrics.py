"""Counters of the api in the text format of Prometheus. Each application has its own registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from processors.ingest import Flush

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 100)
SECONDS_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# A line more per series that no dashboard reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # The library has no types here.


class Metrics:
    """What the api counts. Label values come from small fixed sets, never from a caller."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._webhooks = Counter(
            "relaydesk_webhooks", "Webhook requests by answer.", ["status"], registry=self.registry
        )
        self._wrong_object = Counter(
            "relaydesk_webhooks_wrong_object",
            "Signed webhooks of another product of the provider.",
            registry=self.registry,
        )
        self._events = Counter(
            "relaydesk_ingest_events", "Stored events by kind and result.", ["result"], registry=self.registry
        )
        self._batch_posts = Histogram(
            "relaydesk_ingest_batch_posts",
            "Webhooks per batch.",
            buckets=BATCH_BUCKETS,
            registry=self.registry,
        )
        self._batch_seconds = Histogram(
            "relaydesk_ingest_batch_seconds",
            "Time to store a batch.",
            buckets=SECONDS_BUCKETS,
            registry=self.registry,
        )
        self._failed = Counter(
            "relaydesk_ingest_failed_batches", "Batches that were not stored.", registry=self.registry
        )
        self._engine = Gauge(
            "relaydesk_engine",
            "Queue lengths and ages, read from the database.",
            ["name"],
            registry=self.registry,
        )

    def webhook(self, status: int) -> None:
        """A webhook was answered."""
        self._webhooks.labels(str(status)).inc()

    def wrong_object(self) -> None:
        """A signed webhook was not WhatsApp's."""
        self._wrong_object.inc()

    def flush(self, flush: Flush) -> None:
        """A batch ended."""
        self._batch_posts.observe(flush.posts)
        self._batch_seconds.observe(flush.seconds)
        if not flush.stored:
            self._failed.inc()
        for result, count in flush.counts.items():
            self._events.labels(result).inc(count)

    def render(self, engine: Mapping[str, Any] | None) -> bytes:
        """The whole page; `engine` is what `engine_health` says, None while storage can't be asked."""
        self._engine.clear()
        for name, value in (engine or {}).items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                self._engine.labels(name).set(value)
        self._engine.labels("storage_up").set(0 if engine is None else 1)
        return generate_latest(self.registry)
