"""The motives and measures of the charter: how they are called, what they weigh, which is proposed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

import structlog

from bot.context import Context
from bot.french.words import NBSP, join, plural
from bot.texts import Markdown, escape
from commands.moderation.cases import Decision
from config import charte
from config.charte import Graded, Motive
from config.settings import Settings
from config.tables import TableError
from storage import people
from storage.journal import AuditAct, label_of
from storage.moderation import measures
from storage.moderation.cases import Case, list_by_author
from storage.moderation.reports import Report

SANCTIONS = frozenset(
    {AuditAct.REMIND, AuditAct.WARN, AuditAct.HIDE, AuditAct.CLEAN, AuditAct.SILENCE, AuditAct.EXCLUDE}
)
"""The acts that count against somebody."""


log = structlog.get_logger()

YEAR = timedelta(days=365)
OTHER_MOTIVE = "autre"
"""The motive of who said none: it gives no reason."""
WEIGHTS = list(charte.MeasureKind)
"""Measures from the lightest to the heaviest."""
MEASURES = {
    charte.MeasureKind.NOTHING: "rien à faire",
    charte.MeasureKind.REMIND: "rappel de la charte",
    charte.MeasureKind.WARN: "avertissement",
    charte.MeasureKind.HIDE: "message masqué",
    charte.MeasureKind.SILENCE: "écriture suspendue",
    charte.MeasureKind.EXCLUDE: "exclusion du canal",
}


async def count_sanctions(ctx: Context, author_id: str) -> int:
    """How many times something was decided against somebody in the last twelve months, and not taken back: several
    measures of one case are one time."""
    found = await measures.list_since(ctx.db, author_id, ctx.now - YEAR)
    return len({m.case_id or -m.entry for m in found if m.counts and m.act in SANCTIONS})


def _load(settings: Settings) -> tuple[Mapping[str, Motive], str]:
    """The motives by key, and what is wrong with the charter, in French: one of both is empty."""
    try:
        return charte.read(settings.charter), ""
    except TableError as error:
        return {}, str(error)
    except (OSError, UnicodeError):
        return {}, "Le fichier de la charte (COOP_CHARTER) ne peut pas être lu."


def read_valid_charter(settings: Settings) -> Mapping[str, Motive]:
    """The motives by key; none while the charter cannot be used: then no measure is proposed."""
    return _load(settings)[0]


def find_charter_fault(settings: Settings) -> str:
    """What is wrong with the charter, in French; "" where nothing is."""
    return _load(settings)[1]


def _read_charter(ctx: Context) -> Mapping[str, Motive]:
    """The operator’s; while that cannot be read, the bot’s own: what is reported does not wait for it."""
    motives, fault = _load(ctx.settings)
    if fault:
        log.warning("charter_unreadable", problem=fault)
    return motives or charte.read()


def list_motives(ctx: Context) -> dict[str, str]:
    """Those of the charter, text by key."""
    return {key: motive.label for key, motive in _read_charter(ctx).items()}


def find_motive(ctx: Context, key: str) -> Motive:
    """A motive; the last one of the charter for a key that it has no more."""
    known = _read_charter(ctx)
    return known.get(key) or list(known.values())[-1]


async def propose_measure(ctx: Context, author_id: str, motive: str) -> Graded:
    """What the charter proposes to somebody for a motive, after what was decided against them before."""
    return find_motive(ctx, motive).grade(await count_sanctions(ctx, author_id))


def weigh_motive(ctx: Context, key: str) -> int:
    """How much a motive weighs: as the measure that the charter proposes for it the first time."""
    return WEIGHTS.index(find_motive(ctx, key).grade(0).measure)


def say_motives(ctx: Context, theirs: Iterable[Report]) -> str:
    """« Propos blessants × 2 ; Autre chose », the most frequent first."""
    counted = Counter(find_motive(ctx, one.motive).label for one in theirs)
    return " ; ".join(f"{label} × {count}" if count > 1 else label for label, count in counted.most_common())


def say_duration(lasts: timedelta) -> str:
    """« 2 heures », « 7 jours »."""
    return plural(lasts.days, "jour") if not lasts.seconds else plural(lasts // timedelta(hours=1), "heure")


def say_measure(graded: Graded) -> str:
    """A measure, with how long it lasts."""
    lasts = f" {say_duration(graded.lasts)}" if graded.lasts else ""
    return f"{MEASURES[graded.measure]}{lasts}"


def say_decision(decision: Decision) -> str:
    """The same of what is decided or proposed."""
    return say_measure(Graded(decision.measure, decision.lasts))


async def say_author(ctx: Context, case: Case) -> Markdown:
    """Who wrote it: also of who is not in the register."""
    known = await people.get(ctx.db, case.author_id)
    named = f"{known.full_name} (@{known.username})" if known and (known.prenom or known.nom) else f"@{case.author}"
    return Markdown(escape(named))


async def say_past(ctx: Context, case: Case) -> str:
    """Earlier cases of the author in twelve months, and what was decided about them."""
    since = ctx.now - YEAR
    others = [one for one in await list_by_author(ctx.db, case.author_id, since) if one.id != case.id]
    stood = [one for one in await measures.list_since(ctx.db, case.author_id, since) if one.counts]
    taken = Counter(label_of(one.act) for one in stood)
    dismissed = sum(one.act == AuditAct.DISMISS for one in others)
    told = [plural(len(others), "autre dossier", "autres dossiers")] if others else []
    told += [f"dont {dismissed}{NBSP}sans suite"] if dismissed else []
    told += [f"{label} × {count}" if count > 1 else label for label, count in taken.items()]
    return join(told) if told else "aucun"
