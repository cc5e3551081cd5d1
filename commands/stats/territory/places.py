"""Which territory a line asks for, and who may see what."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.french.words import fold, join
from bot.texts import quote
from commands.stats.territory.months import Months, months_of
from config.departements import DEPARTEMENTS
from dialogs.stats import UNDERSTOOD, NoPeriod, period_of
from storage.people import Person, Role
from storage.stats.queries import NATION as EVERYWHERE
from storage.stats.queries import Territory
from storage.stats.territories import REGIONS

NAMES_OF_REGIONS = {d.code_region: d.region for d in DEPARTEMENTS.values() if d.code_region}
_SHORT = {"paca": "93", "idf": "11", "aura": "84"}
_LEADS = {"de", "du", "des", "d", "le", "la", "les", "l", "en", "dans", "departement", "region"}
_LONGEST_NAME = 12
"""Words, hyphens standing alone among them, that a name may be written in: « Terres australes et antarctiques … »."""
_ELIDED = re.compile(r"\b([dl])['’]", re.IGNORECASE)
_DAY = dt.timedelta(days=1)


class Kind(StrEnum):
    """The sizes of territories."""

    DEPARTEMENT = "departement"
    REGION = "region"
    NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Place:
    """A territory; the nation has no code."""

    kind: Kind
    code: str = ""

    @property
    def territory(self) -> Territory:
        """What is counted for it."""
        if self.kind is Kind.NATIONAL:
            return EVERYWHERE
        inside = (self.code,) if self.kind is Kind.DEPARTEMENT else (c for c, r in REGIONS.items() if r == self.code)
        return Territory(tuple(inside))

    @property
    def name(self) -> str:
        """« Rhône (69) », « Auvergne-Rhône-Alpes », « France entière »."""
        if self.kind is Kind.DEPARTEMENT:
            return f"{DEPARTEMENTS[self.code].nom} ({self.code})"
        return NAMES_OF_REGIONS[self.code] if self.kind is Kind.REGION else "France entière"


NATION = Place(Kind.NATIONAL)


class Wanted(Months):
    """A territory in whole months, as buttons and orders carry it; ``widened`` when other days were asked for."""

    kind: Kind
    code: str = ""
    widened: bool = False

    @property
    def place(self) -> Place:
        """The territory. Raises UserError when there is none of that code."""
        known: Mapping[Kind, Mapping[str, object]] = {
            Kind.DEPARTEMENT: DEPARTEMENTS,
            Kind.REGION: NAMES_OF_REGIONS,
            Kind.NATIONAL: {"": ""},
        }
        if self.code not in known[self.kind]:
            raise UserError("Ce territoire n’existe pas, ou plus.")
        return Place(self.kind, self.code)

    def about(self, period: Period, today: dt.date) -> dict[str, object]:
        """The fields of a payload that asks the same of other days."""
        return {"kind": self.kind, "code": self.code, **months_of(period, today).model_dump()}

    @property
    def same(self) -> dict[str, object]:
        """The fields of a payload that asks just this."""
        return {name: getattr(self, name) for name in Wanted.model_fields}


def read(ctx: Context, kind: Kind, text: str) -> Wanted:
    """What a line asks for: one’s own territory when it names none, this month when it says nothing of it.

    Raises UserError saying what is understood, or what this person may see.
    """
    code, rest = named(kind, text)
    period = period_in(ctx, rest, kind if code is None else None)
    if code is None:
        code = _own(ctx.user, kind)
    months = months_of(period, ctx.today)
    widened = months.period(ctx.today) != Period(period.start, min(period.end, ctx.today + _DAY))
    wanted = Wanted(kind=kind, code=code, widened=widened, **months.model_dump())
    check(ctx.user, wanted.place)
    return wanted


def named(kind: Kind, text: str) -> tuple[str | None, str]:
    """The code of the territory that a text begins with, by code or name, and the rest of it."""
    words = _ELIDED.sub(r"\1 ", text).split()
    folded = [fold(word) for word in words]
    skipped = next((i for i, word in enumerate(folded) if word not in _LEADS), len(words))
    known = _known(kind)
    for first in sorted({0, skipped}):
        for last in range(min(first + _LONGEST_NAME, len(words)), first, -1):
            if code := known.get(fold(" ".join(words[first:last]))):
                return code, " ".join(words[last:])
    return None, text.strip()


def period_in(ctx: Context, text: str, kind: Kind | None = None) -> Period:
    """The period of a text. Raises UserError saying what is understood."""
    try:
        return period_of(text, ctx.clues)
    except NoPeriod:
        pass
    except ValueError as problem:
        raise UserError(str(problem)) from None
    said = {
        Kind.DEPARTEMENT: "ni département ni période dans « {} ». Pour un département, donnez son nom ou son numéro : "
        "/stats departement Rhône septembre, /stats departement 69 mois dernier.",
        Kind.REGION: "ni région ni période dans « {} ». Pour une région, donnez son nom ou son numéro : "
        "/stats region Bretagne septembre, /stats region 53 mois dernier.",
    }.get(kind or Kind.NATIONAL, "aucune période dans « {} ».")
    period = UNDERSTOOD[0].lower() + UNDERSTOOD[1:]
    raise UserError(f"Je n’ai reconnu {said.format(quote(text))} Pour la période, {period}")


def check(user: Person, place: Place) -> None:
    """Raises UserError, saying what this person may see, when that is not it."""
    if user.role is Role.ANIMATEUR or place in visible(user):
        return
    names = [p.name for p in visible(user) if p is not NATION]
    mine = f"Vous pouvez voir {join(['la France entière', *names])}." if names else _homeless()
    raise UserError(f"Les chiffres de ce territoire sont réservés aux animateurs de communauté. {mine}")


def visible(user: Person) -> list[Place]:
    """What conseillers and coordinateurs see: the nation, their départements and régions."""
    codes = [code for code in user.departements if code in DEPARTEMENTS]
    regions = dict.fromkeys(REGIONS[code] for code in codes if code in REGIONS)
    mine = [*(Place(Kind.DEPARTEMENT, c) for c in codes), *(Place(Kind.REGION, c) for c in regions)]
    return [NATION, *mine]


def _own(user: Person, kind: Kind) -> str:
    code = user.departement if user.departement in DEPARTEMENTS else None
    if kind is Kind.NATIONAL:
        return ""
    if code and (kind is Kind.DEPARTEMENT or code in REGIONS):
        return code if kind is Kind.DEPARTEMENT else REGIONS[code]
    if user.role is Role.ANIMATEUR or code:
        example = "departement 69" if kind is Kind.DEPARTEMENT else "region Bretagne"
        raise UserError(f"De quel territoire ? Indiquez-le : /stats {example}.")
    raise UserError(_homeless())


def _homeless() -> str:
    return (
        "Je ne connais pas encore votre département : il se remplit avec votre premier compte rendu (/cra), ou "
        "demandez à l’équipe d’animation. D’ici là, vous pouvez voir la France entière : /stats national."
    )


def _known(kind: Kind) -> Mapping[str, str]:
    if kind is Kind.DEPARTEMENT:
        return _names({code: d.nom for code, d in DEPARTEMENTS.items()})
    return _names(NAMES_OF_REGIONS) | _SHORT if kind is Kind.REGION else {}


def _names(territories: Mapping[str, str]) -> dict[str, str]:
    """Codes and names as they may be written, with and without an article."""
    found = {fold(code): code for code in territories}
    for code, name in territories.items():
        words = fold(name).split()
        found |= {" ".join(words): code, " ".join(words[words[0] in _LEADS :]): code}
    return found
