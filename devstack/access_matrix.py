"""`./dev access`: tries out who may do what on a fresh database, and compares with what should be."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import asyncpg

from devstack import migrate
from devstack.access import audit, report
from devstack.access.expected import ExpectationError
from devstack.access.world import WorldError
from devstack.postgres import Postgres


def main(arguments: list[str]) -> int:
    """Returns 0 if all is as expected and docs/access.md is up to date, else 1."""
    parser = argparse.ArgumentParser(prog="./dev access", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/access.md")
    write = parser.parse_args(arguments).write
    folder = Path(tempfile.mkdtemp(prefix="relaydesk-access-"))
    password = secrets.token_hex(16)
    server = Postgres(folder / "postgres", port=_free_port(), password=password, durable=False)
    try:
        server.start()
        found = asyncio.run(_audit(server, password))
    except (ExpectationError, WorldError, migrate.MigrationError) as error:
        print(f"./dev access: {error}", file=sys.stderr)
        return 1
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if write:
        report.FILE.write_text(found.markdown, encoding="utf-8")
    lines = found.differences
    if not report.FILE.exists() or report.FILE.read_text(encoding="utf-8") != found.markdown:
        lines.append("docs/access.md is not up to date: run ./dev access --write and commit it.")
    print(
        "\n".join(lines)
        if lines
        else f"{len(found.tables)} tables, {len(found.functions)} functions: as expected."
    )
    return 1 if lines else 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _audit(server: Postgres, password: str) -> audit.Audit:
    owner = await migrate.prepare_platform(server.url(), password=password)
    await migrate.migrate(server.url(role=owner, password=password), seed=None)
    admin = await asyncpg.connect(server.url())
    authenticator = await asyncpg.connect(server.url(role="authenticator", password=password))
    try:
        return await audit.run(admin, authenticator)
    finally:
        await admin.close()
        await authenticator.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
