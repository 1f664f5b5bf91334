"""`./dev`: one command for all that is done in this repository. Standard library only.

It runs on any Python from 3.11 on, before anything is installed; what needs packages runs in the environment
that it makes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack import chat, control, installation, lock, logs, status
from devstack.places import ROOT, Places, UsageError

HELP = """\
relaydesk, on this machine

  ./dev up [--detach]         start everything; --detach returns when all is ready
  ./dev down                  stop what ./dev up started; data stays
  ./dev reset                 start again from an empty database
  ./dev status [--json]       is it ready, and how to reach it (exit code 0 ready, 3 not)
  ./dev logs [NAME] [-f]      what the processes print
  ./dev chat [--as ROLE]      talk to it over the simulated WhatsApp (ROLE dealer or rider; --lang en|id|it)
  ./dev seed [--large]        put demonstration data into a database that lacks it (large: a million messages)

  ./dev check [--fix]         format, lint, types, who may do what in the database
  ./dev test [ARGS]           everything, or what pytest's ARGS say (--postgres URL: another server)
  ./dev access [--write]      try out who may do what in the database; --write: docs/access.md
  ./dev eval [--data FOLDER]  how well messages are understood; --json for scripts, live with OPENAI_API_KEY
  ./dev bench [NAME]          measure
  ./dev screenshots FOLDER    every page of the running desk as it looks, by theme and width
  ./dev chaos [NAME]          break things on purpose and count what is lost
  ./dev lock                  resolve the versions in pyproject.toml again and write both lock files

RELAYDESK_PORT_OFFSET (a multiple of 10) shifts all ports, RELAYDESK_STATE_DIR is where the state lives:
with both, several stacks run side by side. Settings: docs/settings.md. More: docs/operations.md.
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    command, *rest = arguments or ["help"]
    if command in ("help", "-h", "--help"):
        print(HELP, end="")
        return 0
    try:
        if command not in COMMANDS:
            raise UsageError(f"There is no command {command!r}; ./dev help lists them.")
        return COMMANDS[command](rest)
    except UsageError as error:
        print(f"./dev {command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _up(arguments: list[str]) -> int:
    parser = _parser("up")
    parser.add_argument("--detach", "-d", action="store_true", help="return when all is ready")
    detach = parser.parse_args(arguments).detach
    places = Places.from_environment()
    return control.up(places, installation.ensure(development=False), detach=detach)


def _down(arguments: list[str]) -> int:
    _parser("down").parse_args(arguments)
    control.down(Places.from_environment())
    return 0


def _reset(arguments: list[str]) -> int:
    parser = _parser("reset")
    parser.add_argument("--no-start", action="store_true", help="empty the database and leave all stopped")
    no_start = parser.parse_args(arguments).no_start
    places = Places.from_environment()
    control.wipe(places)
    return 0 if no_start else control.up(places, installation.ensure(development=False), detach=True)


def _status(arguments: list[str]) -> int:
    parser = _parser("status")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    as_json = parser.parse_args(arguments).json
    return status.print_status(Places.from_environment(), as_json=as_json)


def _logs(arguments: list[str]) -> int:
    parser = _parser("logs")
    parser.add_argument("name", nargs="?", help="one process: api, worker, desk, …")
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what is added")
    parser.add_argument("-n", "--lines", type=int, default=40, help="how many lines of each log come first")
    given = parser.parse_args(arguments)
    logs.show(Places.from_environment(), given.name, follow=given.follow, lines=given.lines)
    return 0


def _chat(arguments: list[str]) -> int:
    parser = _parser("chat")
    parser.add_argument("--as", dest="role", choices=("customer", "dealer", "rider"), default="customer")
    parser.add_argument("--lang", choices=("it", "en", "id"), default="it", help="the language of the hints")
    parser.add_argument("--phone", help="another sender: digits with the country code")
    given = parser.parse_args(arguments)
    return chat.main(Places.from_environment(), role=given.role, language=given.lang, phone=given.phone)


def _seed(arguments: list[str]) -> int:
    return _module("devstack.seed", arguments, development=False)


def _check(arguments: list[str]) -> int:
    parser = _parser("check")
    parser.add_argument("--fix", action="store_true", help="repair what can be")
    fix = parser.parse_args(arguments).fix
    python = installation.ensure(development=True)
    steps = {
        "format": ["ruff", "format", *([] if fix else ["--check"]), "."],
        "lint": ["ruff", "check", *(["--fix"] if fix else []), "."],
        "types": ["mypy"],
        "access": ["devstack.access_matrix"],
    }
    failed = []
    for name, step in steps.items():
        print(f"── {name}: {' '.join(step)}", flush=True)
        if subprocess.run([python, "-m", *step], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    print(f"./dev check: {', '.join(failed)} failed" if failed else "./dev check: all is well", flush=True)
    return 1 if failed else 0


def _test(arguments: list[str]) -> int:
    python = installation.ensure(development=True)
    # `./dev test contract` is short for the folder of that name under tests/.
    chosen = [f"tests/{name}" if _is_area(name) else name for name in arguments]
    # Tests bring their own settings: a person's .env must neither break them nor be used by them.
    environ = {"ENV_FILE": "", **os.environ}
    return _replace_self(python, ["devstack.testing", *chosen], environ)


def _is_area(name: str) -> bool:
    return name.isidentifier() and (ROOT / "tests" / name).is_dir() and not Path(name).exists()


def _access(arguments: list[str]) -> int:
    return _module("devstack.access_matrix", arguments, development=False)


def _eval(arguments: list[str]) -> int:
    # Standard output is the evaluation's alone: `--json` promises one object and nothing else.
    with contextlib.redirect_stdout(sys.stderr):
        python = installation.ensure(development=False)
    return _replace_self(python, ["bench.evaluation", *arguments], dict(os.environ))


def _bench(arguments: list[str]) -> int:
    return _module("bench", arguments, development=True)


def _chaos(arguments: list[str]) -> int:
    return _module("bench.chaos", arguments, development=True)


def _screenshots(arguments: list[str]) -> int:
    return _module("bench.screenshots", arguments, development=True)


def _lock(arguments: list[str]) -> int:
    _parser("lock").parse_args(arguments)
    return lock.main(ROOT)


def _module(module: str, arguments: list[str], *, development: bool) -> int:
    return _replace_self(installation.ensure(development=development), [module, *arguments], dict(os.environ))


def _replace_self(python: Path, module: list[str], environ: dict[str, str]) -> int:
    """Become the other program, so that signals and the terminal are its own."""
    sys.stdout.flush()
    os.execve(python, [str(python), "-m", *module], environ)  # noqa: S606  # No shell is wanted.


def _parser(command: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"./dev {command}")


COMMANDS = {
    "up": _up,
    "down": _down,
    "reset": _reset,
    "status": _status,
    "logs": _logs,
    "chat": _chat,
    "seed": _seed,
    "check": _check,
    "test": _test,
    "access": _access,
    "eval": _eval,
    "bench": _bench,
    "chaos": _chaos,
    "screenshots": _screenshots,
    "lock": _lock,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
