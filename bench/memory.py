"""Resident memory of api and worker after they have worked."""

from __future__ import annotations

from pathlib import Path

from bench.partial import partial_stack
from bench.traffic import Wire, settled

LIMIT_MB = 200


async def main() -> None:
    async with partial_stack("gateway", "simulators", "api", "worker", QUIET_WINDOW_MS="0") as stack:
        wire = Wire(stack.places.url("simulators"))
        for n in range(40):
            await wire.inbound(f"3934900009{n:02d}", "vorrei 2 candele alla lavanda")
        await settled(stack.owner_url, seconds=60)
        for name in ("api", "worker", "gateway", "simulators"):
            megabytes = _resident(stack.processes[name].pid)
            print(
                f"{name:12} {megabytes:6.0f} MB"
                + (f"   (limit {LIMIT_MB})" if name in ("api", "worker") else "")
            )


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")
