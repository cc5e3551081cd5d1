"""Filing: ``/cra`` opens the dialog or reads a line, and what is sent is stored once."""

import secrets

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from bot.context import Context
from bot.errors import UserError
from bot.french.words import fold
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
    commune = await ctx.recall(last_commune)
    if line.strip():
        _not_a_subcommand(line)
        return await preview(ctx, read_line(line, ctx.clues, commune), secrets.token_urlsafe(16))
    return Ask(NewCra.draft(date=ctx.today, activite="individuel", commune=commune or None))


@feature.submit(NewCra, roles=CONSEILLERS, accepted=keys_filed)
async def submitted(ctx: Context, form: NewCra) -> Replies:
    """The dialog was sent: it counts once, however often it is."""
    return await record(ctx, form.report(), Filing(ctx.request.key, Source.DIALOG, ctx.now))


def _not_a_subcommand(line: str) -> None:
    """« /cra modifer 12 » is no report: say what was likely meant."""
    word, _, rest = fold(line).partition(" ")
    names = [t.key[1].removeprefix("cra ") for t in feature.triggers if t.key[0] == "command"]
    meant = extractOne(word, names, processor=fold, scorer=OSA.distance, score_cutoff=2)
    if meant and len(word) >= SUBCOMMAND_MIN and (not rest or rest.isdigit()):
        raise UserError(f"Vouliez-vous dire `/cra {' '.join(filter(None, (meant[0], rest)))}` ?")
