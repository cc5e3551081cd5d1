"""What people are told about themselves: the welcome on joining the team, once for ever and by role; the charter with
its reminder; and, when a role is given or taken, what they can do now or whom to ask.

A click or a line tells in its own transaction, as « coop-bot role » does. A change by an import or an arrival leaves a
notice (storage/people/transitions.py), which long work tells a little later; whoever is back to their former role by
then hears nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import replies
from bot.audit import AuditEntry, record_entry_at_end
from bot.calendar import working_days_before
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.events import JoinedTeam
from bot.registry import is_name_enabled
from bot.texts import render
from bot.work import make_work
from commands.membres.arrivals import access_button, announce_newcomer, list_own_channels, report_guest
from commands.membres.members import ANIMATEURS, bienvenue, feature
from config.canaux import PlannedChannel
from config.settings import Settings
from config.time import PARIS
from dialogs.membres import CompleteProfile
from storage import annuaire, canaux, journal, people, work
from storage.cra import queries
from storage.people import Person, Role, arrivals, transitions
from storage.people.transitions import RoleNotice, count_role_notices, forget_role_notices, take_role_notices

WELCOME = RowCard[Person]("membres.welcome:", lambda person: person.id)
"""The welcome of a person, in their direct channel."""
CHARTER = "2026-1"
"""The version of the charter that is accepted now (templates/membres.md.j2)."""


class FillProfile(BaseModel):
    """Button « Compléter mon profil »: opens the window."""


class ReadCharter(BaseModel):
    """Button « Lire la charte »."""


class AcceptCharter(BaseModel):
    """Button « J’accepte la charte », in that version."""

    version: str


async def read_arrival(ctx: ReadingContext, event: JoinedTeam) -> Person | None:
    """Look up who joins the team, which registers whoever an import announced (bot/people.py); None if nobody is to be
    told."""
    ctx.people.forget(event.user_id)
    person = await ctx.people.of(event.user_id)
    tells = "oui" in (ctx.settings.welcome, ctx.settings.newcomers)
    return person if tells and await _is_a_person(ctx, event.user_id) else None


@feature.event(JoinedTeam, name="membres.arrive.JoinedTeam", asks=read_arrival)
async def welcome_arrival(ctx: Context, _: JoinedTeam, person: Person) -> replies.Replies:
    """Welcome somebody who joins for the first time; ask the animateurs about a guest. Their département is told
    whether or not they are welcomed."""
    welcomes_them = ctx.settings.welcome == "oui"
    is_new = await _is_first_arrival(ctx, person)
    greeting = await welcome_person(ctx, person) if welcomes_them else []
    return [*greeting, *(await announce_newcomer(ctx, person) if is_new else [])]


@bienvenue.command("bienvenue", help="Revoir le message d’accueil et la charte")
async def show_welcome(ctx: Context, _: str) -> replies.Replies:
    """Show one’s own welcome."""
    return (await _draw_welcome(ctx, ctx.user)).recast(replies.Whisper)


@bienvenue.button(ReadCharter, writes=False)
async def show_charter(ctx: Context, _: ReadCharter) -> replies.Replies:
    """Show the charter."""
    return replies.Whisper(render("membres/charter", version=CHARTER))


@bienvenue.button(AcceptCharter)
async def accept_charter(ctx: Context, click: AcceptCharter) -> replies.Replies:
    """Record that the charter is accepted, with date and version; a second time changes nothing."""
    await arrivals.accept_charter(ctx.db, ctx.user, click.version, ctx.now)
    if ctx.request.response_url:
        return [await refresh_welcome(ctx, ctx.user), replies.Whisper(render("membres/charter_accepted"))]
    return (await _draw_welcome(ctx, ctx.user)).recast(replies.Update)


async def _is_a_person(ctx: ReadingContext, user_id: str) -> bool:
    """Return whether an account is an active person’s; for one that is not in the register, Mattermost says whether it
    is a bot or deactivated."""
    if await ctx.people.recall(user_id, people.get) is not None:
        return True
    account = await ctx.chat.user(user_id)
    return not (account.is_bot or account.deleted)


async def _is_first_arrival(ctx: Context, person: Person) -> bool:
    """Return whether somebody joins for the first time; people who were welcomed were there before the bot."""
    known = await arrivals.get_welcome(ctx.db, person.id)
    return await arrivals.note_arrival(ctx.db, person.id, ctx.now) and known is None


async def welcome_person(ctx: Context, person: Person) -> Sequence[replies.Reply]:
    """Send somebody their welcome; nothing if they had it before."""
    if not await arrivals.note_welcome(ctx.db, person, ctx.now):
        return []
    await forget_role_notices(ctx.db, [person.id])  # it is what the welcome says
    told = WELCOME.send(person, await _draw_welcome(ctx, person), person.id)
    asked = await report_guest(ctx, person) if person.role in {None, Role.INVITE} else []
    return [told, *asked]


async def refresh_welcome(ctx: Context, person: Person) -> replies.Refresh:
    """Rewrite somebody’s welcome."""
    return WELCOME.rewrite(person, await _draw_welcome(ctx, person))


async def _list_joined(ctx: Context, person: Person) -> Sequence[PlannedChannel]:
    """List the channels into which somebody was put: none for whoever is in no register."""
    is_known = await people.get(ctx.db, person.id) is not None
    return await list_own_channels(ctx, person, ctx.today) if is_known else []


async def _draw_welcome(ctx: Context, person: Person) -> replies.Message:
    """Draw somebody’s welcome; tasks that are done are ticked, and their buttons gone."""
    known = await arrivals.get_welcome(ctx.db, person.id)
    steps = {
        "profile": not CompleteProfile.of(person).asks_something if person.role in annuaire.NETWORK else None,
        "charter": known is not None and known.charter == CHARTER,
        "filed": person.role is Role.CONSEILLER and bool(await queries.find_authors(ctx.db, [person.id])),
    }
    animateurs, names = await people.list_to_ask(ctx.db, ctx.today), await canaux.list_shown_names(ctx.db)
    text = render(
        "membres/welcome",
        person=person,
        role=person.role or Role.INVITE,
        channels=[names.get(one.key, one.name) for one in await _list_joined(ctx, person)],
        animateurs=[animateur.username for animateur in animateurs],
        accepted_on=known.charter_at.astimezone(person.zone).date() if known and known.charter_at else None,
        steps=steps,
    )
    is_guest = person.role in {None, Role.INVITE} and not person.has_left(ctx.today)
    complete = [access_button()] if is_guest else []
    if steps["profile"] is False:
        complete.append(replies.Button("Compléter mon profil", FillProfile(), "primary"))
    accept = [] if steps["charter"] else [replies.Button("J’accepte la charte", AcceptCharter(version=CHARTER))]
    return replies.Message(text, [*complete, replies.Button("Lire la charte", ReadCharter()), *accept])


SHOWN = 15
GREETED_AT_ONCE = 50
REMINDED_AT_ONCE = 200
TICKED_AT_ONCE = 50
FOLLOWED_FOR = timedelta(days=60)
FOLLOWED_MAX = 5000
PATIENCE = 3
"""Working days after which somebody who did nothing is reminded."""


class WelcomeMissed(BaseModel):
    """Button « Accueillir »: welcomes those who were missed."""


@feature.command("membres accueils", help="Voir qui a été accueilli, et accueillir les oubliés", roles=ANIMATEURS)
async def list_welcomes(ctx: Context, _: str) -> replies.Replies:
    """Show the last welcomes, and how many people were missed."""
    last, missed = await arrivals.list_latest_welcomes(ctx.db, SHOWN), await arrivals.list_missed(ctx.db, ctx.today)
    rows = [(w, w.at.astimezone(ctx.zone).date(), w.charter is not None) for w in last]
    text = render("membres/welcomes", rows=rows, missed=len(missed), at_once=GREETED_AT_ONCE)
    return replies.Whisper(text, [replies.Button("Accueillir", WelcomeMissed(), "primary")] if missed else [])


@feature.button(WelcomeMissed, name="membres.CatchUp", roles=ANIMATEURS)
async def welcome_missed(ctx: Context, _: WelcomeMissed) -> replies.Replies:
    """Welcome some of those who were missed, each once."""
    missed = await arrivals.list_missed(ctx.db, ctx.today)
    told: list[replies.Reply] = []
    for person in missed[:GREETED_AT_ONCE]:
        told += await welcome_person(ctx, person)
    greeted = [person.id for person in missed[:GREETED_AT_ONCE]]
    deed = AuditEntry(journal.AuditAct.MEMBER_WELCOME, "reglage:membres.accueils", after={"personnes": greeted})
    record_entry_at_end(ctx, deed)
    left = len(missed) - min(len(missed), GREETED_AT_ONCE)
    return [*told, replies.Whisper(render("membres/caught_up", count=len(missed) - left, left=left))]


@feature.job("hour=9 minute=40", name="membres.remind", writes=True)
async def remind_of_charter(ctx: Context) -> replies.Replies:
    """Remind people who did not accept the charter within three working days of their welcome, once."""
    if ctx.settings.welcome == "non":
        return None
    found = await arrivals.list_to_remind(ctx.db, ctx.now - timedelta(days=PATIENCE), ctx.today, REMINDED_AT_ONCE)
    due = [welcome for welcome, person in found if _has_waited(ctx, welcome, person)]
    if due:
        await arrivals.note_reminded(ctx.db, [each.person_id for each in due], ctx.now)
    read = replies.Button("Lire la charte", ReadCharter())
    accept = replies.Button("J’accepte la charte", AcceptCharter(version=CHARTER))
    return [replies.Direct(render("membres/reminder"), [read, accept], user_id=each.person_id) for each in due]


@feature.job("hour=6-22 minute=25", name="membres.tick", writes=True)
async def tick_filed(ctx: Context) -> replies.Replies:
    """Rewrite the welcome of people who filed their first report since the last hour."""
    waiting = await arrivals.list_unfiled(ctx.db, ctx.now - FOLLOWED_FOR, FOLLOWED_MAX)
    filed = sorted(await queries.find_authors(ctx.db, waiting))[:TICKED_AT_ONCE]
    if not filed:
        return None
    await arrivals.note_filed(ctx.db, filed, ctx.now)
    there = await people.among(ctx.db, ids=filed)
    acting = [person.copy_with(role=person.role or person.derived_role) for person in there]
    return [await refresh_welcome(ctx, person) for person in acting if person.role is Role.CONSEILLER]


def _has_waited(ctx: Context, welcome: arrivals.Welcome, person: Person | None) -> bool:
    """Return whether enough working days have passed in the person’s département."""
    today = person.today(ctx.now) if person else ctx.today
    since = working_days_before(today, PATIENCE, person.departement if person else None)
    return welcome.at < ctx.now - (today - since)


AT_ONCE = 20
"""People told in one step: of each the welcome is rewritten, too."""
FIRST_STEPS = {
    Role.CONSEILLER: ("cra", "cra", "Écrire un compte rendu"),
    Role.COORDINATEUR: ("membres", "membres", "Voir qui est là"),
    Role.HOTLINE: ("hotline", "ticket liste", "Voir les demandes"),
    Role.ANIMATEUR: ("aide", "aide", "Voir ce qui m’attend"),
    Role.ADMINISTRATEUR: ("aide", "aide", "Voir ce qui m’attend"),
    Role.INVITE: ("aide", "aide", "Voir ce qui m’est ouvert"),
}
"""What each role does first: the feature, the line, and what the button says."""
NAMED = ("cra", "stats", "annuaire", "canaux", "annonce", "hotline", "garde", "moderation")
"""The features that a notice names where they are on."""


class TellRoles(BaseModel):
    """Long work: tell people with a notice of their new role. The welcome of those in ``welcomes`` (ids), who were told
    already, is rewritten."""

    welcomes: list[str] = []


@dataclass(frozen=True, slots=True)
class Telling:
    """When a notice is told, ``how`` the role came, and the role before (``was``) if the register did not know it."""

    settings: Settings
    now: datetime
    how: str = ""
    was: Role | None = None


async def tell_role_changes(db: AsyncSession, ids: Sequence[str], telling: Telling) -> Sequence[replies.Direct]:
    """Take the notices of these people, and return what to tell them."""
    return await draw_notices(db, await take_role_notices(db, len(ids), ids) if ids else [], telling)


async def draw_notices(db: AsyncSession, taken: Sequence[RoleNotice], telling: Telling) -> Sequence[replies.Direct]:
    """Draw the messages for notices whose person still has another role than before, and an active account."""
    found = await people.by_ids(db, [one.person_id for one in taken])
    off = await transitions.find_gone_since(db, list(found)) if found else {}
    today = telling.now.astimezone(PARIS).date()
    ask = [person.username for person in await people.list_to_ask(db, today)] if found else []
    there = [(notice, found[notice.person_id]) for notice in taken if notice.person_id in found.keys() - off.keys()]
    return [_draw_notice(person, notice, telling, ask) for notice, person in there if _is_news(person, notice, telling)]


def _draw_notice(person: Person, notice: RoleNotice, telling: Telling, ask: Sequence[str]) -> replies.Direct:
    """Draw what somebody is told of their role, with one button for the first thing to do."""
    features, role = telling.settings.features, _role_now(person, telling.now)
    name, line, label = FIRST_STEPS[role or Role.INVITE]
    if not is_name_enabled(name, features):
        _, line, label = FIRST_STEPS[Role.ANIMATEUR]
    said: dict[str, object] = {
        "role": role,
        "before": _role_before(person, notice, telling),
        "how": telling.how,
        "ask": ask,
    }
    said |= {"left": person.has_left(person.today(telling.now)), "is_back": notice.has_ended(person.today(telling.now))}
    off = [name for name in NAMED if not is_name_enabled(name, features)]
    buttons = [] if said["left"] else [replies.Button(label, replies.RunCommand(line=line), "primary")]
    return replies.Direct(render("membres/role_notice", off=off, **said), buttons, user_id=person.id)


def _is_news(person: Person, notice: RoleNotice, telling: Telling) -> bool:
    return _role_before(person, notice, telling) != _role_now(person, telling.now)


def _role_before(person: Person, notice: RoleNotice, telling: Telling) -> Role | None:
    return None if notice.has_ended(person.today(telling.now)) else notice.role or telling.was


def _role_now(person: Person, now: datetime) -> Role | None:
    return None if person.has_left(person.today(now)) else person.known_role


@feature.work(TellRoles, name="membres.TellRoles", title="Rôles annoncés", writes=True)
async def tell_roles(ctx: Context, work: TellRoles, progress: replies.Progress) -> replies.Step:
    """Tell some of the people with a notice, and rewrite their welcome."""
    taken = await take_role_notices(ctx.db, AT_ONCE)
    told = await draw_notices(ctx.db, taken, Telling(ctx.settings, ctx.now))
    shown = [direct.user_id for direct in told] if progress.done else [*work.welcomes, *(d.user_id for d in told)]
    welcomes = [await refresh_welcome(ctx, _acting(one, ctx)) for one in await people.among(ctx.db, ids=shown)]
    done, finished = progress.done + len(taken), len(taken) < AT_ONCE
    total = done if finished else None
    return replies.Step(replies=[*told, *welcomes], cursor=done, done=done, total=total, finished=finished)


@feature.job("minute=*/5", name="membres.tell_roles")
async def find_untold_roles(ctx: ReadingContext) -> replies.Replies:
    """Tell people whom nobody told: those whose imported line was found when they first wrote to the bot."""
    return replies.Start(payload=TellRoles()) if await count_role_notices(ctx.db) else None


async def begin_telling(db: AsyncSession, now: datetime, welcomes: Sequence[str] = ()) -> None:
    """Have the running bot, or the next one, tell the notices that the operator’s commands left."""
    await work.add(db, [make_work(work.WorkSort.STEPS, TellRoles(welcomes=list(welcomes)), "", now, told=False)])


def _acting(person: Person, ctx: Context) -> Person:
    return person.copy_with(role=_role_now(person, ctx.now) or Role.INVITE)
