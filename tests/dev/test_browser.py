"""Which browser the tests of the desk use."""

from __future__ import annotations

from pathlib import Path

import pytest

from devstack import browser


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No browser, no apt; returns a folder that is the whole search path."""
    monkeypatch.delenv(browser.PATH_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def _program(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("#!/bin/sh\n", encoding="utf-8")
    file.chmod(0o755)
    return file


def test_a_machine_without_one(bare_machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert browser.find() is None
    assert not browser.may_install()
    assert browser.find_or_install() is None
    assert "none" in capsys.readouterr().out


def test_the_systems_own_is_found(bare_machine: Path) -> None:
    chrome = _program(bare_machine / "google-chrome")
    assert browser.find() == str(chrome)
    chromium = _program(bare_machine / "chromium")
    assert browser.find() == str(chromium)


def test_playwrights_own_is_found(bare_machine: Path) -> None:
    found = _program(bare_machine / ".cache/ms-playwright/chromium-1200/chrome-linux64/chrome")
    assert browser.find() == str(found)


def test_a_named_one_comes_first(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(bare_machine / "chromium")
    named = _program(bare_machine / "my browser")
    monkeypatch.setenv(browser.PATH_VARIABLE, str(named))
    assert browser.find() == str(named)


def test_a_name_that_leads_nowhere_is_not_replaced_by_another(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(bare_machine / "chromium")
    monkeypatch.setenv(browser.PATH_VARIABLE, "/nowhere/chrome")
    assert browser.find() is None


def test_root_with_apt_may_install(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(bare_machine / "apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert browser.may_install()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert not browser.may_install()
