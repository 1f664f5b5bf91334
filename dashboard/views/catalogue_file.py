"""The catalogue out as a file, and in again: first what a file would do, line by line, then at a word of the person."""

from __future__ import annotations

import hashlib
from uuid import UUID

import streamlit as st

from dashboard import catalogue_csv
from dashboard.client import Refused
from dashboard.queries import catalogue
from dashboard.views import forms, page
from dashboard.visitor import Visitor
from processors.model import Json

SHOWN_ROWS = 200


def show(visitor: Visitor, business: UUID) -> None:
    """Draw both ways."""
    with st.container(border=True):
        st.markdown(f"**{visitor.say('catalogue.export')}**")
        st.caption(visitor.say("catalogue.export_lead"))
        st.download_button(
            visitor.say("catalogue.download"),
            lambda: catalogue_csv.write(visitor.ask(lambda client: catalogue.everything(client, business))),
            file_name="catalogue.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    if not page.may(visitor, business, "admin"):
        return
    with st.container(border=True):
        st.markdown(f"**{visitor.say('catalogue.import')}**")
        st.caption(visitor.say("catalogue.import_lead"))
        number = st.session_state.get("import.number", 0)
        upload = st.file_uploader(
            visitor.say("catalogue.choose_file"),
            ["csv"],
            key=f"import_{number}",
            max_upload_size=catalogue_csv.MOST_BYTES // 2**20,
        )
        if upload is not None:
            _preview(visitor, business, upload.getvalue())


def _preview(visitor: Visitor, business: UUID, content: bytes) -> None:
    sheet = catalogue_csv.read(content)
    if sheet.problems:
        _problems(
            visitor,
            [
                (problem.line, problem.field, visitor.say(problem.key, value=problem.value))
                for problem in sheet.problems
            ],
        )
        return
    key = (str(business), hashlib.sha256(content).hexdigest())
    if st.session_state.get("import.key") != key:
        with st.spinner(visitor.say("catalogue.checking")):
            result = _take_in(visitor, business, sheet, apply=False)
        st.session_state["import.key"], st.session_state["import.result"] = key, result
    result = st.session_state["import.result"]
    if result["errors"]:
        _problems(visitor, [_told(visitor, sheet, error) for error in result["errors"]])
        return
    counts = {
        name: sum(row["outcome"] == name for row in result["rows"]) for name in ("new", "changed", "same")
    }
    st.success(visitor.say("catalogue.import_preview", **counts), icon=":material/fact_check:")
    changes = [_change(visitor, sheet, row) for row in result["rows"] if row["outcome"] != "same"]
    if not changes:
        return
    st.dataframe(changes[:SHOWN_ROWS], hide_index=True, key="import.changes")
    if len(changes) > SHOWN_ROWS:
        st.caption(visitor.say("catalogue.import_more", count=len(changes) - SHOWN_ROWS))
    if st.button(
        visitor.say("catalogue.import_apply", count=len(changes)), type="primary", key="import.apply"
    ):
        with st.spinner(visitor.say("catalogue.writing")):
            done = _take_in(visitor, business, sheet, apply=True)
        del st.session_state["import.key"]
        if done["errors"]:
            # Somebody changed the catalogue since the preview. What is in stays; the same file again does the rest.
            _problems(visitor, [_told(visitor, sheet, error) for error in done["errors"]])
            return
        st.session_state["import.number"] = st.session_state.get("import.number", 0) + 1
        page.done(visitor, "catalogue.imported", count=len(changes))


def _take_in(visitor: Visitor, business: UUID, sheet: catalogue_csv.Sheet, *, apply: bool) -> Json:
    try:
        return visitor.ask(lambda client: catalogue.take_in(client, business, sheet.products, apply=apply))
    except Refused as refused:
        st.error(forms.words(visitor, refused))
        return st.stop()


def _told(visitor: Visitor, sheet: catalogue_csv.Sheet, error: Json) -> tuple[int, str, str]:
    text = forms.wrong(visitor, error["field"], "", error["problem"], error["remedy"] or "")
    return sheet.lines[error["place"] - 1], error["field"], text


def _problems(visitor: Visitor, found: list[tuple[int, str, str]]) -> None:
    st.error(visitor.say("catalogue.import_refused", count=len(found)), icon=":material/block:")
    line, field, what = (
        visitor.say("catalogue.line"),
        visitor.say("catalogue.column"),
        visitor.say("catalogue.problem"),
    )
    # A table shows the whole of a remedy, which the cells of a sheet would cut off.
    st.table(
        [
            {line: number, field: page.plain(name), what: page.plain(text)}
            for number, name, text in sorted(found)[:SHOWN_ROWS]
        ],
        border="horizontal",
        hide_index=True,
    )


def _change(visitor: Visitor, sheet: catalogue_csv.Sheet, row: Json) -> Json:
    changes = row["changes"] or {"before": {}, "after": {}}
    what = "; ".join(
        f"{name}: {_written(changes['before'].get(name))} → {_written(value)}"
        for name, value in changes["after"].items()
    )
    return {
        visitor.say("catalogue.line"): sheet.lines[row["place"] - 1],
        "sku": row["sku"],
        visitor.say("catalogue.outcome"): visitor.say(f"outcome.{row['outcome']}"),
        visitor.say("catalogue.changes"): what,
    }


def _written(value: object) -> str:
    """A value of a product as people read it."""
    if isinstance(value, dict):
        return forms.variants_text(value).replace("\n", ", ") or "–"
    return "–" if value in (None, "") else str(value)
