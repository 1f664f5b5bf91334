"""`./dev seed`: put the demonstration data of `supabase/seed.sql` into the running stack's database."""

from __future__ import annotations

import argparse
import asyncio
import sys

from devstack import migrate, status
from devstack.places import Places, UsageError


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    argparse.ArgumentParser(prog="./dev seed").parse_args(arguments)
    try:
        applied = asyncio.run(migrate.apply_seed(_database_url(Places.from_environment())))
    except (UsageError, migrate.MigrationError) as error:
        print(f"./dev seed: {error}", file=sys.stderr)
        return 1
    print(
        "The demonstration data is in place."
        if applied
        else "It is there already; ./dev reset starts afresh."
    )
    return 0


def _database_url(places: Places) -> str:
    reason = status.problem(places)
    if reason is not None:
        raise UsageError(f"the stack is not ready ({reason}). Start it with ./dev up.")
    url = status.known_facts(places)["database_url"]
    if not url:
        raise UsageError(
            "demonstration data belongs into the stack's own database, not into a hosted project."
        )
    return url


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
