"""`./dev chaos [NAME]`: break a running stack on purpose and count what was lost or doubled.

Exit code 0 when nothing was.
"""

from __future__ import annotations

import asyncio
import importlib
import sys

EXPERIMENTS = {
    "worker": "kill -9 of the worker at random moments during conversations",
    "stock": "many buyers for few pieces, many dealers for one order, all at once",
    "orders": "a random life of orders, its books balanced after each step",
    "desk": "the gateway is gone for 20 s while customers write and an agent looks on",
    "model": "every failure of a language model, each in a live conversation",
    "injections": "customers who tell the assistant what to do, with the rules and with a model that obeys them",
    "push": "each way in which a push can fail, and a worker killed between sending and recording",
    "gateway": "hostile requests to REST, their SQL inspected, a sample run beside a canary",
}

WITH_OPTIONS = ("stock", "orders")
"""Those that take more words: `./dev chaos stock --rounds 200`."""


def main() -> int:
    names = sys.argv[1:2] or list(EXPERIMENTS)
    if names[0] not in EXPERIMENTS:
        sys.stderr.write("./dev chaos NAME, with one of:\n")
        sys.stderr.writelines(f"  {name:10} {text}\n" for name, text in EXPERIMENTS.items())
        return 2
    failed = 0
    for name in names:
        print(f"== {name}: {EXPERIMENTS[name]}", flush=True)
        experiment = importlib.import_module(f"bench.chaos.{name}").main
        failed += asyncio.run(experiment(sys.argv[2:]) if name in WITH_OPTIONS else experiment())
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
