"""`/figures` as a browser asks for it: who gets what, and what is said where there is nothing to tell."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from tests.desk.conftest import DLOOP, RunningDesk

PARTS = {
    *("volume", "funnel", "intents", "agents", "models", "prompts"),
    *("times", "service", "satisfaction", "revenue", "peaks", "failures"),
}


def _parts(found: dict[str, Any]) -> dict[str, Any]:
    return {part["name"]: part for column in found["columns"] for part in column}


async def test_a_range_is_one_answer_in_the_persons_language(seeded_desk: RunningDesk) -> None:
    browser = await seeded_desk.signed_in()
    days = {"from": "2026-03-02", "to": "2026-03-04"}
    found = (await browser.http.get("/figures", params=days)).json()
    assert (found["business"], found["first"], found["last"]) == (DLOOP, "2026-03-02", "2026-03-04")
    parts = _parts(found)
    assert set(parts) == PARTS
    assert parts["volume"] | {"chart": None} == {
        "name": "volume",
        "label": "Messaggi",
        "point": "Niente in questi giorni",
        "columns": [],
        "rows": [],
        "chart": None,
        "note": "",
    }
    browser.http.cookies.set("relaydesk_language", "en")
    week = (await browser.http.get("/figures", params={"days": "7"})).json()
    assert _parts(week)["volume"]["label"] == "Messages"
    assert (date.fromisoformat(week["last"]) - date.fromisoformat(week["first"])).days == 6
    assert week["last"] == week["today"]


async def test_charts_have_a_value_for_each_label_and_files_the_same_rows(seeded_desk: RunningDesk) -> None:
    await seeded_desk.sql("update channel_accounts set simulated = false")
    await seeded_desk.sql(
        "update whatsapp_messages m set created_at = now() from "
        "(select id from whatsapp_messages where author = 'customer' limit 3) found where found.id = m.id"
    )
    browser = await seeded_desk.signed_in()
    found = (await browser.http.get("/figures?days=30")).json()
    volume = _parts(found)["volume"]
    assert len(volume["chart"]["labels"]) == 30
    assert {len(series["values"]) for series in volume["chart"]["series"]} == {30}
    heat = _parts(found)["peaks"]["chart"]
    assert ([len(row) for row in heat["values"]], len(heat["days"])) == ([24] * 7, 7)
    answer = await browser.http.get("/figures/volume.csv?days=30")
    assert answer.headers["content-disposition"] == 'attachment; filename="volume.csv"'
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == volume["columns"]
    assert rows[1:] == [[str(value) for value in row] for row in volume["rows"]]


async def test_what_makes_no_sense_is_told_and_what_is_not_theirs_is_not_there(
    seeded_desk: RunningDesk,
) -> None:
    browser = await seeded_desk.signed_in()
    for query in ("days=0", "days=x", "days=9999", "from=2026-03-02", "from=2026-03-04&to=2026-03-02"):
        answer = await browser.http.get(f"/figures?{query}")
        assert (answer.status_code, answer.json()["reason"]) == (422, "date_range"), query
    other = await browser.http.get("/figures?business=00000000-0000-4000-8000-0000000000ff")
    assert (other.status_code, other.json()["reason"]) == (422, "gone")
    for part in ("nothing", "failures"):
        answer = await browser.http.get(f"/figures/{part}.csv?from=2026-03-02&to=2026-03-04")
        assert answer.status_code == 404
    stranger = await seeded_desk.browser()
    assert (await stranger.http.get("/figures")).status_code == 401
