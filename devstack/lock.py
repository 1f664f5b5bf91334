"""Re-make the lock files: `./dev lock`.

`requirements-dev.lock` holds everything, `requirements.lock` what `./dev up` needs. Both hold exact versions
and hashes only: no index, host or path, so that each machine uses the package index it is set up with.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PIP_TOOLS = "pip-tools==7.6.2"
OWN_NAME = "relaydesk (pyproject.toml)"
"""How a lock names the project itself as the reason for a package."""

HEADER = """\
# Exact versions and hashes of {what}. Made by `./dev lock`; do not edit.
"""
RUNTIME_LOCK = "requirements.lock"
DEVELOPMENT_LOCK = "requirements-dev.lock"


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One locked package: its normalised name, version, hashes and the packages that ask for it."""

    name: str
    version: str
    text: str
    wanted_by: frozenset[str]


def normalised(name: str) -> str:
    """A package name as indexes compare it: lower case, one hyphen, no extras."""
    return re.sub(r"[-_.]+", "-", name.split("[")[0]).lower().strip()


def read_pins(text: str) -> dict[str, Pin]:
    """The pins of a lock file's text, by normalised name."""
    return {pin.name: pin for pin in _pins(text)}


def _pins(text: str) -> Iterator[Pin]:
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", _without_options(text))
    for block in blocks[1:]:
        head = block.split()[0]
        name, _, version = head.partition("==")
        comments = re.findall(r"(?m)^\s+#(.*)$", block)
        reasons = (comment.strip().removeprefix("via").strip() for comment in comments)
        yield Pin(
            name=normalised(name),
            version=version,
            text=block.rstrip() + "\n",
            wanted_by=frozenset(normalised(reason) for reason in reasons if reason),
        )


def _without_options(text: str) -> str:
    """Drop the compiler's header and every option line: they name places of one machine."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("#", "-"))]
    text = "\n".join(lines) + "\n"
    # The reason for a direct dependency is a file of the compile run: say what it stands for instead.
    text = re.sub(r"(?m)^(\s+#\s+(?:via )?)(-r .*|relaydesk.*)$", rf"\1{OWN_NAME}", text)
    return re.sub(rf"(?m)(^\s+#\s+{re.escape(OWN_NAME)}\n)+", rf"    #   {OWN_NAME}\n", text)


def closure(pins: dict[str, Pin], roots: Iterable[str]) -> set[str]:
    """Names of the roots and of everything they lead to, read from the reasons in the lock itself."""
    found = {normalised(root) for root in roots}
    while more := {pin.name for pin in pins.values() if pin.wanted_by & found} - found:
        found |= more
    return found


def declared(pyproject: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The pins of pyproject.toml as two maps from name to version: what runs, and the development tools."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    return _versions(project["dependencies"]), _versions(project["optional-dependencies"]["dev"])


def _versions(requirements: list[str]) -> dict[str, str]:
    pairs = (requirement.partition("==") for requirement in requirements)
    return {normalised(name): version for name, _, version in pairs}


def write_locks(root: Path, compiled: str) -> None:
    """Write both lock files under `root` from the compiler's output for all dependencies."""
    pins = read_pins(compiled)
    runtime, development = declared(root / "pyproject.toml")
    needed = closure(pins, runtime)
    everything = closure(pins, {*runtime, *development})
    for file, names, what in (
        (RUNTIME_LOCK, needed, "what ./dev up needs"),
        (DEVELOPMENT_LOCK, everything, "everything: what runs, and the tools of ./dev check, test and bench"),
    ):
        body = "".join(pins[name].text for name in sorted(names))
        (root / file).write_text(HEADER.format(what=what) + body, encoding="utf-8")


def main(root: Path) -> int:
    """Resolve pyproject.toml's dependencies in a throwaway environment and write both locks."""
    with tempfile.TemporaryDirectory(prefix="relaydesk-lock-") as folder:
        python = Path(folder) / "venv" / "bin" / "python"
        print(f"Making a throwaway environment with {PIP_TOOLS} …", flush=True)
        venv.create(Path(folder) / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PIP_TOOLS], check=True)
        print("Resolving; this takes some minutes …", flush=True)
        compiled = Path(folder) / "compiled.txt"
        command = [
            *(str(python), "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--extra", "dev"),
            *("--strip-extras", "--no-header", "--no-emit-options", "--no-emit-index-url"),
            *("--no-emit-find-links", "--no-emit-trusted-host", "--output-file", str(compiled)),
            str(root / "pyproject.toml"),
        ]
        result = subprocess.run(command, cwd=root, check=False)
        if result.returncode != 0:
            print("./dev lock: the versions in pyproject.toml could not be resolved.", file=sys.stderr)
            return 1
        write_locks(root, compiled.read_text(encoding="utf-8"))
    print(f"Wrote {RUNTIME_LOCK} and {DEVELOPMENT_LOCK}.")
    return 0
