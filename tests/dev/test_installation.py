"""The environment is made from the lock, repaired where it is damaged, and left alone otherwise."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from devstack import installation
from devstack.lock import DEVELOPMENT_LOCK, RUNTIME_LOCK
from devstack.places import UsageError


def _make_wheel(folder: Path, name: str) -> str:
    """A wheel with one module; returns its line in a lock."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": f"NAME = '{name}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {
        path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for path, text in files.items()
    }
    record = "".join(f"{path},sha256={digest},{len(files[path])}\n" for path, digest in digests.items())
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two tiny packages, and a pip that knows only these."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    root = tmp_path / "a repository"
    root.mkdir()
    first, second = _make_wheel(wheels, "alpha"), _make_wheel(wheels, "beta")
    (root / RUNTIME_LOCK).write_text(first, encoding="utf-8")
    (root / DEVELOPMENT_LOCK).write_text(first + second, encoding="utf-8")
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    return root


def _imports(python: Path, name: str) -> bool:
    return subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0


def test_an_environment_from_nothing_to_repaired(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Making an environment takes seconds, so its whole life is one test.
    python = installation.ensure(development=False, root=root)
    assert _imports(python, "alpha")
    assert not _imports(python, "beta"), "tools are not installed for ./dev up"

    installation.ensure(development=True, root=root)
    assert _imports(python, "beta")

    capsys.readouterr()
    wheels = root.parent / "wheels"
    wheels.rename(wheels.with_name("away"))
    installation.ensure(development=True, root=root)
    installation.ensure(development=False, root=root)
    assert capsys.readouterr().out == "", "a later start does nothing and needs no network"

    (root / ".venv" / installation.STAMP).unlink()
    installation.ensure(development=True, root=root)
    assert capsys.readouterr().out == "", "a complete environment is accepted as it is"

    wheels.with_name("away").rename(wheels)
    site = next((root / ".venv").glob("lib/python*/site-packages"))
    (site / "alpha.py").unlink()
    (site / "beta-1.0.dist-info" / "RECORD").unlink()
    (root / ".venv" / installation.STAMP).unlink()
    installation.ensure(development=True, root=root)
    assert "Installing 2 packages" in capsys.readouterr().out
    assert _imports(python, "alpha")
    assert _imports(python, "beta")


def test_a_file_that_is_not_the_locked_one_is_refused(root: Path) -> None:
    lock = (root / RUNTIME_LOCK).read_text(encoding="utf-8")
    (root / RUNTIME_LOCK).write_text(lock[:-8] + "0000000\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"(?s)could not be installed.*HASHES"):
        installation.ensure(development=False, root=root)
    assert not (root / ".venv" / installation.STAMP).exists()
