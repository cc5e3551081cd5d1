"""« /canaux droits »: who may write in a channel, and what this server lets one change of it."""

from bot.context import Context
from bot.errors import UserError
from bot.replies import Replies, Whisper
from bot.texts import render
from commands.canaux.feature import ANIMATEURS, feature
from commands.canaux.scope import ALL, DEPARTEMENTS, read_scope
from storage import people
from storage.canaux import allowances, planned
from storage.canaux.belonging import Member, Rules

COORDINATEURS_MAX = 1000
"""More than there are in the réseau."""


@feature.command(
    "canaux droits", help="Savoir qui écrit dans un canal, et ce qui s’y règle", hint="69 | canal", roles=ANIMATEURS
)
async def who_writes(ctx: Context, text: str) -> Replies:
    """In words; Mattermost keeps writing for some to its licensed editions."""
    table = await planned(ctx.db, ctx.settings)
    scope = read_scope(text, table)
    if scope in {ALL, DEPARTEMENTS}:
        raise UserError("De quel canal s’agit-il ? Par exemple : /canaux droits 69, ou /canaux droits Éducation.")
    canal, rules = table[scope], Rules(await allowances(ctx.db))
    found = (
        await people.with_role(ctx.db, people.Role.COORDINATEUR, limit=COORDINATEURS_MAX) if canal.departement else []
    )
    leads = [p.username for p in found if rules.administers(canal, Member.of(p, p.today(ctx.now)))]
    return Whisper(render("canaux/rights", planned=canal, leads=leads, licensed=ctx.capabilities.licensed))
