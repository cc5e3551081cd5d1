"""« /stats »: one’s own figures, in words and pictures, for any period."""

from pathlib import Path

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.context import Context
from bot.errors import UserError
from bot.french.words import fold
from bot.replies import Ask, Parcel, Replies, SendFile, Whisper
from bot.texts import render
from commands.stats.answers import answered, detailed, figures_of, page_of
from commands.stats.asking import OwnQuery, read
from commands.stats.buttons import Details, Other, Pictured, See
from commands.stats.feature import COMMUNITY, CONSEILLERS, feature
from commands.stats.papers import charts
from commands.stats.private import in_direct, where_asked, whispered
from dialogs.stats import SeePeriod, period_of
from storage.people import Role

SLIPS = 2
SUBCOMMAND_MIN = 5
"""How many letters may be wrong in a word taken for a mistyped subcommand, and how many it needs."""


@feature.command(
    "stats",
    help="Voir vos statistiques, en mots et en graphiques",
    hint="[semaine | mois dernier | septembre | 2025]",
    roles=COMMUNITY,
)
async def mine(ctx: Context, text: str) -> Replies:
    """One’s own figures of a period, this month’s when none is said."""
    if ctx.user.role is not Role.CONSEILLER:
        raise UserError("Vous n’avez pas de compte rendu à vous. Tapez /stats national ou /stats departement.")
    _not_a_subcommand(text)
    return await shown(ctx, read(ctx, text))


@feature.button(See, roles=CONSEILLERS, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """The period before, or after."""
    return await shown(ctx, click)


@feature.button(Other, roles=CONSEILLERS, writes=False)
async def other(ctx: Context, click: Other) -> Replies:
    """Which other period?"""
    return Ask(SeePeriod.draft(percent=click.percent))


@feature.submit(SeePeriod, roles=CONSEILLERS, writes=False)
async def chosen(ctx: Context, form: SeePeriod) -> Replies:
    """The figures of the period chosen, or written."""
    period = form.written or period_of(form.usual or "", ctx.clues)
    return await shown(ctx, OwnQuery(start=period.start, end=period.end, percent=form.percent))


@feature.button(Details, roles=CONSEILLERS, writes=False)
async def details(ctx: Context, click: Details) -> Replies:
    """Every figure of a period."""
    return await where_asked(ctx, await detailed(ctx, click))


@feature.command("stats aide", help="Ce que comptent les statistiques", roles=COMMUNITY)
async def explain(ctx: Context, _: str) -> Replies:
    """What each figure counts."""
    return Whisper(render("stats/aide"))


async def shown(ctx: Context, asked: OwnQuery) -> Replies:
    """The figures where they were asked for; the pictures always where nobody else sees them."""
    pictures = SendFile(user_id=ctx.user.id, order=Pictured(**asked.same))
    if await in_direct(ctx):
        return pictures
    answer = await answered(ctx, asked, await figures_of(ctx, asked))
    if not answer.filled:
        return Whisper(answer.text, answer.buttons)
    return whispered(answer.text, answer.buttons, pictures)


@feature.file(Pictured, roles=CONSEILLERS)
async def pictured(ctx: Context, order: Pictured, folder: Path) -> Parcel:
    """The figures with their charts."""
    figures = await figures_of(ctx, order)
    answer, page = await answered(ctx, order, figures), await page_of(ctx, order, figures)
    files = await ctx.compute(lambda: charts(page, folder)) if answer.filled else []
    return Parcel(answer.text, answer.buttons, files=files)


def _not_a_subcommand(line: str) -> None:
    """« /stats exprter pdf » is no period: say what was likely meant."""
    word, _, rest = fold(line).partition(" ")
    names = [t.key[1].removeprefix("stats ") for t in feature.triggers if t.key[0] == "command" and " " in t.key[1]]
    meant = extractOne(word, names, processor=fold, scorer=OSA.distance, score_cutoff=SLIPS)
    if meant and len(word) >= SUBCOMMAND_MIN:
        raise UserError(f"Vouliez-vous dire `/stats {' '.join(filter(None, (meant[0], rest)))}` ?")
