"""Comptes rendus made for the tests of statistics, and their figures counted by hand: row by row, in Python."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import THEMES
from storage import people
from storage.cra import Activite, Age, Canal, Report, Source, Statut, Suite, queries
from storage.cra.queries import Filing
from storage.cra.report import DUREES, Duree
from storage.people import Person, Role
from storage.stats import Figures
from tests.databases import database

__all__ = ["database"]


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_keys = count()


def someone(name: str, departement: str | None = "69", structure: str | None = "Mairie") -> Person:
    """A conseiller of the register, not stored yet."""
    where = [departement] if departement else []
    return Person(id=name, username=name, role=Role.CONSEILLER, structure=structure, departements=where, since=NOON)


async def registered(db: AsyncSession, *persons: Person) -> None:
    """Store them."""
    for person in persons:
        await people.register_person(db, person)


def report(**changes: Any) -> Report:
    """A workshop of eight, or with changes; an individual one has one person unless said otherwise."""
    alone = changes.get("activite", Activite.COLLECTIF) is not Activite.COLLECTIF
    n = changes.setdefault("participants", 1 if alone else 8)
    said: dict[str, Any] = {
        "date": date(2026, 11, 10),
        "canal": Canal.RATTACHEMENT,
        "commune": "69256",
        "code_postal": "69120",
        "departement": "69",
        "activite": Activite.COLLECTIF,
        "ages": {Age.PLUS_60: n},
        "statuts": {Statut.RETRAITE: n},
        "themes": ("internet",),
        "minutes": 90,
    }
    return Report(**(said | changes))


async def file(db: AsyncSession, author: Person, *reports: Report) -> list[int]:
    """File them, and give their numbers."""
    how = [Filing(f"test:{next(_keys)}", Source.DIALOG, NOON) for _ in reports]
    return [(await queries.file_report(db, author, r, h)).number for r, h in zip(reports, how, strict=True)]


def counted(reports: Iterable[Report]) -> Figures:
    """The figures of reports, one addition at a time."""
    return sum((_alone(r) for r in reports), Figures())


def _alone(r: Report) -> Figures:
    collectif = r.activite is Activite.COLLECTIF
    return Figures() + Figures(
        accompagnements=1,
        ateliers=int(collectif),
        participants=r.participants if collectif else 0,
        individuels=int(r.activite is Activite.INDIVIDUEL),
        ponctuelles=int(r.activite is Activite.PONCTUEL),
        recurrents=r.recurrents or 0,
        minutes={a: r.minutes if a is r.activite else 0 for a in Activite},
        suites={s: r.suite.get(s, 0) for s in Suite},
        themes={code: int(code in r.themes) for code in THEMES},
        canaux={c: int(c is r.canal) for c in Canal},
        durees={d: int(d is _duree(r.minutes)) for d in Duree},
        ages={a: r.ages.get(a, 0) for a in Age},
        statuts={s: r.statuts.get(s, 0) for s in Statut},
        mois=Counter({r.date.replace(day=1): 1}),
    )


def _duree(minutes: int) -> Duree:
    if minutes <= 30:
        return Duree.JUSQU_A_30
    if minutes < 60:
        return Duree.DE_30_A_60
    return Duree.DE_60_A_120 if minutes < 120 else Duree.DES_120


@st.composite
def any_report(draw: st.DrawFn) -> Report:
    """Any report that may be filed, in the last months of 2026."""
    activite = draw(st.sampled_from(Activite))
    n = draw(st.integers(1, 30)) if activite is Activite.COLLECTIF else 1
    return report(
        date=draw(st.dates(date(2026, 8, 28), date(2026, 11, 24))),
        canal=draw(st.sampled_from(Canal)),
        activite=activite,
        participants=n,
        recurrents=draw(st.none() | st.integers(0, n)),
        ages=_split(draw, list(Age), n),
        statuts=_split(draw, list(Statut), n),
        themes=tuple(draw(st.sets(st.sampled_from(list(THEMES)), min_size=1, max_size=4))),
        minutes=draw(st.sampled_from(DUREES)),
        suite=_split(draw, list(Suite), draw(st.integers(0, n))),
    )


def _split(draw: st.DrawFn, codes: list[Any], n: int) -> dict[Any, int]:
    return dict(Counter(draw(st.lists(st.sampled_from(codes), min_size=n, max_size=n))))
