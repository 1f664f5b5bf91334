"""The virtual environment of the repository, made from a lock file. Standard library only.

A stamp in the environment names the locks it satisfies, so that a start with nothing to do costs one small
read. Without a fitting stamp (first start, new lock, an installation that was cut short) each locked package
is compared with what is on disk, and only the missing, outdated or damaged ones are installed, with their
hashes checked. Nothing is fetched when nothing is missing, which is what makes later starts work offline.
"""

from __future__ import annotations

import contextlib
import csv
import fcntl
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from devstack.lock import DEVELOPMENT_LOCK, RUNTIME_LOCK, Pin, normalised, read_pins
from devstack.places import ROOT, UsageError

STAMP = "relaydesk-locks.json"
LOG = "relaydesk-install.log"
PROGRESS_SECONDS = 5.0
"""How often progress is told where lines can't be rewritten."""


def ensure(*, development: bool, root: Path = ROOT) -> Path:
    """Make the environment under `root` fit its lock file, and return its Python.

    Args: development: whether the tools of test, check and bench are needed too.
    Raises UsageError with the end of pip's output when a package can't be installed.
    """
    environment = root / ".venv"
    wanted = _digest(root / (DEVELOPMENT_LOCK if development else RUNTIME_LOCK))
    if _is_satisfied(environment, wanted):
        return _python(environment)
    with _only_one(root):
        # Another start may have done the work while this one waited.
        if not _is_satisfied(environment, wanted):
            _install(environment, root, development=development)
    return _python(environment)


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _is_satisfied(environment: Path, wanted: str) -> bool:
    try:
        satisfied = json.loads((environment / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return wanted in satisfied and _python(environment).exists()


@contextlib.contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Two stacks may start at once; one installs. The lock is on the folder, so no file stays behind."""
    descriptor = os.open(root, os.O_RDONLY)
    # A pip that outlives a killed start keeps the lock, so that the next start waits for it.
    os.set_inheritable(descriptor, True)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _install(environment: Path, root: Path, *, development: bool) -> None:
    (environment / STAMP).unlink(missing_ok=True)
    _make_environment(environment)
    pins = read_pins((root / (DEVELOPMENT_LOCK if development else RUNTIME_LOCK)).read_text(encoding="utf-8"))
    site = _site_packages(environment)
    sound = _sound(site, pins)
    missing = [pin for name, pin in pins.items() if name not in sound]
    if missing:
        _remove_damaged(site, missing)
        _run_pip(environment, missing)
    # The development lock is a superset, so it satisfies both.
    locks = [RUNTIME_LOCK, DEVELOPMENT_LOCK] if development else [RUNTIME_LOCK]
    (environment / STAMP).write_text(json.dumps([_digest(root / lock) for lock in locks]), encoding="utf-8")


def _make_environment(environment: Path) -> None:
    """Make the environment, or make it anew when its Python or pip does not run (moved, cut short)."""
    if _python(environment).exists():
        probe = [str(_python(environment)), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return
    _say(f"Making the Python environment in {environment} …")
    # The base interpreter: this program may itself run in the environment that is being replaced.
    base = getattr(sys, "_base_executable", sys.executable)
    command = [base, "-m", "venv", "--clear", str(environment)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        hint = "On Debian and Ubuntu the package python3-venv is needed."
        raise UsageError(f"The Python environment could not be made.\n{result.stdout}{result.stderr}\n{hint}")


def _site_packages(environment: Path) -> Path:
    found = sorted(environment.glob("lib/python3.*/site-packages"))
    if not found:
        raise UsageError(f"{environment} is not a Python environment: remove it and try again.")
    return found[-1]


def _sound(site: Path, pins: dict[str, Pin]) -> set[str]:
    """Names of the packages that are there in their locked version with every file of theirs."""
    return {
        name
        for distribution in importlib.metadata.distributions(path=[str(site)])
        if (name := normalised(distribution.metadata["Name"] or "")) in pins
        and distribution.version == pins[name].version
        and _is_complete(distribution, site)
    }


def _is_complete(distribution: importlib.metadata.Distribution, site: Path) -> bool:
    record = distribution.read_text("RECORD")
    if not record:
        return False
    paths = (row[0] for row in csv.reader(record.splitlines()) if row)
    # Byte code may be removed and written at any time, it says nothing.
    return all(os.path.exists(site / path) for path in paths if not path.endswith(".pyc"))


def _remove_damaged(site: Path, pins: Iterable[Pin]) -> None:
    """Drop the records of packages that were cut short: pip can't replace what it can't list."""
    names = {pin.name for pin in pins}
    for info in site.glob("*.dist-info"):
        if normalised(info.name.split("-")[0]) in names and not (info / "RECORD").exists():
            shutil.rmtree(info)


def _run_pip(environment: Path, pins: list[Pin]) -> None:
    with tempfile.TemporaryDirectory(prefix="relaydesk-install-") as folder:
        part = Path(folder) / "requirements.txt"
        part.write_text("".join(pin.text for pin in pins), encoding="utf-8")
        command = [
            *(str(_python(environment)), "-m", "pip", "install", "--require-hashes", "--no-deps"),
            # Damaged packages look installed to pip. Byte code is written by first use, which is quicker.
            *("--force-reinstall", "--no-compile", "--no-input", "--disable-pip-version-check"),
            *("--progress-bar", "off", "--requirement", str(part)),
        ]
        began = time.monotonic()
        _say(f"Installing {len(pins)} packages, all with checked hashes …")
        output = environment / LOG
        if _follow(command, output, total=len(pins)) != 0:
            tail = "\n".join(output.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            raise UsageError(f"Packages could not be installed; all of pip's output is in {output}:\n{tail}")
        _say(f"Installed {len(pins)} packages in {time.monotonic() - began:.0f} s.")


def _follow(command: list[str], output: Path, *, total: int) -> int:
    """Run pip, keep its output in a file and tell how far it is."""
    environ = os.environ | {"PYTHONUNBUFFERED": "1"}
    done, told_at = 0, time.monotonic()
    with (
        output.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environ,
            close_fds=False,
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            log.write(line)
            if found := re.match(r"Collecting (\S+?)(?:\[.*\])?==", line):
                done += 1
                told_at = _tell(f"  {done}/{total}  {found[1]}", told_at)
            elif line.startswith("Installing collected packages"):
                told_at = _tell(f"  {total}/{total}  unpacking", 0.0)
        if sys.stdout.isatty():
            print(end="\r\033[K")
        return pip.wait()


def _tell(text: str, told_at: float) -> float:
    """Rewrite the line on a terminal; elsewhere print a line now and then. Returns when it last spoke."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="", flush=True)
    elif time.monotonic() - told_at >= PROGRESS_SECONDS:
        _say(text)
    else:
        return told_at
    return time.monotonic()


def _say(text: str) -> None:
    print(text, flush=True)
