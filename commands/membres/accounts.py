"""Mattermost accounts: deactivated ones, those that an import announced, animateurs by their role there, and granted
access."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.events import TEAM, PersonChanged
from bot.mattermost import ChatUser
from bot.people import make_newcomer
from bot.replies import Ask, Button, Direct, Message, Progress, Refresh, Replies, Reply, Start, Step
from bot.texts import render
from commands.membres import arrivals
from commands.membres.changes import propose_role, settle_channels, write_member
from commands.membres.members import ANIMATEURS, Member, feature, needs_approval, note_person
from config.territories import departement
from dialogs.membres import OFFERED_MAX, PLACED, GrantAccess
from storage import people, watchlist
from storage.database import release
from storage.people import Awaited, Person, Role, register, transitions
from storage.people.arrivals import find_lines_alike
from storage.people.transitions import forget_role_notices


@feature.job("minute=35", name="membres.look_up")
async def look_up_animateurs(ctx: ReadingContext) -> Replies:
    """Look up the role of each animateur, so that the register knows what Mattermost says."""
    found = {*await watchlist.list_admins(ctx.db, TEAM), *await people.animating_by_mattermost(ctx.db)}
    await release(ctx.db)
    for user_id in sorted(found):
        with suppress(ChatError):
            await ctx.people.of(user_id)
    return None


@feature.job("hour=4 minute=40", name="membres.recognise")
async def recognise_awaited(ctx: ReadingContext) -> Replies:
    """Register people who were announced by an import and missed, because they joined the team before it or an event
    was lost; add them to their channels."""
    if not await register.count_awaited(ctx.db):
        return None
    told: list[Reply] = []
    async for page in ctx.chat.team_users():
        for user in await _find_expected(ctx, [user for user in page if not user.deleted and not user.is_bot]):
            ctx.people.forget(user.id)
            # Registered by another transaction, which this one may not see.
            person = await ctx.people.recall(user.id, people.get)
            told += await settle_channels(ctx, None, person) if person else []
    return told


async def _find_expected(ctx: Context, users: list[ChatUser]) -> list[ChatUser]:
    """Return the users of a page whom an imported line announces."""
    emails = [user.email.lower() for user in users if user.email]
    lines = await register.find_awaited_among(ctx.db, [user.username for user in users], emails)
    names = {name for line in lines for name in (line.username, line.email) if name}
    return [user for user in users if user.username in names or user.email.lower() in names]


@dataclass(frozen=True, slots=True)
class Applicant:
    """An animateur’s decision about an access request, and the account as Mattermost has it now."""

    form: GrantAccess
    account: ChatUser


async def read_granted(ctx: ReadingContext, form: GrantAccess) -> Applicant:
    """Read the account of whoever asked for access. Raises UserError if it is deactivated by now."""
    account = await ctx.chat.user(form.person_id)
    if account.deleted:
        raise UserError(render("membres/account_deactivated", username=account.username))
    return Applicant(form, account)


@feature.button(arrivals.Grant, roles=ANIMATEURS, writes=False)
async def ask_what_to_grant(ctx: ReadingContext, click: arrivals.Grant) -> Replies:
    """Open the window of role and place, filled with what the person said."""
    asked = await arrivals.must_be_open(ctx, click)
    lines = await find_lines_alike(ctx.db, asked)
    first = lines[0] if lines else None
    role = first.role if first and first.role in PLACED else Role.CONSEILLER
    about = {"person_id": asked.person_id, "key": asked.key, "username": asked.username}
    known = {"departements": (asked.departement,), "structure": asked.structure or None}
    offered = {str(line.id): _say_line(line) for line in lines[:OFFERED_MAX]}
    return Ask(GrantAccess.draft(**about, **known, role=role, lines=offered, line=next(iter(offered), None)))


@feature.submit(GrantAccess, roles=ANIMATEURS, asks=read_granted)
async def grant_request(ctx: Context, applicant: Applicant) -> Replies:
    """Grant access: the person gets their role, place and channels, and is told."""
    form, account = applicant.form, applicant.account
    asked = await arrivals.must_be_open(ctx, arrivals.AboutAccess(person_id=form.person_id, key=form.key))
    row = await people.get(ctx.db, account.id)
    person = row or make_newcomer(account, ctx.now)
    if person.known_role not in {None, Role.INVITE} and not person.has_left(ctx.today):
        raise UserError(render("membres/account_has_role", username=account.username))
    member = Member(person, Role.INVITE, row is None)
    after = (await _fill(ctx, applicant, person)).copy_with(role=Role(form.role), left_on=None)
    if needs_approval(person.known_role or Role.INVITE, person, after):
        raise UserError(render("membres/account_had_role", username=account.username))
    settled = await arrivals.grant_access(ctx, asked, Role(form.role))
    how = render("membres/access_granted_by", username=ctx.user.username)
    return [*await write_member(ctx, member, after, how=how), *settled]


async def _fill(ctx: Context, applicant: Applicant, person: Person) -> Person:
    """Complete a person with their imported line, then with the window and their account’s name."""
    form = applicant.form
    lines = [line for line in await register.every_awaited(ctx.db) if str(line.id) == form.line]
    for line in lines:
        person = await register.take_awaited(ctx.db, line, person)
    first, _, last = applicant.account.full_name.partition(" ")
    name = {"prenom": person.prenom or first or None, "nom": person.nom or last or None}
    employer = {"structure": form.structure} if form.structure else {}
    return people.place(person.copy_with(**name, **employer), form.departements)


def _say_line(line: Awaited) -> str:
    """Describe an imported line in a menu."""
    name = " ".join(part for part in (line.prenom, line.nom) if part) or line.username or line.email or ""
    return ", ".join(part for part in (name, line.role.label if line.role else "", *line.departements) if part)


ASKED_AT_ONCE = 20
"""People in one message; the others are asked about on the days after."""
ANIMATEURS_MAX = 50
IDS_AT_ONCE = 200
GONE = RowCard[str]("membres.gone:")
"""The question to animateurs whether people have left, by the first of their ids and the day."""


class AboutGone(BaseModel):
    """Payload of the question about some deactivated accounts; ``topic`` is that of its message."""

    person_ids: list[str]
    topic: str


class ConfirmGone(AboutGone):
    """Button « Confirmer »: these people have left."""


class IgnoreGone(AboutGone):
    """Button « Ignorer »: these people have not left, or it is not known."""


class NoteGone(BaseModel):
    """Long work: note deactivated accounts of which no event told."""

    person_ids: list[str]


@feature.event(PersonChanged, name="membres.note.PersonChanged")
async def note_account_change(ctx: Context, event: PersonChanged) -> Replies:
    """Note a deactivated account, about which animateurs are asked later; forget that of a reactivated one."""
    if event.is_gone:
        await _note_gone(ctx, [event.user_id])
        return await arrivals.close_access(ctx, event.user_id)
    await transitions.forget_gone(ctx.db, [event.user_id])
    return None


@feature.job("hour=4 minute=50", name="membres.look")
async def find_deactivated(ctx: ReadingContext) -> Replies:
    """Find deactivated accounts of the team of which no event told."""
    missed: list[str] = []
    async for page in ctx.chat.team_users():
        off = [user.id for user in page if user.deleted]
        counted = [person.id for person in await _list_counted(ctx, off)] if off else []
        known = await transitions.find_gone_since(ctx.db, counted) if counted else {}
        missed += [person_id for person_id in counted if person_id not in known]
    return Start(payload=NoteGone(person_ids=missed)) if missed else None


@feature.chore(NoteGone, name="membres.NoteGone", title="Comptes désactivés", writes=True)
async def note_missed(ctx: Context, work: NoteGone, _: Progress) -> Step:
    """Note accounts about which animateurs are asked in the morning."""
    for start in range(0, len(work.person_ids), IDS_AT_ONCE):
        await _note_gone(ctx, work.person_ids[start : start + IDS_AT_ONCE])
    return Step(finished=True)


@feature.job("hour=8 minute=20", name="membres.ask", writes=True)
async def ask_about_gone(ctx: Context) -> Replies:
    """Ask each animateur, in one message, about the accounts found deactivated since the last one."""
    found = await transitions.list_to_ask_about(ctx.db, ctx.today, ASKED_AT_ONCE)
    asked = await people.animating(ctx.db, ctx.today, ANIMATEURS_MAX) if found else []
    off = await transitions.find_gone_since(ctx.db, [animateur.id for animateur in asked])
    asked = [animateur for animateur in asked if animateur.id not in off]
    if not asked:
        return None
    await transitions.note_gone_asked(ctx.db, [person.id for person in found], ctx.now)
    return [_draw_question(ctx, animateur, found) for animateur in asked]


@feature.button(ConfirmGone, roles=ANIMATEURS)
async def confirm_gone(ctx: Context, click: ConfirmGone) -> Replies:
    """Record that people left on the day their accounts were found deactivated, unless an earlier one is known."""
    when = await transitions.find_gone_since(ctx.db, click.person_ids)
    told: list[Reply] = []
    left = []
    for person in await _list_counted(ctx, click.person_ids):
        day = when[person.id].astimezone(person.zone).date() if person.id in when else date.max
        if day >= (person.left_on or date.max):
            continue
        after, role = person.copy_with(left_on=day), person.known_role or Role.INVITE
        if needs_approval(role, person, after):
            told += await propose_role(ctx, Member(person, role), after)
            continue
        told += await settle_channels(ctx, person, after)
        ctx.touched.add(person.id)
        note_person(ctx, person, after)
        left.append(after)
    await people.register_people(ctx.db, left)
    await forget_role_notices(ctx.db, [person.id for person in left])  # nobody reads at an account that is off
    return [*told, _settle_gone_cards(ctx, click.topic, left, confirmed=True)]


@feature.button(IgnoreGone, roles=ANIMATEURS)
async def ignore_gone(ctx: Context, click: IgnoreGone) -> Replies:
    """Change nothing, and do not ask again while the accounts stay deactivated."""
    return _settle_gone_cards(ctx, click.topic, await _list_counted(ctx, click.person_ids), confirmed=False)


async def _note_gone(ctx: Context, person_ids: Sequence[str]) -> None:
    """Note those of these accounts whose people have not left."""
    found = await _list_counted(ctx, person_ids)
    await transitions.note_gone(ctx.db, [person.id for person in found], ctx.now)


async def _list_counted(ctx: Context, person_ids: Sequence[str]) -> Sequence[Person]:
    """List those of these people who are still counted: their last day, which most have, is to come."""
    return [p for p in await people.among(ctx.db, ids=person_ids) if not p.has_left(p.today(ctx.now))]


def _draw_question(ctx: Context, animateur: Person, found: Sequence[Person]) -> Direct:
    ids = [person.id for person in found]
    key = f"{ids[0]}:{ctx.today}"
    topic = GONE.of(key)
    label = "Confirmer le départ" if len(ids) == 1 else "Confirmer les départs"
    about = {"person_ids": ids, "topic": topic}
    buttons = [Button(label, ConfirmGone(**about), "primary"), Button("Ignorer", IgnoreGone(**about))]
    text = render("membres/gone", people=[(person, _say_place(person)) for person in found])
    return GONE.send(key, Message(text, buttons), animateur.id)


def _settle_gone_cards(ctx: Context, topic: str, found: Sequence[Person], *, confirmed: bool) -> Refresh:
    """Rewrite the question for every animateur: who answered it, and how."""
    people_ = [(person, _say_place(person)) for person in found]
    text = render("membres/gone_settled", people=people_, by=ctx.user.username, confirmed=confirmed)
    return Refresh(text, topic=topic, here=True)


def _say_place(person: Person) -> str:
    return departement(person.departement).name if person.departement else ""
