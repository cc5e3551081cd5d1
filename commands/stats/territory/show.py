"""« /stats departement », « region » and « national »: what a territory did, for those who may see it."""

from dataclasses import replace
from pathlib import Path

from bot.context import Context
from bot.direct import in_direct
from bot.french.neighbours import period_after, period_before
from bot.french.words import fold
from bot.replies import Button, Parcel, Replies, SendFile, Whisper
from commands.stats.feature import COMMUNITY, feature
from commands.stats.papers import charts
from commands.stats.private import whisper
from commands.stats.territory.answers import answer
from commands.stats.territory.papers import TakeDepartements, export
from commands.stats.territory.places import TerritoryQuery, check, read
from config.territories import TerritoryKind

EXPORT = "exporter"
WAITING, DONE = "Préparation des chiffres…", "Voici les chiffres, juste en dessous."


class SeeTerritory(TerritoryQuery):
    """« Voir octobre 2026 »: the territory in other months."""


class TerritoryPictures(TerritoryQuery):
    """The answer with its pictures, sent as a direct message."""


@feature.command(
    "stats departement",
    help="Voir les chiffres d’un département (le vôtre si vous n’en nommez pas)",
    hint="[69 | Rhône] [mois dernier | septembre | 2025]",
    roles=COMMUNITY,
)
async def of_departement(ctx: Context, text: str) -> Replies:
    """The figures of a département; « exporter » is no name of one, but asks for the table of all."""
    word, _, rest = text.strip().partition(" ")
    if fold(word) == EXPORT:
        return await export(ctx, rest)
    return await show(ctx, read(ctx, TerritoryKind.DEPARTEMENT, text))


@feature.command(
    "stats region",
    help="Voir les chiffres d’une région (la vôtre si vous n’en nommez pas)",
    hint="[Bretagne] [mois dernier | septembre | 2025]",
    roles=COMMUNITY,
)
async def of_region(ctx: Context, text: str) -> Replies:
    """The figures of a région."""
    return await show(ctx, read(ctx, TerritoryKind.REGION, text))


@feature.command(
    "stats national",
    help="Voir les chiffres de la France entière",
    hint="[mois dernier | septembre | 2025]",
    roles=COMMUNITY,
)
async def of_nation(ctx: Context, text: str) -> Replies:
    """The figures of the nation."""
    return await show(ctx, read(ctx, TerritoryKind.NATIONAL, text))


@feature.button(SeeTerritory, roles=COMMUNITY, writes=False)
async def see(ctx: Context, click: SeeTerritory) -> Replies:
    """The months before, or after."""
    return await show(ctx, click)


async def show(ctx: Context, wanted: TerritoryQuery) -> Replies:
    """The figures where they were asked for; the pictures always where nobody else sees them."""
    check(ctx.user, wanted.territory)
    pictures = SendFile(user_id=ctx.user.id, order=TerritoryPictures(**wanted.same))
    if await in_direct(ctx):
        return replace(pictures, waiting=WAITING)
    said = await answer(ctx, wanted)
    if not said.drawn:
        return Whisper(said.text, buttons(ctx, wanted))
    return whisper(said.text, buttons(ctx, wanted), pictures)


@feature.file(TerritoryPictures, name="stats.TerritoryPictures", roles=COMMUNITY)
async def pictures(ctx: Context, order: TerritoryPictures, folder: Path) -> Parcel:
    """The figures with their charts."""
    check(ctx.user, order.territory)
    said = await answer(ctx, order)
    files = await ctx.compute(lambda: charts(said.page, folder)) if said.drawn else []
    return Parcel(said.text, buttons(ctx, order), files=files, done=DONE)


def buttons(ctx: Context, wanted: TerritoryQuery) -> list[Button]:
    """Where to go from there."""
    period = wanted.period(ctx.today)
    beside = [period_before(period), period_after(period, ctx.today)]
    found = [Button(f"Voir {p.label}", SeeTerritory(**wanted.about(p, ctx.today))) for p in beside if p]
    if ctx.user.animates:
        found.append(Button("Exporter", TakeDepartements(start=wanted.start, end=wanted.end)))
    return found
