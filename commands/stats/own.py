"""« /stats »: one’s own figures, in words and pictures, for any period."""

from pathlib import Path

from bot.context import Context
from bot.direct import in_direct
from bot.errors import UserError
from bot.mistyped import refuse_mistyped
from bot.replies import Ask, Parcel, Replies, SendFile, Whisper
from bot.texts import render
from commands.stats.answers import answer, tell_details
from commands.stats.asking import OwnQuery, read
from commands.stats.buttons import Details, Other, Pictured, See
from commands.stats.feature import COMMUNITY, CONSEILLERS, feature
from commands.stats.papers import charts
from commands.stats.private import say_where_asked, whisper
from dialogs.stats import SeePeriod, period_of
from storage.people import Role

SUBCOMMAND_MIN = 5
"""Letters a word needs to be taken for a mistyped subcommand: periods have words of four."""


@feature.command(
    "stats",
    help="Voir vos statistiques, en mots et en graphiques",
    hint="[semaine | mois dernier | septembre | 2025]",
    roles=COMMUNITY,
)
async def see_own(ctx: Context, text: str) -> Replies:
    """One’s own figures of a period, this month’s when none is said."""
    if ctx.user.role is not Role.CONSEILLER:
        raise UserError("Vous n’avez pas de compte rendu à vous. Tapez /stats national ou /stats departement.")
    refuse_mistyped(feature, "stats", text, shortest=SUBCOMMAND_MIN)
    return await show(ctx, read(ctx, text))


@feature.button(See, roles=CONSEILLERS, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """The period before, or after."""
    return await show(ctx, click)


@feature.button(Other, roles=CONSEILLERS, writes=False)
async def other(ctx: Context, click: Other) -> Replies:
    """Which other period?"""
    return Ask(SeePeriod.draft(percent=click.percent))


@feature.submit(SeePeriod, roles=CONSEILLERS, writes=False)
async def choose_period(ctx: Context, form: SeePeriod) -> Replies:
    """The figures of the period chosen, or written."""
    period = form.written or period_of(form.usual or "", ctx.clues)
    return await show(ctx, OwnQuery(start=period.start, end=period.end, percent=form.percent))


@feature.button(Details, roles=CONSEILLERS, writes=False)
async def details(ctx: Context, click: Details) -> Replies:
    """Every figure of a period."""
    return await say_where_asked(ctx, await tell_details(ctx, click))


@feature.command("stats aide", help="Ce que comptent les statistiques", roles=COMMUNITY)
async def explain(ctx: Context, _: str) -> Replies:
    """What each figure counts."""
    return Whisper(render("stats/aide"))


async def show(ctx: Context, asked: OwnQuery) -> Replies:
    """The figures where they were asked for; the pictures always where nobody else sees them."""
    pictures = SendFile(user_id=ctx.user.id, order=Pictured(**asked.same))
    if await in_direct(ctx):
        return pictures
    said = await answer(ctx, asked)
    if not said.drawn:
        return Whisper(said.text, said.buttons)
    return whisper(said.text, said.buttons, pictures)


@feature.file(Pictured, name="stats.Pictured", roles=CONSEILLERS)
async def picture(ctx: Context, order: Pictured, folder: Path) -> Parcel:
    """The figures with their charts."""
    said = await answer(ctx, order)
    files = await ctx.compute(lambda: charts(said.page, folder)) if said.drawn else []
    return Parcel(said.text, said.buttons, files=files)
