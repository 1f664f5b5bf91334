"""Forms of the desk: fields by their specification, values as the database takes them, refusals beside their field.

What was typed stays when it is refused, because Streamlit keeps a form's widgets; only what differs from the row that
was read is sent, so that two people who change different fields do not undo each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.amounts import plain_amount, shown_amount
from dashboard.client import Refused
from dashboard.texts import catalogue
from dashboard.visitor import Visitor
from processors.model import Json

Kind = Literal["text", "area", "money", "decimal", "number", "flag", "choice", "choices", "words", "variants"]
LONG_FORM = 5
"""With more fields than these a refusal is told below them too: its field may be out of sight."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. Its name is the column's; `field.<name>` is its label, `hint.<name>` its explanation if there is one.

    `options` are the values of a choice with the words for them. `empty` is what an empty text stands for. `hint` names
    another explanation, `hint.<what>`; the words for a refusal are then `wrong.<what>`, if there are any. Of `money`,
    thousands may be grouped; a `decimal`, such as a latitude, has no groups.
    """

    name: str
    kind: Kind = "text"
    options: Mapping[Any, str] | None = None
    empty: str | None = ""
    default: Any = None
    hint: str = ""


def edit(
    visitor: Visitor,
    key: str,
    fields: Sequence[Field],
    row: Json,
    save: Callable[[Json], object],
    *,
    submit: str = "form.save",
) -> object | None:
    """Draw a form with the values of a row and save what was changed. Returns what `save` gave, None until then.

    `save` gets the changed fields and raises Refused when the database says no, which is told by the field.
    """
    places: dict[str, DeltaGenerator] = {}
    typed: dict[str, Any] = {}
    with st.form(key, border=False, enter_to_submit=False):
        for field in fields:
            typed[field.name] = _draw(visitor, key, field, row.get(field.name, field.default))
            places[field.name] = st.empty()
        general = st.empty()
        pressed = st.form_submit_button(visitor.say(submit), type="primary")
    if not pressed:
        return None
    values: dict[str, Any] = {}
    for field in fields:
        try:
            values[field.name] = _value(field, typed[field.name], visitor.language)
        except ValueError as problem:
            places[field.name].error(visitor.say(str(problem)))
            _point(visitor, fields, field.name, general)
            return None
    is_new = row.get("id") is None
    changed = {n: v for n, v in values.items() if is_new or not _same(v, row.get(n))}
    try:
        return save(changed) or {}
    except Refused as refused:
        hints = {field.name: field.hint.removeprefix("hint.") for field in fields if field.hint}
        show_refusal(visitor, refused, places, general, hints)
        named = next((name for name in refused.fields if name in places), None)
        if named:
            _point(visitor, fields, named, general)
        return None


def show_refusal(
    visitor: Visitor,
    refused: Refused,
    places: Mapping[str, DeltaGenerator],
    general: DeltaGenerator,
    hints: Mapping[str, str] | None = None,
) -> None:
    """Say beside the field, or below all of them, what is wrong and what to do."""
    place = next((places[name] for name in refused.fields if name in places), general)
    place.error(words(visitor, refused, hints))


def words(visitor: Visitor, refused: Refused, hints: Mapping[str, str] | None = None) -> str:
    """A refusal in the person's language: as the texts know it for the field, else as the database says it.

    `hints` are other names for fields that mean something else here than elsewhere.
    """
    field, texts = refused.fields[-1], catalogue(visitor.language)
    other = (hints or {}).get(field, field)
    if f"wrong.{other}" in texts and refused.code != "PT409":
        field = other
    return wrong(visitor, field, refused.code, str(refused), refused.remedy or "")


def _point(visitor: Visitor, fields: Sequence[Field], name: str, place: DeltaGenerator) -> None:
    """Below a long form, name the field whose error may be out of sight."""
    if len(fields) > LONG_FORM:
        label = catalogue(visitor.language)[f"field.{name}"]
        place.error(visitor.say("form.not_saved", field=label))


def wrong(visitor: Visitor, field: str, code: str, problem: str, remedy: str) -> str:
    """The same from its parts. A number that the database names is kept."""
    texts = catalogue(visitor.language)
    number = next((part for part in problem.split() if part.isdigit()), "")
    keys = [f"taken.{field}", "taken.other"] if code == "PT409" else [f"wrong.{field}"]
    if "is missing" in problem:
        keys = ["wrong.missing"]
    found = next((texts[key] for key in keys if key in texts), None)
    return found.replace("{number}", number) if found else f"{problem}. {remedy}"


def _draw(visitor: Visitor, form: str, field: Field, value: Any) -> Any:
    texts = catalogue(visitor.language)
    label, key = texts[f"field.{field.name}"], f"{form}.{field.name}"
    more: dict[str, Any] = {"key": key, "help": texts.get(field.hint or f"hint.{field.name}")}
    if field.kind == "area":
        return st.text_area(label, value or "", **more)
    if field.kind == "number":
        return st.number_input(
            label, value=None if value is None else int(value), step=1, min_value=0, **more
        )
    if field.kind == "flag":
        return st.toggle(label, bool(value), **more)
    if field.kind in ("choice", "choices"):
        options = dict(field.options or {})

        def shown(option: Any) -> str:
            return str(options.get(option, option))

        if field.kind == "choices":
            return st.multiselect(
                label, list(options), value or [], format_func=shown, placeholder="", **more
            )
        place = list(options).index(value) if value in options else 0
        return st.selectbox(label, list(options), place, format_func=shown, **more)
    if field.kind == "words":
        return st.text_input(label, ", ".join(value or []), **more)
    if field.kind == "variants":
        return st.text_area(label, variants_text(value or {}), height=90, **more)
    if field.kind in ("money", "decimal"):
        return st.text_input(label, shown_amount(value, visitor.language), **more)
    return st.text_input(label, "" if value is None else str(value), **more)


def _value(field: Field, typed: Any, language: str) -> Any:
    """What was typed as the database takes it. Raises ValueError with the key of what is wrong."""
    if field.kind == "money":
        return plain_amount(str(typed), language) or field.empty
    if field.kind == "decimal":
        return str(typed).strip().replace(",", ".") or field.empty
    if field.kind == "words":
        return [part.strip() for part in str(typed).replace("\n", ",").split(",") if part.strip()]
    if field.kind == "variants":
        return variants(str(typed))
    if field.kind in ("text", "area"):
        text = str(typed).strip()
        return text if text else field.empty
    return typed


def _same(new: Any, old: Any) -> bool:
    if isinstance(new, str) and old is not None and not isinstance(old, str):
        try:
            return Decimal(new) == Decimal(str(old))
        except InvalidOperation:
            return False
    return bool(new == old)


def variants_text(attributes: Mapping[str, Sequence[str]]) -> str:
    """Variants as people write them, one name a line: `taglia: S, M`."""
    return "\n".join(f"{name}: {', '.join(values)}" for name, values in attributes.items())


def variants(text: str) -> dict[str, list[str]]:
    """Variants from what people wrote. Raises ValueError with `wrong.attributes` for a line without a name."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, values = line.partition(":")
        listed = [value.strip() for value in values.split(",") if value.strip()]
        if not colon or not name.strip() or not listed:
            raise ValueError("wrong.attributes")
        found[name.strip()] = listed
    return found
