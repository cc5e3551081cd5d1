"""The welcome of who comes into the team: once for ever, by role; the charter; and « /bienvenue », which shows it."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.events import JoinedTeam
from bot.replies import Button, Direct, Message, Refresh, Replies, Reply, Update, Whisper, as_list
from bot.texts import render
from commands.membres.changing import change
from commands.membres.feature import ANIMATEURS, bienvenue, feature
from commands.membres.finding import Member
from commands.membres.making import with_
from config import canaux
from dialogs.membres import Who
from storage import people
from storage.canaux import allowances, by_key
from storage.canaux.belonging import Member as Belonger
from storage.canaux.belonging import Rules
from storage.people import Person, Role, welcomes

CHARTER = "2026-1"
"""The version of the charter that is accepted now (templates/membres/charter.md.j2)."""
GIVEN_TO_GUESTS = (Role.CONSEILLER, Role.COORDINATEUR, Role.HOTLINE, Role.INVITE)
CHANNELS_MAX = 8


class ReadCharter(BaseModel):
    """« Lire la charte »."""


class AcceptCharter(BaseModel):
    """« J’accepte la charte », in that version."""

    version: str


class Introduce(BaseModel):
    """A role for somebody who came as a guest."""

    who: Who
    role: Role


@feature.event(JoinedTeam)
async def arrive(ctx: Context, event: JoinedTeam) -> Replies:
    """Looked up anew, which registers who was waited for (bot/people.py); a direct message to who comes for the first
    time, and of a guest the animateurs hear, to say who that is."""
    ctx.people.forget(event.user_id)
    person = await ctx.people.of(event.user_id)
    if ctx.settings.welcome == "non":
        return None
    account = await ctx.chat.user(event.user_id)
    return None if account.is_bot or account.deleted else await greet(ctx, person)


@bienvenue.command("bienvenue", help="Revoir le message d’accueil et la charte")
async def show_again(ctx: Context, _: str) -> Replies:
    """One’s own welcome, as it is today."""
    message = await _message(ctx, ctx.user)
    return Whisper(message.text, message.buttons)


@bienvenue.button(ReadCharter, writes=False)
async def read_charter(ctx: Context, _: ReadCharter) -> Replies:
    """What it says."""
    return Whisper(render("membres/charter", version=CHARTER))


@bienvenue.button(AcceptCharter)
async def accept(ctx: Context, click: AcceptCharter) -> Replies:
    """Noted with its date and version; a second time changes nothing."""
    await welcomes.accept(ctx.db, ctx.user, click.version, ctx.now)
    message = await _message(ctx, ctx.user)
    if ctx.request.response_url:
        return [Refresh(message.text, message.buttons, topic=_topic(ctx.user.id)), Whisper("C’est noté, merci !")]
    return Update(message.text, message.buttons)


@feature.button(Introduce, roles=ANIMATEURS)
async def introduce(ctx: Context, click: Introduce) -> Replies:
    """The guest has that role from now on, and a welcome that fits it; the other animateurs see who said so."""
    row = await people.get(ctx.db, click.who.id)
    new = Person(id=click.who.id, username=click.who.username, timezone=click.who.timezone, since=ctx.now)
    person = with_(row or new, role=click.role)
    told = await change(ctx, ctx.user, Member(row or new, click.who.role, row is None), person)
    message = await _message(ctx, person)
    text = render("membres/introduced", person=person, by=ctx.user.username)
    refreshed = Refresh(message.text, message.buttons, topic=_topic(person.id))
    said = [reply for reply in as_list(told) if not isinstance(reply, Whisper)]
    return [*said, refreshed, Refresh(text, topic=f"membres.guest:{person.id}", here=True)]


async def greet(ctx: Context, person: Person) -> Sequence[Reply]:
    """The welcome of somebody; nothing where they had it once."""
    if not await welcomes.note(ctx.db, person, ctx.now):
        return []
    message = await _message(ctx, person)
    told = Direct(message.text, message.buttons, user_id=person.id, topic=_topic(person.id))
    guests = await _present(ctx, person) if person.role in {None, Role.INVITE} else []
    return [told, *guests]


async def _present(ctx: Context, person: Person) -> Sequence[Reply]:
    """Each animateur is asked who a guest is; not about who was announced as one."""
    if await people.get(ctx.db, person.id) is not None:
        return []
    who = Who.of(person, person.role or Role.INVITE)
    buttons = [Button(role.label.capitalize(), Introduce(who=who, role=role)) for role in GIVEN_TO_GUESTS]
    text, topic = render("membres/guest", person=person), f"membres.guest:{person.id}"
    asked = await people.with_role(ctx.db, Role.ANIMATEUR, limit=20)
    return [Direct(text, buttons, user_id=animateur.id, topic=topic) for animateur in asked]


async def _message(ctx: Context, person: Person) -> Message:
    """The welcome of somebody as it is now; the charter’s buttons stand until it is accepted."""
    known = await welcomes.get(ctx.db, person.id)
    accepted = known is not None and known.charter == CHARTER
    animateurs = await people.with_role(ctx.db, Role.ANIMATEUR)
    text = render(
        "membres/welcome",
        person=person,
        role=person.role or Role.INVITE,
        channels=await _channels(ctx, person),
        animateurs=[animateur.username for animateur in animateurs],
        accepted_on=known.charter_at.astimezone(person.zone).date() if known and known.charter_at else None,
        accepted=accepted,
    )
    read = Button("Lire la charte", ReadCharter())
    return Message(text, [read] if accepted else [read, Button("J’accepte la charte", AcceptCharter(version=CHARTER))])


async def _channels(ctx: Context, person: Person) -> Sequence[canaux.PlannedChannel]:
    """The channels where somebody belongs, and what each is for, the first few of them."""
    table, known = canaux.read(ctx.settings.channels), await by_key(ctx.db)
    places = Rules(await allowances(ctx.db)).places(table, Belonger.of(person, ctx.today))
    return [table[key] for key in table if key in places and key in known][:CHANNELS_MAX]


def _topic(person_id: str) -> str:
    return f"membres.welcome:{person_id}"
