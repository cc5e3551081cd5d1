"""The welcome of who comes into the team: once for ever, by role; the charter; and « /bienvenue », which shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from bot.context import Context
from bot.events import JoinedTeam
from bot.replies import Button, Direct, Message, Refresh, Replies, Reply, Update, Whisper
from bot.texts import render
from commands.membres.feature import bienvenue, feature
from commands.membres.guests import present
from commands.membres.newcomers import announce
from config.canaux import PlannedChannel
from dialogs.membres import CompleteProfile
from storage import people
from storage.annuaire import NETWORK
from storage.canaux import allowances, by_key, planned
from storage.canaux.belonging import Member, Rules
from storage.cra import queries
from storage.people import Person, Role, arrivals, welcomes
from storage.people.welcomes import Welcome

CHARTER = "2026-1"
"""The version of the charter that is accepted now (templates/membres.md.j2)."""
CHANNELS_MAX = 8


class Complete(BaseModel):
    """« Compléter mon profil »."""


class ReadCharter(BaseModel):
    """« Lire la charte »."""


class AcceptCharter(BaseModel):
    """« J’accepte la charte », in that version."""

    version: str


@feature.event(JoinedTeam, name="membres.arrive.JoinedTeam")
async def arrive(ctx: Context, event: JoinedTeam) -> Replies:
    """Looked up anew, which registers who was waited for (bot/people.py); a direct message to who comes for the first
    time, and of a guest the animateurs hear, to say who that is. Their département hears of it whether they are
    welcomed or not."""
    ctx.people.forget(event.user_id)
    person = await ctx.people.of(event.user_id)
    welcomes_them, tells = ctx.settings.welcome == "oui", ctx.settings.newcomers == "oui"
    if not (welcomes_them or tells) or not await _is_somebody(ctx, event.user_id):
        return None
    is_new = await _is_new(ctx, person)
    greeting = await greet(ctx, person) if welcomes_them else []
    return [*greeting, *(await announce(ctx, person) if is_new else [])]


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
        return [await refresh_welcome(ctx, ctx.user), Whisper("C’est noté, merci !")]
    return Update(message.text, message.buttons)


async def _is_somebody(ctx: Context, user_id: str) -> bool:
    """Of whom the register knows nothing Mattermost says whether it is a bot, or deactivated."""
    if await ctx.people.recall(user_id, people.get) is not None:
        return True
    account = await ctx.chat.user(user_id)
    return not (account.is_bot or account.deleted)


async def _is_new(ctx: Context, person: Person) -> bool:
    """Whether somebody comes for the first time; who was welcomed before was there before the bot."""
    known = await welcomes.get(ctx.db, person.id)
    return await arrivals.note(ctx.db, person.id, ctx.now) and known is None


async def greet(ctx: Context, person: Person) -> Sequence[Reply]:
    """The welcome of somebody; nothing where they had it once."""
    if not await welcomes.note(ctx.db, person, ctx.now):
        return []
    message = await _message(ctx, person)
    told = Direct(message.text, message.buttons, user_id=person.id, topic=_topic(person.id))
    asked = await present(ctx, person) if person.role in {None, Role.INVITE} else []
    return [told, *asked]


async def refresh_welcome(ctx: Context, person: Person) -> Refresh:
    """The welcome that somebody had, as it is now."""
    message = await _message(ctx, person)
    return Refresh(message.text, message.buttons, topic=_topic(person.id))


async def _message(ctx: Context, person: Person) -> Message:
    """The welcome of somebody as it is now: what is done is ticked, and its buttons are gone."""
    known = await welcomes.get(ctx.db, person.id)
    steps = await _steps(ctx, person, known)
    animateurs = await people.to_ask(ctx.db)
    text = render(
        "membres/welcome",
        person=person,
        role=person.role or Role.INVITE,
        channels=await _channels(ctx, person),
        animateurs=[animateur.username for animateur in animateurs],
        accepted_on=known.charter_at.astimezone(person.zone).date() if known and known.charter_at else None,
        steps=steps,
    )
    complete = [] if steps.profile is not False else [Button("Compléter mon profil", Complete(), "primary")]
    accept = [] if steps.charter else [Button("J’accepte la charte", AcceptCharter(version=CHARTER))]
    return Message(text, [*complete, Button("Lire la charte", ReadCharter()), *accept])


@dataclass(frozen=True, slots=True)
class Steps:
    """Which of the first steps are done; ``profile`` is None for whom the directory is not open to."""

    profile: bool | None
    charter: bool
    filed: bool


async def _steps(ctx: Context, person: Person, known: Welcome | None) -> Steps:
    files = person.role is Role.CONSEILLER
    return Steps(
        profile=not CompleteProfile.of(person).asks_something if person.role in NETWORK else None,
        charter=known is not None and known.charter == CHARTER,
        filed=files and bool(await queries.authors(ctx.db, [person.id])),
    )


async def _channels(ctx: Context, person: Person) -> Sequence[PlannedChannel]:
    """The channels where somebody belongs, and what each is for, the first few of them."""
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    places = Rules(await allowances(ctx.db)).places(table, Member.of(person, ctx.today))
    return [table[key] for key in table if key in places and key in known][:CHANNELS_MAX]


def _topic(person_id: str) -> str:
    return f"membres.welcome:{person_id}"
