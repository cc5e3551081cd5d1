"""How « coop-bot channels » tells what it found and what it did."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence

from bot.french.words import NBSP, plural
from cli.canaux.mending import Outcome
from commands.canaux.repair.comparing import Surveyed
from commands.canaux.repair.words import count_done
from storage.canaux.changes import Change
from storage.canaux.drift import OUTSIDERS, Drift, Finding

SHOWN, NAMED = 50, 5
"""Lines that are told to who reads, and names in one of them."""
ELSEWHERE = {Drift.PUT_AWAY}
"""What this command never puts right."""


def tell_check(surveyed: Sequence[Surveyed], *, as_json: bool) -> None:
    """Say what is not as planned."""
    if as_json:
        print(json.dumps(_as_object(surveyed), ensure_ascii=False))
        return
    findings = [finding for found in surveyed for finding in found.findings]
    print("\n".join(_lines(findings, len(surveyed))))


def _as_object(surveyed: Sequence[Surveyed]) -> dict[str, object]:
    """As docs/wire.md describes it."""
    findings = [finding for found in surveyed for finding in found.findings]
    people = [f for f in findings if f.drift is Drift.MISSING or f.drift in OUTSIDERS]
    return {
        "channels": len(surveyed),
        "members": sum(found.members for found in surveyed),
        "missing": [_of_somebody(f) for f in people if f.drift is Drift.MISSING],
        "intruders": [_of_somebody(f) for f in people if f.drift in OUTSIDERS],
        "wrong": [{"channel": f.address, "reason": _reason(f)} for f in findings if f not in people],
    }


def _of_somebody(finding: Finding) -> dict[str, str]:
    return {"channel": finding.address, "user": finding.username, "reason": finding.reason}


def _reason(finding: Finding | Change) -> str:
    return f"@{finding.username} {finding.reason}" if finding.username else finding.reason


def _lines(findings: Sequence[Finding], channels: int) -> Iterator[str]:
    """What is not as planned, to be read: those who are missing in a channel for one reason stand together."""
    told = [f"{finding.address} : {_reason(finding)}" for finding in findings if finding.drift is not Drift.MISSING]
    absent: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        if finding.drift is Drift.MISSING:
            absent.setdefault((finding.address, finding.reason), []).append(f"@{finding.username}")
    told += [f"{address} : il manque {_names(names)} ({reason})" for (address, reason), names in absent.items()]
    yield from told[:SHOWN]
    if len(told) > SHOWN:
        yield f"… et {_count(len(told) - SHOWN, 'autre ligne')} (tout : --json)."
    yield f"{_count(channels, 'canal', 'canaux')}, {_count(len(findings), 'écart') if findings else 'aucun écart'}."


def _names(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - NAMED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:NAMED])} et {_count(more, 'autre')}"


def _count(number: int, one: str, many: str | None = None) -> str:
    return plural(number, one, many).replace(NBSP, " ")


def tell(outcome: Outcome, left: Sequence[Finding], options: Namespace) -> None:
    """Say what was put right, what could not be, and what was ``left`` as it is."""
    for finding, why in outcome.failed:
        print(f"{finding.address} : {_reason(finding)} ; {why}", file=sys.stderr)
    for finding in left:
        print(f"{finding.address} : {_reason(finding)} ; laissé tel quel", file=sys.stderr)
    if options.json:
        done = {drift.value: outcome.done[drift] for drift in Drift if drift not in ELSEWHERE}
        told = {"dry_run": options.dry_run, "done": done, "failed": len(outcome.failed), "left": len(left)}
        print(json.dumps(told))
        return
    said = [words.replace(NBSP, " ") for words in count_done(outcome.done)]
    begin = "Serait fait : " if options.dry_run else ""
    print(f"{begin}{', '.join(said)}." if said else "Les canaux sont déjà comme prévu.")
