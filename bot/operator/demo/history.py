"""The register and some months of comptes rendus for the demo’s people: plausible, and the same at each reset."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta

from bot.operator.demo.cast import CAST, Actor
from storage import people
from storage.communes import by_code
from storage.cra.queries import Filing, file
from storage.cra.values import Activite, Age, Canal, Report, Source, Statut, Suite
from storage.database import Database
from storage.people import Person, Role

DAYS = 120
SHARE = 0.5
"""Of the working days, those with a compte rendu."""
_THEMES = {
    "demarche en ligne": 9,
    "courriel": 7,
    "internet": 6,
    "equipement informatique": 6,
    "smartphone": 5,
    "vocabulaire": 3,
    "traitement texte": 3,
    "trouver emploi": 3,
    "securite": 2,
    "contenus numeriques": 2,
    "echanger": 2,
    "sante": 2,
}
_OF_AGE = {
    Age.MOINS_12: (Statut.ETUDIANT,),
    Age.DE_12_A_18: (Statut.ETUDIANT,),
    Age.DE_18_A_35: (Statut.SANS_EMPLOI, Statut.EN_EMPLOI, Statut.ETUDIANT),
    Age.DE_35_A_60: (Statut.EN_EMPLOI, Statut.SANS_EMPLOI),
    Age.PLUS_60: (Statut.RETRAITE,),
}


def registered(actor: Actor, user_id: str, since: datetime) -> Person:
    """The actor’s line in the register."""
    return Person(
        id=user_id,
        username=actor.username,
        role=Role(actor.role),
        structure=actor.structure,
        departements=[actor.departement] if actor.departement else [],
        commune=actor.communes[0] if actor.communes else None,
        code_postal=actor.code_postal,
        timezone=actor.timezone,
        since=since,
    )


async def fill(database: Database, ids: Mapping[str, str], now: datetime) -> int:
    """Write the register and the history, and say how many comptes rendus there are."""
    persons = {a.username: registered(a, ids[a.username], now - timedelta(days=2 * DAYS)) for a in CAST}
    reports = sorted(
        ((at, actor, report) for actor in CAST if actor.files_reports for at, report in _reports(actor, now)),
        key=lambda found: (found[0], found[1].username),
    )
    async with database.transaction() as db:
        for person in persons.values():
            await people.register(db, person)
        for number, (at, actor, report) in enumerate(reports):
            how = Filing(f"demo:{number}", Source.LINE if number % 4 == 0 else Source.DIALOG, at)
            await file(db, persons[actor.username], report, how)
    return len(reports)


def _reports(actor: Actor, now: datetime) -> Iterator[tuple[datetime, Report]]:
    """One or two on about half of the working days, noted at the end of the session, before now."""
    dice = random.Random(actor.username)  # noqa: S311  (a story, not a secret)
    zone = registered(actor, "", now).zone
    today = now.astimezone(zone).date()
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        if day.weekday() < 5 and dice.random() < SHARE:
            for hour in (11, 16)[: dice.choice((1, 1, 2))]:
                yield datetime.combine(day, time(hour, dice.randrange(60)), zone), _report(actor, day, dice)


def _report(actor: Actor, day: date, dice: random.Random) -> Report:
    activite = dice.choices(list(Activite), (3, 4, 3))[0]
    count = dice.randint(4, 12) if activite is Activite.COLLECTIF else 1
    place = dice.choices(actor.communes, (6, *(1 for _ in actor.communes[1:])))[0]
    commune = by_code(place)
    assert commune is not None
    ages, statuts = _public(count, dice)
    return Report(
        date=day,
        canal=dice.choices(list(Canal), (7, 2, 1, 1))[0],
        commune=place,
        code_postal=(actor.code_postal if place == actor.communes[0] else None) or commune.codes_postaux[0],
        departement=commune.departement,
        activite=activite,
        participants=count,
        ages=ages,
        statuts=statuts,
        themes=_themes(dice),
        minutes={Activite.COLLECTIF: (90, 120), Activite.INDIVIDUEL: (45, 60), Activite.PONCTUEL: (15, 30)}[activite][
            dice.randrange(2)
        ],
        suite=dice.choice(({}, {}, {Suite.ATELIER: 1}, {Suite.INDIVIDUEL: 1})),
        recurrents=dice.choice((None, 0, count // 2)),
    )


def _themes(dice: random.Random) -> tuple[str, ...]:
    drawn = dice.choices(list(_THEMES), list(_THEMES.values()), k=dice.randint(1, 3))
    return tuple(dict.fromkeys(drawn))


def _public(count: int, dice: random.Random) -> tuple[dict[Age, int], dict[Statut, int]]:
    """Everybody alike in most workshops, mixed in some."""
    drawn = dice.choices(list(Age), (1, 2, 4, 5, 8), k=count if dice.random() < 0.4 else 1)
    group = drawn * count if len(drawn) == 1 else drawn
    ages: dict[Age, int] = {}
    statuts: dict[Statut, int] = {}
    for age in group:
        ages[age] = ages.get(age, 0) + 1
        statut = dice.choice(_OF_AGE[age])
        statuts[statut] = statuts.get(statut, 0) + 1
    return ages, statuts
