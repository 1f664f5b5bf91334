"""`./dev test`: find a browser, then become pytest."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from devstack import browser
from devstack.places import ROOT

CONTRACT_VARIABLE = "RELAYDESK_CONTRACT_URL"
"""The project that the contract tests talk to; the embedded gateway without it."""
_TAKES_A_VALUE = frozenset(
    {
        *("--postgres", "-m", "-k", "-n", "-p", "-c", "-o", "-r", "-W", "--tb", "--dist", "--timeout"),
        *("--maxfail", "--durations", "--deselect", "--ignore", "--rootdir", "--basetemp", "--log-level"),
    }
)
"""Options of pytest whose value is the next argument."""


def main(arguments: list[str]) -> None:
    """Run pytest with the arguments; does not return."""
    found = browser.find_or_install() if may_need_browser(arguments) else browser.find()
    os.environ.update(contract_target(arguments, os.environ))
    arguments = in_parallel(with_database_tests_only(arguments))
    if found:
        os.environ[browser.PATH_VARIABLE] = found
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606  # No shell is wanted.


def contract_target(arguments: list[str], environ: Mapping[str, str]) -> dict[str, str]:
    """Another project is asked only by who chose the contract tests: a whole run stays on this machine.

    Raises SystemExit that names the key that is missing.
    """
    url = environ.get("SUPABASE_URL", "")
    if not url or not any("contract" in argument for argument in paths(arguments)):
        return {CONTRACT_VARIABLE: ""}
    missing = [key for key in ("SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY") if not environ.get(key)]
    if missing:
        raise SystemExit(f"SUPABASE_URL is set, so {' and '.join(missing)} must be set too.")
    return {CONTRACT_VARIABLE: url}


def paths(arguments: Sequence[str]) -> list[str]:
    """The files and folders among pytest's arguments."""
    chosen, is_value = [], False
    for argument in arguments:
        if not is_value and not argument.startswith("-"):
            chosen.append(argument)
        is_value = not is_value and argument in _TAKES_A_VALUE
    return chosen


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


def may_need_browser(arguments: list[str]) -> bool:
    """A run of everything or of the desk; a run of chosen files elsewhere should start at once."""
    chosen = paths(arguments)
    is_database_only = any(argument.split("=")[0] == "--postgres" for argument in arguments)
    return not (chosen or is_database_only) or any("desk" in path or "dashboard" in path for path in chosen)


if __name__ == "__main__":
    main(sys.argv[1:])
