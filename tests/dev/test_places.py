"""Ports and folders of a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack.places import ROOT, Places, UsageError


def test_without_settings_the_documented_ports_and_folder_are_used() -> None:
    places = Places.from_environment({})
    assert [places.port(name) for name in ("gateway", "postgres", "api", "desk", "simulators")] == [
        *(54321, 54322, 8000, 8501, 8900)
    ]
    assert places.state_dir == ROOT / ".devstack"
    assert places.url("api") == "http://127.0.0.1:8000"


def test_the_offset_shifts_every_port_and_separates_the_state() -> None:
    places = Places.from_environment({"RELAYDESK_PORT_OFFSET": "40"})
    assert places.port("gateway") == 54361
    assert places.port("simulators") == 8940
    assert places.state_dir == ROOT / ".devstack" / "offset-40"


def test_a_given_folder_is_used_as_it_is(tmp_path: Path) -> None:
    environ = {"RELAYDESK_PORT_OFFSET": "40", "RELAYDESK_STATE_DIR": str(tmp_path / "with space")}
    assert Places.from_environment(environ).state_dir == tmp_path / "with space"


def test_a_relative_folder_is_relative_to_the_repository() -> None:
    assert Places.from_environment({"RELAYDESK_STATE_DIR": "other"}).state_dir == ROOT / "other"


@pytest.mark.parametrize("text", ["5", "-10", "ten", "11220", "1e2", "٤٠", " "])
def test_an_offset_that_makes_no_sense_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="RELAYDESK_PORT_OFFSET"):
        Places.from_environment({"RELAYDESK_PORT_OFFSET": text})


def test_the_largest_offset_still_gives_ports() -> None:
    assert Places.from_environment({"RELAYDESK_PORT_OFFSET": "11210"}).port("postgres") == 65532
