"""« /profil »: one’s own card, who sees what of it, and the windows that change it."""

from bot.context import Context
from bot.replies import Ask, Button, Replies, Whisper
from bot.texts import render
from commands.annuaire.buttons import ChooseSight, Edit
from commands.annuaire.cards import address
from commands.annuaire.feature import feature
from dialogs.annuaire import EditProfile, EditSight
from storage.annuaire import NETWORK, show
from storage.annuaire.profiles import save
from storage.people import Audience, Person

SEEN_BY = {
    Audience.RESEAU: "tout le réseau",
    Audience.DEPARTEMENT: "votre département et les animateurs",
    Audience.ANIMATEURS: "les animateurs",
    Audience.PERSONNE: "personne d’autre",
}


@feature.command("profil", help="Voir et changer votre fiche de l’annuaire, et qui en voit quoi", roles=NETWORK)
async def profile(ctx: Context, _: str) -> Replies:
    """One’s card as it stands."""
    return _told(ctx.user)


@feature.button(Edit, roles=NETWORK, writes=False)
async def edit(ctx: Context, _: Edit) -> Replies:
    """What one says of oneself."""
    return Ask(EditProfile.of(ctx.user))


@feature.button(ChooseSight, roles=NETWORK, writes=False)
async def choose_sight(ctx: Context, _: ChooseSight) -> Replies:
    """Whom each field is shown to."""
    return Ask(EditSight.of(ctx.user))


@feature.submit(EditProfile, roles=NETWORK)
async def save_profile(ctx: Context, form: EditProfile) -> Replies:
    """It is found by that from now on."""
    return _told(await save(ctx.db, ctx.user, form.said))


@feature.submit(EditSight, roles=NETWORK)
async def save_sight(ctx: Context, form: EditSight) -> Replies:
    """Others see that much from now on."""
    return _told(await save(ctx.db, ctx.user, form.said))


def _told(person: Person) -> Whisper:
    """One’s own card, and who sees what."""
    shown = show(person, person)
    fields = (
        ("Courriel", address(shown.email), "email"),
        ("Téléphone", shown.phone, "telephone"),
        ("Structure", shown.structure, "structure"),
        ("Commune", shown.commune, "commune"),
        ("Sait faire", ", ".join(shown.skills), "skills"),
        ("Langues", ", ".join(shown.languages), "languages"),
    )
    rows = [(title, value, SEEN_BY[person.audience(name)]) for title, value, name in fields]
    buttons = [Button("Modifier", Edit(), "primary"), Button("Qui voit quoi", ChooseSight())]
    return Whisper(render("annuaire/profile", person=person, shown=shown, rows=rows), buttons)
