"""The welcome of who comes into the team: once for ever, by role; the charter, its reminder, and who was missed."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.calendar import working_days_before
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.events import JoinedTeam
from bot.replies import Button, Direct, Message, Refresh, Replies, Reply, Update, Whisper
from bot.texts import render
from commands.membres.access import access_button
from commands.membres.arrivals import announce_newcomer, list_own_channels, report_guest
from commands.membres.members import ANIMATEURS, bienvenue, copy_with, feature
from dialogs.membres import CompleteProfile
from storage import people
from storage.annuaire import NETWORK
from storage.canaux import list_shown_names
from storage.cra import queries
from storage.journal import AuditAct
from storage.people import Person, Role, arrivals
from storage.people.arrivals import Welcome
from storage.people.notices import forget_role_notices

WELCOME = RowCard[Person]("membres.welcome:", lambda person: person.id)
"""The welcome of a person, in their direct channel."""
CHARTER = "2026-1"
"""The version of the charter that is accepted now (templates/membres.md.j2)."""


class Complete(BaseModel):
    """« Compléter mon profil »."""


class ReadCharter(BaseModel):
    """« Lire la charte »."""


class AcceptCharter(BaseModel):
    """« J’accepte la charte », in that version."""

    version: str


async def read_arrival(ctx: ReadingContext, event: JoinedTeam) -> Person | None:
    """Look up who comes, which registers who was waited for (bot/people.py); None where nobody is told."""
    ctx.people.forget(event.user_id)
    person = await ctx.people.of(event.user_id)
    tells = "oui" in (ctx.settings.welcome, ctx.settings.newcomers)
    return person if tells and await _is_a_person(ctx, event.user_id) else None


@feature.event(JoinedTeam, name="membres.arrive.JoinedTeam", asks=read_arrival)
async def welcome_arrival(ctx: Context, _: JoinedTeam, person: Person) -> Replies:
    """Welcome who comes for the first time; of a guest the animateurs hear, to say who that is. Their département hears
    of it whether they are welcomed or not."""
    welcomes_them = ctx.settings.welcome == "oui"
    is_new = await _is_first_arrival(ctx, person)
    greeting = await welcome_person(ctx, person) if welcomes_them else []
    return [*greeting, *(await announce_newcomer(ctx, person) if is_new else [])]


@bienvenue.command("bienvenue", help="Revoir le message d’accueil et la charte")
async def show_welcome(ctx: Context, _: str) -> Replies:
    """Show one’s own welcome, as it is today."""
    message = await _draw_welcome(ctx, ctx.user)
    return Whisper(message.text, message.buttons)


@bienvenue.button(ReadCharter, writes=False)
async def show_charter(ctx: Context, _: ReadCharter) -> Replies:
    """Show the charter."""
    return Whisper(render("membres/charter", version=CHARTER))


@bienvenue.button(AcceptCharter)
async def accept_charter(ctx: Context, click: AcceptCharter) -> Replies:
    """Note that the charter is accepted, with its date and version; a second time changes nothing."""
    await arrivals.accept_charter(ctx.db, ctx.user, click.version, ctx.now)
    message = await _draw_welcome(ctx, ctx.user)
    if ctx.request.response_url:
        return [await refresh_welcome(ctx, ctx.user), Whisper("C’est noté, merci !")]
    return Update(message.text, message.buttons)


async def _is_a_person(ctx: ReadingContext, user_id: str) -> bool:
    """Whether somebody is a person: of whom the register does not know, Mattermost says whether it is a bot, or
    deactivated."""
    if await ctx.people.recall(user_id, people.get) is not None:
        return True
    account = await ctx.chat.user(user_id)
    return not (account.is_bot or account.deleted)


async def _is_first_arrival(ctx: Context, person: Person) -> bool:
    """Whether somebody comes for the first time; who was welcomed before was there before the bot."""
    known = await arrivals.get_welcome(ctx.db, person.id)
    return await arrivals.note_arrival(ctx.db, person.id, ctx.now) and known is None


async def welcome_person(ctx: Context, person: Person) -> Sequence[Reply]:
    """Send somebody their welcome; nothing where they had it once."""
    if not await arrivals.note_welcome(ctx.db, person, ctx.now):
        return []
    await forget_role_notices(ctx.db, [person.id])  # it is what the welcome says
    told = WELCOME.send(person, await _draw_welcome(ctx, person), person.id)
    asked = await report_guest(ctx, person) if person.role in {None, Role.INVITE} else []
    return [told, *asked]


async def refresh_welcome(ctx: Context, person: Person) -> Refresh:
    """Rewrite the welcome that somebody had, as it is now."""
    return WELCOME.rewrite(person, await _draw_welcome(ctx, person))


async def _draw_welcome(ctx: Context, person: Person) -> Message:
    """Draw the welcome of somebody as it is now: what is done is ticked, and its buttons are gone."""
    known = await arrivals.get_welcome(ctx.db, person.id)
    steps = {
        "profile": not CompleteProfile.of(person).asks_something if person.role in NETWORK else None,
        "charter": known is not None and known.charter == CHARTER,
        "filed": person.role is Role.CONSEILLER and bool(await queries.find_authors(ctx.db, [person.id])),
    }
    animateurs, names = await people.list_to_ask(ctx.db), await list_shown_names(ctx.db)
    text = render(
        "membres/welcome",
        person=person,
        role=person.role or Role.INVITE,
        channels=[names.get(one.key, one.name) for one in await list_own_channels(ctx, person, ctx.today)],
        animateurs=[animateur.username for animateur in animateurs],
        accepted_on=known.charter_at.astimezone(person.zone).date() if known and known.charter_at else None,
        steps=steps,
    )
    is_guest = person.role in {None, Role.INVITE} and not person.has_left(ctx.today)
    complete = [access_button()] if is_guest else []
    complete += [] if steps["profile"] is not False else [Button("Compléter mon profil", Complete(), "primary")]
    accept = [] if steps["charter"] else [Button("J’accepte la charte", AcceptCharter(version=CHARTER))]
    return Message(text, [*complete, Button("Lire la charte", ReadCharter()), *accept])


SHOWN = 15
GREETED_AT_ONCE = 50
REMINDED_AT_ONCE = 200
TICKED_AT_ONCE = 50
FOLLOWED_FOR = timedelta(days=60)
FOLLOWED_MAX = 5000
PATIENCE = 3
"""Working days after which somebody who did nothing is reminded."""


class CatchUp(BaseModel):
    """« Accueillir » those who were missed."""


@feature.command("membres accueils", help="Voir qui a été accueilli, et accueillir les oubliés", roles=ANIMATEURS)
async def list_welcomes(ctx: Context, _: str) -> Replies:
    """Show the last welcomes, and how many people were missed."""
    last, missed = await arrivals.list_latest_welcomes(ctx.db, SHOWN), await arrivals.list_missed(ctx.db)
    rows = [(w, w.at.astimezone(ctx.zone).date(), w.charter is not None) for w in last]
    text = render("membres/welcomes", rows=rows, missed=len(missed), at_once=GREETED_AT_ONCE)
    return Whisper(text, [Button("Accueillir", CatchUp(), "primary")] if missed else [])


@feature.button(CatchUp, roles=ANIMATEURS)
async def welcome_missed(ctx: Context, _: CatchUp) -> Replies:
    """Welcome some of those missed, each once."""
    missed = await arrivals.list_missed(ctx.db)
    told: list[Reply] = []
    for person in missed[:GREETED_AT_ONCE]:
        told += await welcome_person(ctx, person)
    greeted = [person.id for person in missed[:GREETED_AT_ONCE]]
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.MEMBER_WELCOME, "reglage:membres.accueils", after={"personnes": greeted})
    )
    left = len(missed) - min(len(missed), GREETED_AT_ONCE)
    return [*told, Whisper(render("membres/caught_up", count=len(missed) - left, left=left))]


@feature.job("hour=9 minute=40", name="membres.remind", writes=True)
async def remind_of_charter(ctx: Context) -> Replies:
    """Remind who did not accept the charter three working days after their welcome, once and never again."""
    if ctx.settings.welcome == "non":
        return None
    found = await arrivals.list_to_remind(ctx.db, ctx.now - timedelta(days=PATIENCE), REMINDED_AT_ONCE)
    due = [welcome for welcome, person in found if _has_waited(ctx, welcome, person)]
    if due:
        await arrivals.note_reminded(ctx.db, [each.person_id for each in due], ctx.now)
    buttons = [Button("Lire la charte", ReadCharter()), Button("J’accepte la charte", AcceptCharter(version=CHARTER))]
    return [Direct(render("membres/reminder"), buttons, user_id=each.person_id) for each in due]


@feature.job("hour=6-22 minute=25", name="membres.tick", writes=True)
async def tick_filed(ctx: Context) -> Replies:
    """Rewrite, within the hour, the welcome of who has filed a first compte rendu since."""
    waiting = await arrivals.list_unfiled(ctx.db, ctx.now - FOLLOWED_FOR, FOLLOWED_MAX)
    filed = sorted(await queries.find_authors(ctx.db, waiting))[:TICKED_AT_ONCE]
    if not filed:
        return None
    await arrivals.note_filed(ctx.db, filed, ctx.now)
    there = await people.among(ctx.db, ids=filed)
    acting = [copy_with(person, role=person.role or person.derived_role) for person in there]
    return [await refresh_welcome(ctx, person) for person in acting if person.role is Role.CONSEILLER]


def _has_waited(ctx: Context, welcome: Welcome, person: Person | None) -> bool:
    """Whether so many working days have passed where they are."""
    today = person.today(ctx.now) if person else ctx.today
    since = working_days_before(today, PATIENCE, person.departement if person else None)
    return welcome.at < ctx.now - (today - since)
