"""The commands as a person or a script sees them, without a stack."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from devstack import cli, credentials, facts
from devstack.places import ROOT, Places, UsageError
from devstack.up import only_supervisor, refuse_taken_ports


def _dev(*arguments: str, state: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    settings = {"RELAYDESK_STATE_DIR": str(state), "RELAYDESK_PORT_OFFSET": "6000", **environ}
    return subprocess.run(
        [str(ROOT / "dev"), *arguments],
        env=os.environ | settings,
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "a folder with spaces"


def test_status_of_a_stack_that_is_down_is_one_object_and_exit_code_3(state: Path) -> None:
    result = _dev("status", "--json", state=state)
    assert result.returncode == 3
    assert result.stderr == ""
    status = json.loads(result.stdout)
    assert status["ready"] is False
    assert status["reason"] == "not running"
    assert set(facts.NAMES) < set(status)
    assert status["api_url"] == "http://127.0.0.1:14000"
    assert status["developer_key"] is None
    assert not state.exists(), "asking changes nothing"


def test_status_knows_the_keys_of_a_stopped_stack(state: Path) -> None:
    state.mkdir()
    keys = credentials.load_or_make(state / "credentials.json")
    status = json.loads(_dev("status", "--json", state=state).stdout)
    assert status["developer_key"] == keys.developer_key
    assert status["database_url"].startswith("postgresql://postgres:")
    assert status["database_url"].endswith("@127.0.0.1:60322/postgres")


def test_status_for_people_says_why(state: Path) -> None:
    result = _dev("status", state=state)
    assert (result.returncode, result.stdout) == (3, "relaydesk is down: not running\n")


def test_stopping_what_does_not_run_is_no_error(state: Path) -> None:
    result = _dev("down", state=state)
    assert (result.returncode, result.stdout) == (0, "relaydesk is not running.\n")


def test_chat_without_a_stack_says_how_to_start_one(state: Path) -> None:
    result = _dev("chat", state=state)
    assert result.returncode == 1
    assert "./dev up" in result.stderr


def test_logs_before_the_first_start(state: Path) -> None:
    result = _dev("logs", state=state)
    assert result.returncode == 1
    assert "no logs" in result.stderr


def test_logs_show_one_process_or_each_with_its_name(state: Path) -> None:
    (state / "logs").mkdir(parents=True)
    (state / "logs" / "api.log").write_text("one\ntwo\n", encoding="utf-8")
    (state / "logs" / "worker.log").write_text("three\n", encoding="utf-8")
    assert _dev("logs", "api", "-n", "1", state=state).stdout == "two\n"
    assert _dev("logs", state=state).stdout == "api    | one\napi    | two\nworker | three\n"
    refused = _dev("logs", "wroker", state=state)
    assert refused.returncode == 1
    assert "There are: api, worker." in refused.stderr


def test_a_wrong_offset_is_named(state: Path) -> None:
    result = _dev("status", state=state, RELAYDESK_PORT_OFFSET="7")
    assert result.returncode == 1
    assert "RELAYDESK_PORT_OFFSET='7' must be a multiple of 10" in result.stderr


def test_an_unknown_command_points_to_help(state: Path) -> None:
    result = _dev("pu", state=state)
    assert result.returncode == 1
    assert "./dev help" in result.stderr


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    text = capsys.readouterr().out
    assert [name for name in cli.COMMANDS if f"./dev {name}" not in text] == []


def test_the_scripts_are_executable() -> None:
    for script in ("dev", ".ci/run"):
        assert (ROOT / script).stat().st_mode & stat.S_IXUSR


def test_a_taken_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        places = _places_with_free_ports(tmp_path)
        other.bind(("127.0.0.1", places.port("desk")))
        other.listen()
        with pytest.raises(UsageError) as refused:
            refuse_taken_ports(places, hosted=False)
    text = str(refused.value)
    assert f"port {places.port('desk')} (desk)" in text
    assert "RELAYDESK_PORT_OFFSET=" in text
    assert "api" not in text


def test_ports_of_an_unused_database_may_be_taken(tmp_path: Path) -> None:
    with socket.socket() as local_supabase:
        places = _places_with_free_ports(tmp_path)
        local_supabase.bind(("127.0.0.1", places.port("gateway")))
        refuse_taken_ports(places, hosted=True)
        with pytest.raises(UsageError, match="gateway"):
            refuse_taken_ports(places, hosted=False)


def _places_with_free_ports(tmp_path: Path) -> Places:
    for offset in range(5000, 9000, 10):
        places = Places(state_dir=tmp_path, offset=offset)
        try:
            refuse_taken_ports(places, hosted=False)
        except UsageError:
            continue
        return places
    raise AssertionError("no free ports on this machine")


def test_one_folder_has_one_supervisor(tmp_path: Path) -> None:
    places = Places(state_dir=tmp_path, offset=0)
    with only_supervisor(places), pytest.raises(UsageError, match="another start"), only_supervisor(places):
        pass
    with only_supervisor(places):
        pass
