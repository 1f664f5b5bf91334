"""`./dev bench [NAME]`: measure on this machine, in one run, and print ratios.

Absolute numbers say more about the machine than about us; a ratio compares two ways on the same server in the same
minutes. Without a name every benchmark runs.
"""

from __future__ import annotations

import asyncio
import importlib
import sys

BENCHES = {
    "ingest": "messages acknowledged per second, beside pgbench on the same SQL function",
    "turn": "time from a stored message to its sent reply, without model and quiet window",
    "realtime": "time from a commit to the callback of an agent's client, and that every one hears its own",
    "search": "search in 5,000 and 100,000 products: exact, by index, what the index misses",
    "dialogues": "fifty scripted dialogues on the whole stack, every figure compared with the database",
    "day": "a scripted day of customers and dealers, every row compared with the wire",
    "gateway": "calls and reads through client and gateway, beside the same SQL over asyncpg",
    "desk": "from the commit to the agent's screen, and what fifty open desks cost",
    "screens": "from the click to the painted answer on every page, with a million messages",
    "memory": "resident memory of api and worker",
}


def main() -> int:
    names = sys.argv[1:2] or list(BENCHES)
    if names[0] not in BENCHES:
        sys.stderr.write("./dev bench NAME, with one of:\n")
        sys.stderr.writelines(f"  {name:14} {text}\n" for name, text in BENCHES.items())
        return 2
    for name in names:
        print(f"\n== {name}: {BENCHES[name]}", flush=True)
        result = importlib.import_module(f"bench.{name}").main()
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
