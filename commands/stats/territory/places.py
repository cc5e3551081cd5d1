"""Which territory a line asks for, and who may see what."""

import datetime as dt
import re
from collections.abc import Mapping

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.french.words import fold, join
from bot.periods import UNDERSTOOD, UnreadPeriod
from bot.texts import quote
from commands.stats.territory.months import Months, months_of
from config.departements import DEPARTEMENTS
from config.territories import NATION, REGION_NAMES, REGIONS, Territory, TerritoryKind, departement, region
from dialogs.stats import period_of
from storage.people import Person

_SHORT = {"paca": "93", "idf": "11", "aura": "84"}
_LEADS = {"de", "du", "des", "d", "le", "la", "les", "l", "en", "dans", "departement", "region"}
_LONGEST_NAME = 12
"""Words, hyphens standing alone among them, that a name may be written in: « Terres australes et antarctiques … »."""
_ELIDED = re.compile(r"\b([dl])['’]", re.IGNORECASE)
_DAY = dt.timedelta(days=1)


_UNDERSTOOD = UNDERSTOOD[0].lower() + UNDERSTOOD[1:]
_NEITHER: Mapping[TerritoryKind | None, str] = {
    TerritoryKind.DEPARTEMENT: "Je n’ai reconnu ni département ni période dans « {} ». Pour un département, donnez son "
    "nom ou son numéro : /stats departement Rhône septembre, /stats departement 69 mois dernier. Pour la période, {}",
    TerritoryKind.REGION: "Je n’ai reconnu ni région ni période dans « {} ». Pour une région, donnez son nom ou son "
    "numéro : /stats region Bretagne septembre, /stats region 53 mois dernier. Pour la période, {}",
}
"""What is said of a text that may also name a territory."""


class TerritoryQuery(Months):
    """A territory in whole months, as buttons and orders carry it; ``widened`` when other days were asked for."""

    kind: TerritoryKind
    code: str = ""
    widened: bool = False

    @property
    def territory(self) -> Territory:
        """The territory. Raises UserError when there is none of that code."""
        known: Mapping[TerritoryKind, Mapping[str, object]] = {
            TerritoryKind.DEPARTEMENT: DEPARTEMENTS,
            TerritoryKind.REGION: REGION_NAMES,
            TerritoryKind.NATIONAL: {"": ""},
        }
        if self.code not in known[self.kind]:
            raise UserError("Ce territoire n’existe pas, ou plus.")
        return Territory(self.kind, self.code)

    def about(self, period: Period, today: dt.date) -> dict[str, object]:
        """The fields of a payload that asks the same of other days."""
        return {"kind": self.kind, "code": self.code, **months_of(period, today).model_dump()}

    @property
    def same(self) -> dict[str, object]:
        """The fields of a payload that asks just this."""
        return {name: getattr(self, name) for name in TerritoryQuery.model_fields}


def read(ctx: Context, kind: TerritoryKind, text: str) -> TerritoryQuery:
    """What a line asks for: one’s own territory when it names none, this month when it says nothing of it.

    Raises UserError saying what is understood, or what this person may see.
    """
    code, rest = read_name(kind, text)
    period = period_in(ctx, rest, kind if code is None else None)
    if code is None:
        code = _own(ctx.user, kind)
    months = months_of(period, ctx.today)
    widened = months.period(ctx.today) != Period(period.start, min(period.end, ctx.today + _DAY))
    wanted = TerritoryQuery(kind=kind, code=code, widened=widened, **months.model_dump())
    check(ctx.user, wanted.territory)
    return wanted


def read_name(kind: TerritoryKind, text: str) -> tuple[str | None, str]:
    """The code of the territory that a text begins with, by code or name, and the rest of it."""
    words = _ELIDED.sub(r"\1 ", text).split()
    folded = [fold(word) for word in words]
    skipped = next((i for i, word in enumerate(folded) if word not in _LEADS), len(words))
    known = _codes_by_name(kind)
    for first in sorted({0, skipped}):
        for last in range(min(first + _LONGEST_NAME, len(words)), first, -1):
            if code := known.get(fold(" ".join(words[first:last]))):
                return code, " ".join(words[last:])
    return None, text.strip()


def period_in(ctx: Context, text: str, kind: TerritoryKind | None = None) -> Period:
    """The period of a text. Raises UserError saying what is understood."""
    try:
        return period_of(text, ctx.clues)
    except UnreadPeriod as problem:
        raise UserError(_NEITHER[kind].format(quote(text), _UNDERSTOOD) if kind in _NEITHER else str(problem)) from None
    except ValueError as problem:
        raise UserError(str(problem)) from None


def check(user: Person, territory: Territory) -> None:
    """Raises UserError, saying what this person may see, when that is not it."""
    if user.animates or territory in territories_of(user):
        return
    names = [t.name for t in territories_of(user) if t is not NATION]
    mine = f"Vous pouvez voir {join(['la France entière', *names])}." if names else _homeless()
    raise UserError(f"Les chiffres de ce territoire sont réservés aux animateurs de communauté. {mine}")


def territories_of(user: Person) -> list[Territory]:
    """What conseillers and coordinateurs see: the nation, their départements and régions."""
    codes = [code for code in user.departements if code in DEPARTEMENTS]
    regions = dict.fromkeys(REGIONS[code] for code in codes if code in REGIONS)
    return [NATION, *map(departement, codes), *map(region, regions)]


def _own(user: Person, kind: TerritoryKind) -> str:
    code = user.departement if user.departement in DEPARTEMENTS else None
    if kind is TerritoryKind.NATIONAL:
        return ""
    if code and (kind is TerritoryKind.DEPARTEMENT or code in REGIONS):
        return code if kind is TerritoryKind.DEPARTEMENT else REGIONS[code]
    if user.animates or code:
        example = "departement 69" if kind is TerritoryKind.DEPARTEMENT else "region Bretagne"
        raise UserError(f"De quel territoire ? Indiquez-le : /stats {example}.")
    raise UserError(_homeless())


def _homeless() -> str:
    return (
        "Je ne connais pas encore votre département : il se remplit avec votre premier compte rendu (/cra), ou "
        "demandez à l’équipe d’animation. D’ici là, vous pouvez voir la France entière : /stats national."
    )


def _codes_by_name(kind: TerritoryKind) -> Mapping[str, str]:
    if kind is TerritoryKind.DEPARTEMENT:
        return _names({code: d.nom for code, d in DEPARTEMENTS.items()})
    return _names(REGION_NAMES) | _SHORT if kind is TerritoryKind.REGION else {}


def _names(territories: Mapping[str, str]) -> dict[str, str]:
    """Codes and names as they may be written, with and without an article."""
    found = {fold(code): code for code in territories}
    for code, name in territories.items():
        words = fold(name).split()
        found |= {" ".join(words): code, " ".join(words[words[0] in _LEADS :]): code}
    return found
