"""The log: its bounds, its parts, and its speed when it is long."""

from __future__ import annotations

import json
import logging
import time

import pytest

from devstack.simulators.journal import Journal, json_or_none


async def read(journal: Journal, *, since: int = 0, recipient: str | None = None) -> list[dict[str, object]]:
    pieces = [piece async for piece in journal.encoded(since=since, recipient=recipient)]
    entries = json.loads(b"".join(pieces))
    assert isinstance(entries, list)
    return entries


async def test_empty_log_is_an_empty_array() -> None:
    assert await read(Journal()) == []


async def test_status_and_wamid_are_filled_in_later() -> None:
    journal = Journal(with_wamid=True)
    entry = journal.add("/a", b'{"text": "perch\\u00e9"}')
    assert [(e["status"], e["wamid"]) for e in await read(journal)] == [(None, None)]
    entry.status, entry.wamid = 200, "wamid.1"
    (read_back,) = await read(journal)
    assert (read_back["status"], read_back["wamid"]) == (200, "wamid.1")
    assert read_back["body"] == {"text": "perché"}


async def test_oldest_entries_are_dropped_and_numbers_stay(caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(entries_max=3)
    with caplog.at_level(logging.WARNING):
        for n in range(5):
            journal.add(f"/{n}", None)
    assert [entry["path"] for entry in await read(journal)] == ["/2", "/3", "/4"]
    assert [entry["path"] for entry in await read(journal, since=4)] == ["/4"]
    assert [entry["path"] for entry in await read(journal, since=1)] == ["/2", "/3", "/4"]
    assert (journal.dropped, journal.end) == (2, 5)
    assert len(caplog.records) == 1


async def test_bodies_are_bounded_too() -> None:
    journal = Journal(bytes_max=100)
    for n in range(5):
        journal.add(f"/{n}", b'"' + b"x" * 48 + b'"')
    assert [entry["path"] for entry in await read(journal)] == ["/3", "/4"]
    journal.clear()
    assert (journal.end, await read(journal)) == (0, [])


async def test_hundred_thousand_entries_are_read_quickly() -> None:
    journal = Journal(with_wamid=True)
    for n in range(100_000):
        journal.add(
            "/v26.0/106540352242922/messages", b'{"text":{"body":"' + b"x" * 200 + b'"}}'
        ).wamid = f"w{n}"
    # The work itself is measured, whatever else the machine does meanwhile.
    began = time.process_time()
    size = sum([len(piece) async for piece in journal.encoded()])
    assert time.process_time() - began < 5
    assert size > 20_000_000
    began = time.process_time()
    assert len(await read(journal, since=99_990)) == 10
    assert time.process_time() - began < 0.5


def test_body_that_is_no_json_is_none() -> None:
    assert json_or_none(b"--boundary") is None
    assert json_or_none(b"") is None
    assert json_or_none(b"[1]") == [1]
