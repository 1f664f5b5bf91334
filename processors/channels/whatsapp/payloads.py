"""The bytes of one webhook of the WhatsApp Cloud API → every event in it.

Envelope: `{object, entry: [{id, changes: [{field, value}]}]}`. Meta batches up to 1,000 updates in a POST,
so all entries, changes, messages and statuses are walked. Content never raises: an item that can't be used
becomes a FieldEvent with `error`, and its neighbours go on. Answering anything but 200 to an odd item would
make Meta repeat the whole batch for seven days.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from processors.channels.base import Event, FieldEvent
from processors.channels.whatsapp.fields import RAW_FIELDS, read_field
from processors.channels.whatsapp.messages import read_message
from processors.channels.whatsapp.shapes import (
    Broken,
    Object,
    load_object,
    objects,
    optional_id,
    unix_seconds,
)
from processors.channels.whatsapp.statuses import read_status

log = logging.getLogger(__name__)

OBJECT = "whatsapp_business_account"


def parse(body: bytes) -> list[Event]:
    """All events of one webhook, in the order of the batch.

    Each message and each status gives exactly one event: its own, or a FieldEvent with `error`. NUL and
    lone surrogates, which jsonb refuses, are gone from every string. Raises BadRequest when the body is
    not a JSON object.
    """
    document = load_object(body)
    if document.get("object") != OBJECT:
        product = (optional_id(document.get("object")) or "")[:64]
        return [_Place(None, None, product).refused(document, f"object is not {OBJECT}")]
    return list(_document(document))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the envelope an item was found."""

    account: str | None
    waba_id: str | None
    field: str
    at: int | None = None

    def kept(self, payload: Any, *, external_id: str = "", **more: Any) -> FieldEvent:
        return FieldEvent(
            channel="whatsapp",
            account=self.account,
            waba_id=self.waba_id,
            field=self.field,
            payload=payload,
            external_id=external_id,
            # A repeat by the provider carries the same time; an id of its own says it better.
            occurred_at=None if external_id else self.at,
            **more,
        )

    def refused(self, payload: Any, error: str) -> FieldEvent:
        return self.kept(payload, error=error, external_id=_id_of(payload))


def _id_of(item: Any) -> str:
    """The id of an item where it is safe to read, '' otherwise."""
    found = item.get("id") if isinstance(item, dict) else None
    return (optional_id(found) if isinstance(found, str) else None) or ""


def _document(document: Object) -> Iterator[Event]:
    entries = document.get("entry")
    if not isinstance(entries, list):
        yield _Place(None, None, "").refused(document, "entry is not a list")
        return
    for entry in entries:
        yield from _entry(entry)


def _entry(entry: Any) -> Iterator[Event]:
    waba_id = optional_id(entry.get("id")) if isinstance(entry, dict) else None
    place = _Place(None, waba_id, "", _time(entry))
    if not isinstance(entry, dict) or not isinstance(entry.get("changes"), list):
        yield place.refused(entry, "the entry has no list of changes")
        return
    for change in entry["changes"]:
        yield from _change(change, place)


def _change(change: Any, place: _Place) -> Iterator[Event]:
    field = change.get("field") if isinstance(change, dict) else None
    if not isinstance(field, str) or not 0 < len(field) <= 64:
        yield place.refused(change, "the change has no field")
        return
    value = change.get("value")
    if not isinstance(value, dict):
        yield replace(place, field=field).refused(value, "the change's value is not an object")
        return
    place = replace(place, account=_account(value), field=field)
    yield from _messages(value, place) if field == "messages" else _other(value, place)


def _time(entry: Any) -> int | None:
    """When Meta made the entry, in Unix seconds; it is often absent."""
    try:
        return unix_seconds(entry.get("time"), "time") if isinstance(entry, dict) else None
    except Broken:
        return None


def _account(value: Object) -> str | None:
    """The phone number id. Most fields name it in `metadata`, a handover in `recipient`."""
    for key in ("metadata", "recipient"):
        holder = value.get(key)
        if isinstance(holder, dict) and (account := optional_id(holder.get("phone_number_id"))):
            return account
    return None


def _messages(value: Object, place: _Place) -> Iterator[Event]:
    contacts, errors = objects(value.get("contacts")), objects(value.get("errors"))

    def message(item: Any, account: str) -> Event:
        return read_message(item, account=account, contacts=contacts, errors=errors)

    def status(item: Any, account: str) -> Event:
        return read_status(item, account=account)

    found = False
    for key, reader in (("messages", message), ("statuses", status)):
        items = value.get(key)
        if items is None:
            continue
        if not isinstance(items, list):
            found = True
            yield place.refused(items, f"{key} is not a list")
            continue
        for item in items:
            found = True
            yield _read(item, place, reader)
    # Errors of the app or the account; they come alone or beside messages whose body is missing.
    if value.get("errors"):
        yield place.kept({"errors": value["errors"]})
    elif not found:
        yield place.refused(value, "there are no messages, statuses or errors in it")


def _read(item: Any, place: _Place, reader: Callable[[Any, str], Event]) -> Event:
    try:
        if place.account is None:
            raise Broken("metadata.phone_number_id is missing")
        return reader(item, place.account)
    except Broken as problem:
        return place.refused(item, str(problem))
    except Exception as defect:
        return place.refused(item, _unexpected(defect))


def _unexpected(defect: Exception) -> str:
    """A defect of ours must not make Meta repeat the batch for a week: the item is kept and seen.

    Only the kind of the error is logged, because its text may quote a person's words.
    """
    log.error("a webhook item could not be read: %s", type(defect).__name__)
    return f"unexpected: {type(defect).__name__}"


def _other(value: Object, place: _Place) -> Iterator[Event]:
    try:
        items = read_field(place.field, value)
    except Exception as defect:
        yield place.refused(value, _unexpected(defect))
        return
    if items is None:
        known = place.field in RAW_FIELDS
        yield place.kept(value) if known else place.refused(value, "there is no rule for this field")
        return
    effects = [effect for _, effect in items if not isinstance(effect, Broken)]
    broken = [(item, problem) for item, problem in items if isinstance(problem, Broken)]
    if effects or not broken:
        external_id = str(effects[0].get("external_id", "")) if len(items) == 1 else ""
        yield place.kept(value, effects=effects, external_id=external_id)
    for item, problem in broken:
        yield place.refused(item, str(problem))
