"""« coop-bot import resources »: imports a file of resources; good lines are stored once, bad ones explained."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.journal import note
from cli.ressources.lines import GONE, THEMES_JOINED_BY
from cli.tables import Cells, Complain, LineCounts, LineImport, read_if_filled, refuse_faults, sum_up, take_turn
from config.ressources import LISTS, choice_of
from config.themes import bits, theme_of
from storage import people
from storage.cra import files
from storage.cra.files import BadLineError
from storage.database import Database
from storage.journal import AuditAct
from storage.ressources import resources
from storage.urls import guess_type, read_link


@dataclass(slots=True)
class ResourcesOutcome(LineCounts):
    """The counts of an import of resources; ``withdrawn`` lines removed a resource."""

    withdrawn: int = 0

    def __str__(self) -> str:
        withdrawn = [(self.withdrawn, "retirée")] if self.withdrawn else []
        written = [(self.added, "fiche ajoutée"), (self.changed, "changée"), *withdrawn]
        is_news = self.added or self.changed or self.withdrawn or self.refused
        return sum_up(*written, (self.same, "inchangée"), (self.refused, "refusée"), is_news=is_news)


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """A line’s values by the columns of the table; ``is_gone`` says that a remote list no longer has it."""

    source: str
    said: Mapping[str, Any]
    is_gone: bool = False

    @property
    def key(self) -> str:
        """The key by which the resource is recognised."""
        return resources.make_key(self.said.get("url", ""), self.said["titre"]) if self.said else ""


@dataclass(slots=True)
class _Known:
    """The resources that a batch may be about, and its changes."""

    keys: dict[str, resources.Resource]
    sources: dict[str, resources.Resource]
    authors: Mapping[str, str]
    written: dict[str, resources.Resource] = field(default_factory=dict)

    def about(self, line: ResourceLine) -> resources.Resource | None:
        """Return the resource of a line."""
        return (self.sources.get(line.source) if line.source else None) or self.keys.get(line.key)

    def keep(self, resource: resources.Resource) -> None:
        """Add a resource that was created or changed."""
        self.keys[resource.key] = self.written[resource.key] = resource
        if resource.source:
            self.sources[resource.source] = resource


@dataclass(slots=True)
class ResourcesImport(LineImport[ResourceLine, ResourcesOutcome]):
    """An import of resources."""

    database: Database
    now: datetime
    complain: Complain
    outcome: ResourcesOutcome = field(default_factory=ResourcesOutcome)

    def read(self, number: int, line: Cells) -> ResourceLine:
        """Read a line. Raises BadLineError that names every fault."""
        return read_line(line)

    async def store(self, batch: Sequence[tuple[int, ResourceLine]]) -> None:
        """Store the resources that changed; of two lines about one resource the last wins."""
        async with take_turn(self.database) as db:
            revision = await resources.begin_writing(db)
            known = await _known(db, [line for _, line in batch])
            for number, line in batch:
                try:
                    self._take(known, number, line)
                except BadLineError as fault:
                    self.refuse(number, fault)
            await resources.write_resources(db, list(known.written.values()), revision)
            if known.written:
                titles = [each.titre for each in known.written.values()]
                await note(db, AuditAct.IMPORT, "import:resources", self.now, fiches=titles)

    def _take(self, known: _Known, number: int, line: ResourceLine) -> None:
        before = known.about(line)
        if before is None:
            self._add(known, number, line)
        elif _is_out(before) or (line.source and not before.source):
            # What animateurs took out stays out; what people deposited is not a list’s to change.
            self.outcome.same += 1
        elif line.is_gone:
            self._withdraw(known, number, before)
        else:
            self._change(known, number, before, line)

    def _add(self, known: _Known, number: int, line: ResourceLine) -> None:
        if line.is_gone:
            self.outcome.same += 1
            return
        usual = {"type": guess_type(line.said.get("url", "")), "date": self.now.date()}
        told: dict[str, Any] = {**usual, **line.said, **_author(known, line.said), "key": line.key}
        state, now = resources.ResourceState.PUBLISHED, self.now
        dated: dict[str, Any] = {"created_at": now, "changed_at": now, "published_at": now}
        known.keep(resources.Resource(**told, source=line.source, state=state, **dated, revision=0))
        self.outcome.note(number, "added", line.said["titre"])

    def _withdraw(self, known: _Known, number: int, before: resources.Resource) -> None:
        if before.state is resources.ResourceState.WITHDRAWN:
            self.outcome.same += 1
            return
        before.sqlmodel_update({"state": resources.ResourceState.WITHDRAWN, "changed_at": self.now})
        known.keep(before)
        self.outcome.note(number, "withdrawn", before.titre)

    def _change(self, known: _Known, number: int, before: resources.Resource, line: ResourceLine) -> None:
        key = before.key if before.key == line.key or "url" not in line.said else line.key
        if key != before.key and key in known.keys:
            raise BadLineError(f"url : ce lien est déjà celui de la fiche {known.keys[key].id or 'd’une autre ligne'}")
        new = {**line.said, **_author(known, line.said), "key": key, "state": resources.ResourceState.PUBLISHED}
        columns = [name for name, value in new.items() if getattr(before, name) != value]
        if not columns:
            self.outcome.same += 1
            return
        known.written.pop(before.key, None)
        known.keys.pop(before.key, None)
        before.sqlmodel_update({**new, "changed_at": self.now})
        known.keep(before)
        self.outcome.note(number, "changed", before.titre, [name for name in columns if name in line.said])


def _is_out(resource: resources.Resource) -> bool:
    """Return whether somebody refused or withdrew a resource."""
    return resource.state in {resources.ResourceState.REFUSED, resources.ResourceState.WITHDRAWN} and bool(
        resource.decided_by
    )


def _author(known: _Known, said: Mapping[str, Any]) -> dict[str, str]:
    return {"auteur_id": known.authors.get(said["auteur"], "")} if "auteur" in said else {}


async def _known(db: AsyncSession, lines: Sequence[ResourceLine]) -> _Known:
    keys = {line.key for line in lines if line.key}
    found = await resources.find_by_keys(db, keys, {line.source for line in lines if line.source})
    names = {line.said["auteur"] for line in lines if line.said.get("auteur")}
    authors: dict[str, str] = {}
    for person in await people.among(db, usernames=names) if names else ():
        # Two of one name: nobody knows which of them it is.
        authors[person.username] = "" if person.username in authors else person.id
    db.expunge_all()
    return _Known({one.key: one for one in found}, {one.source: one for one in found if one.source}, authors)


_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]")
_LEFT_ALONE = ("date", "type")
"""The columns in which an empty cell leaves the present value."""


def read_line(line: Cells) -> ResourceLine:
    """Read the values of a line. Raises BadLineError that names every fault."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, reader in READERS.items():
        if name not in line and name != "titre":
            continue
        try:
            values[name] = reader(line.get(name, "").strip())
        except ValueError as fault:
            faults.append(f"{name} : {fault}")
    source = values.pop("source", "")
    if line.get(GONE):
        return ResourceLine(source, {}, is_gone=True)
    refuse_faults(faults)
    return ResourceLine(source, {name: value for name, value in values.items() if value or name not in _LEFT_ALONE})


def _title(text: str) -> str:
    return files.read_needed_text(files.make_text_reader(resources.TITLE_MAX)(" ".join(text.split())))


def _description(text: str) -> str:
    kept = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if _INVISIBLE.search(kept):
        raise ValueError("des caractères sont illisibles ou invisibles, enregistrez le fichier en UTF-8")
    if len(kept) > resources.DESCRIPTION_MAX:
        raise ValueError(f"{resources.DESCRIPTION_MAX} caractères au plus")
    return kept


def _choice(liste: str, text: str) -> str:
    choice = choice_of(liste, text) if text else None
    if text and choice is None:
        raise ValueError(f"« {text[:40]} » n’est pas un de : {', '.join(LISTS[liste])}")
    return choice.code if choice else ""


def _themes(text: str) -> int:
    found = [(part, theme_of(part)) for part in map(str.strip, text.split(THEMES_JOINED_BY)) if part]
    if unknown := [part[:40] for part, theme in found if theme is None]:
        raise ValueError(f"« {unknown[0]} » n’est pas un thème des comptes rendus")
    return bits(theme.code for _, theme in found if theme)


def _short(most: int, text: str) -> str:
    return files.make_text_reader(most)(text) or ""


READERS: Mapping[str, Callable[[str], Any]] = {
    "titre": _title,
    "description": _description,
    "url": read_if_filled(read_link, ""),
    "categorie": partial(_choice, "categorie"),
    "themes": _themes,
    "type": partial(_choice, "type"),
    "licence": partial(_short, resources.LICENCE_MAX),
    "auteur": read_if_filled(files.read_username, ""),
    "date": read_if_filled(files.read_day),
    "niveau": partial(_choice, "niveau"),
    "public": partial(_choice, "public"),
    "source": partial(_short, resources.SOURCE_MAX),
}
