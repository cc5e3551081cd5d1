"""« Qui sait faire ? »: who can do something, the nearest first, and a question to them through the bot."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask as OpenWindow
from bot.replies import Button, Direct, Refresh, Replies, Whisper
from bot.texts import quote, render
from commands.annuaire.buttons import Ask, StopHelping, Withdraw
from commands.annuaire.cards import link_to
from commands.annuaire.feature import feature
from dialogs.annuaire import AskHelp
from storage.annuaire import NETWORK, Hit, helping, place_name, read, show
from storage.annuaire.helping import NEARNESS
from storage.annuaire.index import QUERY_MAX
from storage.annuaire.profiles import save
from storage.annuaire.sight import commune_of
from storage.annuaire.values import read_departement
from storage.communes import Commune, by_code, find
from storage.people import Person

ASKED_MAX = 5
"""People of whom one request is made: the nearest."""
NEAR = re.compile(r" (?:près|pres|proche|autour) (?:du |des? |d[’'])", re.IGNORECASE)
"""What stands between what is wanted and where."""


@dataclass(frozen=True, slots=True)
class Where:
    """Near where somebody is looked for; ``name`` is how it is called, empty where nobody knows."""

    commune: str = ""
    departement: str = ""
    name: str = ""


@feature.search("annuaire qui", help="Qui sait faire ? Demander de l’aide", hint="linux [près de 69120]", roles=NETWORK)
async def who(ctx: Context, text: str) -> Replies:
    """Those who said that they can, and can be asked."""
    what, *rest = NEAR.split(f" {' '.join(text.split())[:QUERY_MAX]}", maxsplit=1)
    about = what.strip()
    if not about:
        raise UserError("Dites ce qu’il faut savoir faire : par exemple /annuaire qui linux près de 69120.")
    where = _read_place(ctx, rest[0]) if rest else _own_place(ctx.user)
    hits = (await read(ctx.db, ctx.today)).skilled(ctx.user, about)
    near = sorted(hits, key=lambda hit: (_nearness(ctx, hit, where), -hit.score, hit.entry.name))[:ASKED_MAX]
    text = render("annuaire/who", about=quote(about), where=where, lines=[_line(ctx, hit, where) for hit in near])
    asked = Ask(about=about, helpers=tuple(_person(hit).id for hit in near))
    return Whisper(text, [Button("Demander de l’aide", asked, "primary")] if near else [])


@feature.button(Ask, roles=NETWORK, writes=False)
async def ask(ctx: Context, click: Ask) -> Replies:
    """The window of a question."""
    return OpenWindow(AskHelp.draft(about=click.about, helpers=click.helpers))


@feature.submit(AskHelp, roles=NETWORK)
async def send(ctx: Context, form: AskHelp) -> Replies:
    """Each who may still be asked gets the question in a message of the bot’s."""
    free = await helping.willing(ctx.db, form.helpers, ctx.now, ctx.settings.help_requests)
    asked = [person for person in free if person.id != ctx.user.id]
    if not asked:
        raise UserError("Ces personnes ont déjà été assez sollicitées cette semaine : réessayez dans quelques jours.")
    key = ctx.request.key
    await helping.note(ctx.db, key, ctx.user.id, [person.id for person in asked], ctx.now)
    names = [person.full_name for person in asked]
    sent = Whisper(render("annuaire/asked", names=names), [Button("Retirer ma demande", Withdraw(key=key))])
    return [sent, *(_question(ctx, form, person) for person in asked)]


@feature.button(Withdraw, roles=NETWORK)
async def withdraw(ctx: Context, click: Withdraw) -> Replies:
    """The question is taken back from all, and counts for nobody."""
    if not await helping.withdraw(ctx.db, click.key, ctx.user.id):
        raise UserError("Cette demande est déjà retirée.")
    gone = Refresh(render("annuaire/withdrawn"), topic=_topic(click.key))
    return [gone, Whisper("Votre demande est retirée : personne n’a plus à y répondre.")]


@feature.button(StopHelping, roles=NETWORK)
async def stop_helping(ctx: Context, _: StopHelping) -> Replies:
    """Nobody asks this person any more, until they say otherwise."""
    await save(ctx.db, ctx.user, {"helps": False})
    return Whisper("C’est noté : on ne vous sollicitera plus. `/profil` permet de changer d’avis.")


@feature.job("hour=4 minute=20", name="annuaire.forget_requests", writes=True)
async def forget_requests(ctx: Context) -> Replies:
    """What counts no more is dropped."""
    await helping.forget_old(ctx.db, ctx.now)
    return None


def _question(ctx: Context, form: AskHelp, helper: Person) -> Direct:
    said = {"asker": show(helper, ctx.user), "link": link_to(ctx, ctx.user.username)}
    text = render("annuaire/question", about=quote(form.about), question=form.question, **said)
    stop = Button("Ne plus être sollicité", StopHelping())
    return Direct(text, [stop], user_id=helper.id, topic=_topic(ctx.request.key))


def _own_place(person: Person) -> Where:
    if commune := commune_of(person):
        return _at(commune)
    code = person.departement or ""
    return Where(departement=code, name=place_name(code) if code else "")


def _read_place(ctx: Context, text: str) -> Where:
    """A département or a commune. Raises UserError for neither."""
    try:
        code = read_departement(text)
        return Where(departement=code, name=place_name(code))
    except ValueError:
        found = find(text, ctx.user.departements)
    places: Sequence[Commune] = [place.commune for place in (*filter(None, [found.place]), *found.choices)]
    if not places:
        near = ", ".join(place.label for place in found.suggestions)
        hint = f" Peut-être : {near}." if near else ""
        raise UserError(f"Je ne connais pas de lieu « {quote(text)} » : écrivez un code postal ou un nom.{hint}")
    return _at(places[0])


def _at(commune: Commune) -> Where:
    return Where(commune=commune.code, departement=commune.departement, name=f"{commune.nom} ({commune.departement})")


def _person(hit: Hit) -> Person:
    assert hit.entry.person is not None  # contacts have no skills
    return hit.entry.person


def _nearness(ctx: Context, hit: Hit, where: Where) -> int:
    commune = by_code(where.commune) if where.commune else None
    return helping.nearness(ctx.user, _person(hit), commune, where.departement)


def _line(ctx: Context, hit: Hit, where: Where) -> str:
    shown = show(ctx.user, _person(hit))
    near = NEARNESS[_nearness(ctx, hit, where)] if where.departement else ""
    return render("annuaire/who_line", person=shown, near=near, link=link_to(ctx, shown.username))


def _topic(key: str) -> str:
    return f"annuaire:aide:{key}"
