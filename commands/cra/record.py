"""Filing: ``/cra`` opens the dialog or reads a line, and what is sent is stored once."""

import secrets
from datetime import date

from bot.context import Context
from bot.french.words import fold
from bot.mistyped import refuse_mistyped
from bot.replies import Ask, Replies
from commands.cra.feature import CONSEILLERS, feature
from commands.cra.filing import record
from commands.cra.preview import preview
from dialogs.cra import NewCra
from dialogs.cra.line import read_line
from storage.cra import Source
from storage.cra.last_commune import last_commune
from storage.cra.queries import Filing, keys_filed

SUBCOMMAND_MIN = 4
"""Letters a word needs to be taken for a mistyped subcommand."""


@feature.command(
    "cra",
    help="Enregistrer un compte rendu d’activité, par une fenêtre ou en une ligne",
    hint="[atelier 8p 1h30 mail 69120 hier +60 retraités]",
    roles=CONSEILLERS,
    writes=True,
)
async def start(ctx: Context, line: str) -> Replies:
    """The dialog, prefilled with today and the last commune; a line is previewed instead."""
    if line.strip():
        commune = await ctx.recall(last_commune)
        _must_be_a_report(line)
        return await preview(ctx, read_line(line, ctx.clues, commune), secrets.token_urlsafe(16))
    return await begin(ctx, ctx.today)


async def begin(ctx: Context, day: date) -> Ask:
    """The dialog of a new report of that day, at the last commune."""
    commune = await ctx.recall(last_commune)
    return Ask(NewCra.draft(date=day, activite="individuel", commune=commune or None))


@feature.submit(NewCra, roles=CONSEILLERS, accepted=keys_filed)
async def submit(ctx: Context, form: NewCra) -> Replies:
    """The dialog was sent: it counts once, however often it is."""
    return await record(ctx, form.report(), Filing(ctx.request.key, Source.DIALOG, ctx.now))


def _must_be_a_report(line: str) -> None:
    """What follows a mistyped subcommand is a number, if anything: a report says more."""
    _, _, rest = fold(line).partition(" ")
    if not rest or rest.isdigit():
        refuse_mistyped(feature, "cra", line, shortest=SUBCOMMAND_MIN)
