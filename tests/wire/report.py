"""Judge a replay by the table of captures that are not covered."""

import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

TABLE = Path(__file__).parent / "uncovered.tsv"


@dataclass(frozen=True)
class Row:
    """One line of the table: captures (with * and ?) of some versions that the sandbox does not cover."""

    versions: str
    scenario: str
    capture: str
    reason: str

    def covers(self, version: str, scenario: str) -> bool:
        return scenario == self.scenario and (self.versions == "all" or version in self.versions.split())


def rows(version: str, scenario: str) -> list[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    table = [Row(*line.split("\t")) for line in lines]
    return [row for row in table if row.covers(version, scenario)]


def verdict(version: str, scenario: str, results: dict[str, list[str]]) -> list[str]:
    """Return one readable paragraph for each capture that fails unlisted, or passes though listed."""
    listed = rows(version, scenario)
    problems = []
    for name, found in results.items():
        is_listed = any(fnmatchcase(name, row.capture) for row in listed)
        if found and not is_listed:
            problems.append(f"{name}\n    " + "\n    ".join(found[:12]))
        if is_listed and not found and not by_chance(listed, name):
            problems.append(f"{name}\n    passes, but is listed in {TABLE.name}")
    for row in listed:
        if not any(fnmatchcase(name, row.capture) for name in results):
            problems.append(f"{row.capture}\n    is listed in {TABLE.name}, but no capture has this name")
    return problems


def by_chance(listed: list[Row], name: str) -> bool:
    """Tell whether a capture may pass or fail, since it depends on random ids or on a race of the real server."""
    return any(fnmatchcase(name, row.capture) and row.reason.startswith("chance: ") for row in listed)


async def main(version: str, scenario: str) -> None:
    """Print the verdict of one replay, for work on the sandbox."""
    from tests.wire import commands, rooms

    results = await (commands.replay if scenario == "commands" else rooms.replay)(version)
    problems = verdict(version, scenario, results)
    sys.stdout.write("\n".join(problems) + f"\n{len(problems)} of {len(results)} captures\n")


if __name__ == "__main__":
    import asyncio

    asyncio.run(main(sys.argv[1], sys.argv[2]))
