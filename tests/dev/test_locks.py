"""The lock files fit pyproject.toml and hold nothing of the machine they were made on."""

from __future__ import annotations

import re

import pytest

from devstack import lock
from devstack.places import ROOT

RUNTIME = lock.read_pins((ROOT / lock.RUNTIME_LOCK).read_text(encoding="utf-8"))
DEVELOPMENT = lock.read_pins((ROOT / lock.DEVELOPMENT_LOCK).read_text(encoding="utf-8"))


def test_every_declared_version_is_the_locked_one() -> None:
    runtime, development = lock.declared(ROOT / "pyproject.toml")
    assert {name: RUNTIME[name].version for name in runtime} == runtime
    assert {name: DEVELOPMENT[name].version for name in development} == development


def test_the_development_lock_is_a_superset() -> None:
    assert {name: DEVELOPMENT[name].text for name in RUNTIME} == {n: pin.text for n, pin in RUNTIME.items()}


def test_the_runtime_lock_holds_what_is_needed_and_no_tools() -> None:
    runtime, _ = lock.declared(ROOT / "pyproject.toml")
    assert set(RUNTIME) == lock.closure(DEVELOPMENT, runtime)
    assert not {"pytest", "mypy", "ruff", "playwright", "hypothesis"} & set(RUNTIME)


@pytest.mark.parametrize("name", [lock.RUNTIME_LOCK, lock.DEVELOPMENT_LOCK])
def test_a_lock_holds_only_versions_hashes_and_reasons(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# Exact versions and hashes of ")
    allowed = re.compile(
        r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==[\w.!+]+ \\"
        r"|    --hash=sha256:[0-9a-f]{64}( \\)?"
        r"|    #( via)?( +[a-z0-9-]+| +relaydesk \(pyproject\.toml\))?"
    )
    assert [line for line in lines[1:] if not allowed.fullmatch(line)] == []


def test_every_package_has_a_hash() -> None:
    assert [pin.name for pin in DEVELOPMENT.values() if "--hash=sha256:" not in pin.text] == []


COMPILED = """\
--find-links /some/where

#
# by the following command: …
alpha==1.0 \\
    --hash=sha256:aa
    # via
    #   -r /tmp/x/in.txt
    #   tool
beta_core[extra]==2.0 \\
    --hash=sha256:bb
    # via alpha
gamma==3.0 \\
    --hash=sha256:cc
    # via relaydesk (pyproject.toml)
tool==4.0 \\
    --hash=sha256:dd
    # via -r /tmp/x/dev.in
"""


def test_the_compilers_output_loses_its_places() -> None:
    pins = lock.read_pins(COMPILED)
    assert {name: pin.version for name, pin in pins.items()} == {
        "alpha": "1.0",
        "beta-core": "2.0",
        "gamma": "3.0",
        "tool": "4.0",
    }
    text = "".join(pin.text for pin in pins.values())
    assert "/" not in text
    assert pins["beta-core"].wanted_by == {"alpha"}


def test_a_closure_follows_the_reasons() -> None:
    pins = lock.read_pins(COMPILED)
    assert lock.closure(pins, ["alpha"]) == {"alpha", "beta-core"}
    assert lock.closure(pins, ["tool"]) == {"tool", "alpha", "beta-core"}
