"""`./dev test`: find a browser, then become pytest."""

from __future__ import annotations

import os
import sys

from devstack import browser
from devstack.places import ROOT


def main(arguments: list[str]) -> None:
    """Run pytest with the arguments; does not return."""
    found = browser.find_or_install() if _may_need_browser(arguments) else browser.find()
    arguments = in_parallel(with_database_tests_only(arguments))
    if found:
        os.environ[browser.PATH_VARIABLE] = found
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606  # No shell is wanted.


def with_database_tests_only(arguments: list[str]) -> list[str]:
    """Another server is given for the database's tests: the rest would say nothing about it."""
    is_given = any(argument.split("=")[0] == "--postgres" for argument in arguments)
    return ["-m", "database", *arguments] if is_given and "-m" not in arguments else arguments


def in_parallel(arguments: list[str]) -> list[str]:
    """A run of everything goes over several processes: tests mostly wait, so one more than there are cores.

    Tests of one file stay together, which keeps what they share started once. With arguments of any other kind
    pytest runs as told.
    """
    if arguments:
        return arguments
    return ["-n", str((os.cpu_count() or 1) + 1), "--dist", "loadfile"]


def _may_need_browser(arguments: list[str]) -> bool:
    """A run of everything or of the desk; a run of chosen files elsewhere should start at once."""
    chosen = [argument for argument in arguments if not argument.startswith("-")]
    return not chosen or any("desk" in argument or "dashboard" in argument for argument in chosen)


if __name__ == "__main__":
    main(sys.argv[1:])
