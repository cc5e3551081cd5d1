"""« /membres nouveaux »: whether newcomers are announced, département by département."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.replies import Replies, Whisper
from bot.texts import quote, render
from commands.membres.feature import LEADERS, feature
from commands.membres.making import read
from commands.membres.noting import note_setting
from config.canaux import home_of
from config.territories import departement
from storage.people import Person, newcomers
from storage.people.reading import read_departements


@feature.command(
    "membres nouveaux",
    help="Annoncer, ou non, les nouveaux inscrits d’un département",
    hint="[oui | non] [départements]",
    roles=LEADERS,
    writes=True,
)
async def set_newcomers(ctx: Context, text: str) -> Replies:
    """How it is, or how it is to be from now on."""
    actor = await ctx.must_still_be(LEADERS)
    word, _, rest = text.strip().partition(" ")
    if word:
        codes = _chosen(actor, rest)
        match word.lower():
            case "non":
                await newcomers.hush(ctx.db, codes, actor.id, ctx.now)
                note_setting(ctx, codes, announced=False)
            case "oui":
                await newcomers.unhush(ctx.db, codes)
                note_setting(ctx, codes, announced=True)
            case _:
                raise UserError(f"« {quote(word)} » : dites oui ou non, par exemple /membres nouveaux non 69.")
    return Whisper(await _how_it_is(ctx, actor))


async def _how_it_is(ctx: Context, actor: Person) -> str:
    hushed = await newcomers.quiet(ctx.db)
    own = None if actor.animates else [departement(code) for code in _homes(actor.departements)]
    names = [departement(code).name for code in hushed]
    off = ctx.settings.newcomers == "non"
    return render("membres/nouveaux", own=own, hushed=hushed, names=names, off=off)


def _chosen(actor: Person, text: str) -> Sequence[str]:
    """The départements that are meant; a coordinateur’s own where none is named. Raises UserError."""
    codes = _homes(read(read_departements, text) if text.strip() else [] if actor.animates else actor.departements)
    if not codes:
        raise UserError("Dites de quel département il s’agit, par exemple /membres nouveaux non 69.")
    if not actor.animates and not set(codes) <= set(_homes(actor.departements)):
        raise UserError("Vous ne réglez cela que pour vos départements : demandez à un animateur de communauté.")
    return codes


def _homes(codes: Sequence[str]) -> Sequence[str]:
    """The départements in whose channels theirs are."""
    return list(dict.fromkeys(home for code in codes if (home := home_of(code))))
