"""The page that papers show of the figures of the hotline, and the table of its parts."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.context import Context
from bot.french.durations import whole_minutes
from bot.papers import LabelledValue, Page, Section
from commands.hotline.figures.asking import Days, today
from commands.hotline.queues import say_queue
from config.departements import DEPARTEMENTS
from config.hotline import CATEGORIES
from storage.hotline.delays import Delays
from storage.hotline.figures import Figures, Part
from storage.stats import Percent, shares

MEASURED = (
    "Délais des premières réponses et des résolutions de ces jours-là, quel que soit le jour de la demande ; seules "
    "comptent les heures d’ouverture."
)
STILL_OPEN = "« En cours » compte les demandes ouvertes quand ce document a été établi."


@dataclass(frozen=True, slots=True)
class Row:
    """A part of all tickets: ``kind`` says of which sort, ``name`` which."""

    kind: str
    name: str
    part: Part


def page_of(ctx: Context, days: Days, figures: Figures, queues: Collection[str]) -> Page:
    """The page."""
    names = ", ".join(say_queue(ctx, code) for code in queues)
    return Page(
        title=f"Hotline — {names}",
        period=days.period.label,
        start=days.start,
        last=max(min(days.period.last, today(ctx)), days.start),
        today=today(ctx),
        sections=(_general(figures), _delays(figures), *_parts(ctx, figures), _reasons(figures)),
        notes=(MEASURED, STILL_OPEN),
        stem="Hotline",
    )


def rows(ctx: Context, figures: Figures) -> Iterator[Row]:
    """All tickets, then each part of them."""
    yield Row("Toutes", "", figures.whole)
    for kind, parts in named(ctx, figures).items():
        yield from (Row(kind, name, part) for name, part in parts.items())


def named(ctx: Context, figures: Figures) -> Mapping[str, Mapping[str, Part]]:
    """The parts by what they are called, under the name of their sort."""
    return {
        "File": {say_queue(ctx, code): part for code, part in figures.queues.items()},
        "Catégorie": {CATEGORIES.get(code, code): part for code, part in figures.categories.items()},
        "Département": {_place(code): part for code, part in figures.departements.items()},
    }


def _place(code: str) -> str:
    known = DEPARTEMENTS.get(code)
    return f"{known.nom} ({code})" if known else code or "Département inconnu"


def _general(figures: Figures) -> Section:
    counted = {
        "Demandes reçues": figures.whole.received,
        "Demandes résolues": figures.whole.resolutions.count,
        "Demandes évitées": figures.avoided,
        "Demandes en cours": figures.open_now,
        "Avis favorables": figures.liked,
        "Avis défavorables": figures.disliked,
    }
    return Section("general", "Général", "", tuple(LabelledValue(label, n) for label, n in counted.items()))


def _delays(figures: Figures) -> Section:
    told = {"Première réponse": figures.whole.answers, "Résolution": figures.whole.resolutions}
    lines = (line for name, delays in told.items() for line in _two(name, delays))
    return Section("delais", "Délais", "minutes", tuple(lines))


def _two(name: str, delays: Delays) -> Iterator[LabelledValue]:
    for share, delay in (("une sur deux", delays.median), ("neuf sur dix", delays.p90)):
        if delay is not None:
            yield LabelledValue(f"{name}, {share} au plus", whole_minutes(delay))


def _parts(ctx: Context, figures: Figures) -> Iterator[Section]:
    keys = {"File": ("files", "Par file"), "Catégorie": ("categories", "Par catégorie")}
    keys["Département"] = ("departements", "Par département")
    for kind, parts in named(ctx, figures).items():
        counts = {name: part.received for name, part in parts.items() if part.received}
        yield _counted(*keys[kind], counts)


def _reasons(figures: Figures) -> Section:
    counts = {reason.label.capitalize(): n for reason, n in figures.reasons.items()}
    return _counted("raisons", "Comment elles ont fini", counts)


def _counted(key: str, title: str, counts: Mapping[str, int]) -> Section:
    percents = shares(counts, sum(counts.values()), Percent.JUSTE)
    lines = (LabelledValue(name, n, percents[name]) for name, n in counts.items())
    return Section(key, title, "demandes", tuple(lines))
