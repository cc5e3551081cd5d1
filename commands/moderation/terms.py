"""How measures, durations and people are called."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

import structlog

from bot.context import Context
from bot.french.words import NBSP, join, plural
from bot.texts import Markdown, escape
from commands.moderation.decision import Decision
from config import charte
from config.charte import Graded, Motive
from storage import people
from storage.journal import Act, label_of
from storage.moderation import measures
from storage.moderation.cases import Case, of_author
from storage.moderation.reports import Report

log = structlog.get_logger()

YEAR = timedelta(days=365)
OTHER = "autre"
"""The motive of who said none: it gives no reason."""
WEIGHTS = list(charte.Measure)
"""Measures from the lightest to the heaviest."""
MEASURES = {
    charte.Measure.NOTHING: "rien à faire",
    charte.Measure.REMIND: "rappel de la charte",
    charte.Measure.WARN: "avertissement",
    charte.Measure.HIDE: "message masqué",
    charte.Measure.SILENCE: "écriture suspendue",
    charte.Measure.EXCLUDE: "exclusion du canal",
}


def _charter(ctx: Context) -> Mapping[str, Motive]:
    """The operator’s; while that cannot be read, the bot’s own: what is reported does not wait for it."""
    try:
        return charte.read(ctx.settings.charter)
    except (charte.TableError, OSError) as problem:
        log.warning("charter_unreadable", problem=str(problem))
        return charte.read()


def motives(ctx: Context) -> dict[str, str]:
    """Those of the charter, text by key."""
    return {key: motive.label for key, motive in _charter(ctx).items()}


def motive_of(ctx: Context, key: str) -> Motive:
    """A motive; the last one of the charter for a key that it has no more."""
    known = _charter(ctx)
    return known.get(key) or list(known.values())[-1]


def gravity(ctx: Context, key: str) -> int:
    """How much a motive weighs: as the measure that the charter proposes for it the first time."""
    return WEIGHTS.index(motive_of(ctx, key).grade(0).measure)


def say_motives(ctx: Context, theirs: Iterable[Report]) -> str:
    """« Propos blessants × 2 ; Autre chose », the most frequent first."""
    counted = Counter(motive_of(ctx, one.motive).label for one in theirs)
    return " ; ".join(f"{label} × {count}" if count > 1 else label for label, count in counted.most_common())


def say_lasts(lasts: timedelta) -> str:
    """« 2 heures », « 7 jours »."""
    return plural(lasts.days, "jour") if not lasts.seconds else plural(lasts // timedelta(hours=1), "heure")


def say_graded(graded: Graded) -> str:
    """A measure, with how long it lasts."""
    lasts = f" {say_lasts(graded.lasts)}" if graded.lasts else ""
    return f"{MEASURES[graded.measure]}{lasts}"


def say_decision(decision: Decision) -> str:
    """The same of what is decided or proposed."""
    return say_graded(Graded(decision.measure, decision.lasts))


async def say_author(ctx: Context, case: Case) -> Markdown:
    """Who wrote it: also of who is not in the register."""
    known = await people.get(ctx.db, case.author_id)
    named = f"{known.full_name} (@{known.username})" if known and (known.prenom or known.nom) else f"@{case.author}"
    return Markdown(escape(named))


async def say_past(ctx: Context, case: Case) -> str:
    """Earlier cases of the author in twelve months, and what was decided about them."""
    since = ctx.now - YEAR
    others = [one for one in await of_author(ctx.db, case.author_id, since) if one.id != case.id]
    stood = [one for one in await measures.since(ctx.db, case.author_id, since) if one.counts]
    taken = Counter(label_of(one.act) for one in stood)
    dismissed = sum(one.act == Act.DISMISS for one in others)
    told = [plural(len(others), "autre dossier", "autres dossiers")] if others else []
    told += [f"dont {dismissed}{NBSP}sans suite"] if dismissed else []
    told += [f"{label} × {count}" if count > 1 else label for label, count in taken.items()]
    return join(told) if told else "aucun"
