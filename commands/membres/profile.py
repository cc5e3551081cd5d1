"""« Compléter mon profil », under the welcome: what the register does not know yet of somebody, they say themselves."""

from collections.abc import Sequence

from bot.context import Context
from bot.lines import Run
from bot.replies import Ask, Button, Replies, Reply, Whisper
from bot.switch import serves
from bot.texts import render
from commands.membres.feature import bienvenue
from commands.membres.making import with_
from commands.membres.welcome import Complete, refresh_welcome
from commands.membres.wishes import wish
from dialogs.membres import CompleteProfile
from storage.annuaire import NETWORK
from storage.annuaire.profiles import save

SAID = ("prenom", "nom", "structure")


@bienvenue.button(Complete, roles=NETWORK, writes=False)
async def complete(ctx: Context, _: Complete) -> Replies:
    """The window with what is missing."""
    form = CompleteProfile.of(ctx.user)
    return Ask(form) if form.asks_something else _tell(ctx, [], [])


@bienvenue.submit(CompleteProfile, roles=NETWORK)
async def save_profile(ctx: Context, form: CompleteProfile) -> Replies:
    """It is so from now on, but for the département, of which a leader says whether it is so; what the register said
    before stays."""
    values = {name: said for name in SAID if (said := getattr(form, name)) and not getattr(ctx.user, name)}
    person = await save(ctx.db, ctx.user, {"username": ctx.user.username, **values})
    wished = list(form.departements or ()) if not person.departements else []
    asked = await wish(ctx, person, wished) if wished else []
    acting = with_(person, role=ctx.user.role)
    return [*_tell(ctx, list(values), wished), *asked, await refresh_welcome(ctx, acting)]


def _tell(ctx: Context, noted: Sequence[str], wished: Sequence[str]) -> list[Reply]:
    more = [Button("Ce que je sais faire", Run(line="profil"))] if serves("annuaire", ctx.settings.features) else []
    return [Whisper(render("membres/profile_saved", noted=noted, wished=wished), more)]
