"""Is the stack ready, and how is it reached: `./dev status`. Standard library only."""

from __future__ import annotations

import json

from devstack import credentials, probe, statefile
from devstack.facts import NAMES, facts
from devstack.places import Places

READY, DOWN = 0, 3


def problem(places: Places) -> str | None:
    """None when the stack is ready, else in one line why not."""
    stack = statefile.running(places.stack_file)
    if stack is None:
        return "not running"
    if not stack.ready:
        return "starting"
    ended = [name for name, child in stack.children.items() if not child.is_running]
    if ended:
        return f"{', '.join(ended)} ended and will be started again"
    failures = probe.failures(stack.probes)
    return "; ".join(f"{name}: {reason}" for name, reason in failures.items()) or None


def known_facts(places: Places) -> dict[str, str | None]:
    """The facts of the running stack, or those that a start would have."""
    stack = statefile.running(places.stack_file)
    found = facts(places, credentials.load(places.credentials_file)) | (stack.facts if stack else {})
    return {name: found.get(name) for name in NAMES}


def print_status(places: Places, *, as_json: bool) -> int:
    """Print the status; returns the exit code: 0 ready, 3 not."""
    reason = problem(places)
    known = known_facts(places)
    if as_json:
        # A stack that is not ready says so; a ready one prints the facts alone.
        print(json.dumps(known if reason is None else {"ready": False, "reason": reason, **known}, indent=2))
        return READY if reason is None else DOWN
    if reason is not None:
        print(f"relaydesk is down: {reason}")
        return DOWN
    print_screen(known)
    return READY


def print_screen(known: dict[str, str | None]) -> None:
    """The short screen a start ends with."""
    print(
        f"""
relaydesk is ready

  Desk        {known["desk_url"]}      log in: {known["agent_email"]}  {known["agent_password"]}
  API         {known["api_url"]}/docs
  Supabase    {known["supabase_url"]}
  Simulators  {known["simulators_url"]}

Try it:  ./dev chat       talk as a customer ("Ciao, vorrei due shampoo per cani")
Stop it: ./dev down       everything else: ./dev help
""",
        flush=True,
    )
