"""« coop-bot announce »: what is to be said and where, read, checked, sent, and told."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.destinations import Own
from bot.french.words import NBSP, plural
from cli.annonce import files
from cli.annonce.sending import Outcome, digest, enlist, said_so_far, send
from cli.errors import OperatorError
from cli.opening import begin_reading, check_channels, open_up_to_date
from cli.sending import Office, open_office
from commands.annonce.words import fault_of
from config.canaux import PlannedChannel
from config.settings import Settings
from storage import canaux as known
from storage import targets
from storage.annonce import Announcement

LENGTH_MAX = 100_000
"""Characters that are read of a text: much more than a post holds."""


async def announce(settings: Settings, options: Namespace, clock: Callable[[], datetime]) -> int:
    """Say it where it is not said yet; 1 when some channel has not got it, 0 otherwise."""
    check_channels(settings)
    announcement = Announcement(id="", text=_text(options.text), targets=[], created_at=clock())
    if fault := fault_of(announcement.text):
        raise OperatorError(f"--text : {fault}")
    attached = files.read(options.file)
    async with open_up_to_date(settings) as database, open_office(settings, database, clock) as office:
        async with begin_reading(database) as db:
            table = await known.planned(db, settings)
        announcement.targets = _targets(options.to, table)
        announcement.channels = await _channels(office, announcement.targets, table)
        announcement.digest = digest(announcement, [(each.path.name, each.digest) for each in attached])
        await files.check(office.chat, attached)
        if options.dry_run:
            outcome = await said_so_far(office, announcement)
        else:
            announcement.files = await files.brought(office, announcement, attached) if attached else {}
            kept = await enlist(office, announcement, again=options.again)
            outcome = await send(office, kept)
    _tell(outcome, announcement, options)
    return 0 if options.dry_run or outcome.sent == outcome.channels else 1


def _targets(text: str, table: Mapping[str, PlannedChannel]) -> list[str]:
    """The codes, each once, in one order whatever they were written in."""
    try:
        found = {targets.read(word, table) for word in text.split(",") if word.strip()}
    except ValueError as problem:
        raise OperatorError(f"--to : {problem}", code=2) from None
    if not found:
        raise OperatorError("--to : dites où, par exemple national ou 69,38.", code=2)
    if targets.asked_roles(found):
        raise OperatorError("--to : un rôle se joint en message direct, par /annonce dans Mattermost.", code=2)
    return sorted(found)


def _text(name: str) -> str:
    """The words, from a file or the standard input."""
    if name != "-" and not Path(name).is_file():
        raise OperatorError(f"Le fichier {name} n’existe pas, ou n’est pas un fichier.")
    try:
        text = sys.stdin.read(LENGTH_MAX) if name == "-" else Path(name).read_text("utf-8-sig")[:LENGTH_MAX]
    except UnicodeDecodeError:
        raise OperatorError("--text : ce n’est pas du texte UTF-8.") from None
    return text.strip()


async def _channels(office: Office, wanted: Sequence[str], table: Mapping[str, PlannedChannel]) -> dict[str, str]:
    """The channels that are meant, title by id; raises OperatorError where one cannot be written in."""
    own = await office.chat.own_channels()
    async with begin_reading(office.database) as db:
        remembered = await known.by_key(db)
    try:
        return Own(own, remembered).find(targets.channels(wanted, table))
    except ValueError as problem:
        raise OperatorError(f"{problem} Rien n’est envoyé.") from None


def _tell(outcome: Outcome, announcement: Announcement, options: Namespace) -> None:
    if options.json:
        print(json.dumps({"channels": outcome.channels, "sent": outcome.sent}))
    elif options.dry_run:
        print("\n".join(announcement.channels.values()))
        count = plural(outcome.channels, "canal", "canaux")
        along = f", {plural(len(options.file), 'fichier')} dans chacun" if options.file else ""
        print(_plain(f"{count}{along}, dont {outcome.sent} l’ont déjà. Rien n’est envoyé."))
    else:
        print(_plain(f"{plural(outcome.channels, 'canal', 'canaux')}, {outcome.sent} l’ont."))
    if not options.dry_run and outcome.sent < outcome.channels:
        print(_why(outcome), file=sys.stderr)


def _why(outcome: Outcome) -> str:
    if outcome.withdrawn:
        return "Quelqu’un l’a retirée pendant l’envoi."
    refused = f"Mattermost la refuse à : {', '.join(outcome.refused)}." if outcome.refused else ""
    why = refused or "Mattermost ne prend plus de messages."
    return f"{why} Relancez la même commande : elle reprend où elle en est."


def _plain(text: str) -> str:
    return text.replace(NBSP, " ")
