"""One run: fill a migrated database, try everything, compare."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from devstack.access import calls, catalog, expected, functions, lints, places, report, tables, world
from devstack.access.calls import Welcome
from devstack.access.functions import Function
from devstack.access.tables import Matrix


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found, and the world it was found in."""

    world: world.World
    expected: expected.Expected
    tables: Matrix
    views: Matrix
    topics: Matrix
    files: Matrix
    strange_buckets: list[str]
    functions: list[Function]
    let_in: dict[str, Welcome]
    offences: dict[str, list[str]]

    @property
    def differences(self) -> list[str]:
        """Everything that is not as expected, in sentences that say what to do."""
        return [
            *expected.compare(self.tables, self.expected.tables),
            *expected.compare(self.views, self.expected.views),
            *expected.compare(self.topics, self.expected.topics),
            *expected.compare(self.files, self.expected.files),
            *(
                f"bucket {bucket}: no entry. Say under `files` in {expected.NAME} who may do what with a file in it."
                for bucket in self.strange_buckets
            ),
            *functions.compare_grants(self.functions, self.expected.functions, self.expected.policy_helpers),
            *self._let_in_differences(),
            *(line for lines in self.offences.values() for line in lines),
        ]

    @property
    def markdown(self) -> str:
        """What docs/access.md should hold."""
        return report.markdown(
            self.tables,
            self.views,
            report.Places(topics=self.topics, files=self.files),
            self.functions,
            self.let_in,
        )

    def _let_in_differences(self) -> list[str]:
        lines = [error for welcome in self.let_in.values() for error in welcome.errors]
        for name, welcome in self.let_in.items():
            # Whether anon may is told by the grants; what is tried here is tried with a log-in.
            wanted = [person for person in self.expected.functions[name].may if person != "anon"]
            if set(welcome.people) != set(wanted):
                let_in, expected_ones = ", ".join(welcome.people) or "nobody", ", ".join(wanted) or "nobody"
                lines.append(f"{name}: lets in {let_in}, expected {expected_ones}.")
        return lines


async def run(admin: asyncpg.Connection, authenticator: asyncpg.Connection) -> Audit:
    """Fill the migrated, empty database behind both connections and try everything out.

    `admin` is a superuser's; `authenticator` is the role by which the API signs in. Raises WorldError and
    ExpectationError.
    """
    wanted = expected.load()
    found = await functions.read_functions(admin)
    made = await world.build(
        admin, await catalog.read_tables(admin), rows=wanted.rows, columns=wanted.columns
    )
    return Audit(
        world=made,
        expected=wanted,
        tables=await tables.try_tables(authenticator, made),
        views=await tables.try_views(authenticator, made, await catalog.read_views(admin)),
        topics=await places.try_topics(admin, made, wanted.topics),
        files=await places.try_files(admin, made, wanted.files),
        strange_buckets=await places.buckets_without_entry(admin, wanted.files),
        functions=found,
        let_in=await calls.try_people(authenticator, made, found, wanted.functions),
        offences={name: await lints.offenders(admin, name, wanted.exceptions) for name in lints.LINTS},
    )
