"""Changes about a person: checked, stored, told and undone. A role over others needs a second animateur; the place of
work that somebody gives needs its coordinateur or an animateur."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.account_status import is_active
from bot.actions import AddMembers, RemoveMember
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.permalinks import make_permalink
from bot.registry import is_name_enabled
from bot.replies import Ask, Button, Direct, Message, Refresh, Replies, Reply, RunCommand, Whisper, as_list
from bot.texts import Markdown, link, render
from commands.membres import members
from commands.membres.arrivals import announce_newcomer, settle_access, settle_guest
from commands.membres.members import ANIMATEURS, LEADERS, Member, Standing, bienvenue, feature
from commands.membres.notices import FillProfile, Telling, refresh_welcome, tell_role_changes
from config.territories import departement
from dialogs.membres import CompleteProfile
from storage import canaux, claims, journal, people
from storage.annuaire import NETWORK, entries
from storage.journal import AuditAct
from storage.people import Person, Role, arrivals, transitions


async def settle_channels(ctx: Context, before: Person | None, after: Person) -> Sequence[Reply]:
    """Add somebody to the channels that are theirs now, and remove them from the others.

    After a move the old département’s channel stays for a time of grace; ``before`` is None for a newcomer.
    """
    today = after.today(ctx.now)
    if after.has_left(today):
        await canaux.begin_departure(ctx.db, after, ctx.now)
    leaving = (await transitions.find_in_grace(ctx.db, ctx.now, after.id)).get(after.id, ())
    was = canaux.ChannelPerson.of(before, today) if before else None
    table, is_now = await canaux.list_planned(ctx.db, ctx.settings), canaux.ChannelPerson.of(after, today, leaving)
    change = await canaux.compute_settling(ctx.db, table, was, is_now)
    joins = [AddMembers(channel_id, [after.id], team=team) for channel_id, team in change.joins.items()]
    return [*joins, *(RemoveMember(channel_id, after.id) for channel_id in change.leaves)]


ASKED_MAX = 20
HOLDS_FOR = timedelta(days=7)
"""How long what is asked may be approved."""


DECIDED = "membres.role"
"""What the decision about a topic is claimed under."""
PROPOSAL = RowCard[tuple[str, datetime]]("membres.role:", lambda of: f"{of[0]}:{int(of[1].timestamp() * 1000):x}")
"""The proposal of a role, by the id of whom it is about and the moment."""


class RoleProposal(BaseModel):
    """A proposed change of role: the proposer’s id ("" for the operator), the person before and after. ``role`` is the
    one they have, also if it comes from Mattermost."""

    by: str
    person_id: str
    username: str
    role: Role
    before: Standing
    after: Standing
    is_new: bool
    at: datetime

    @property
    def key(self) -> tuple[str, datetime]:
        """The unique key of a proposal: its person, and its time."""
        return self.person_id, self.at


class ApproveRole(BaseModel):
    """Button « Approuver »: makes the proposed change."""

    asked: RoleProposal


class RefuseRole(BaseModel):
    """Button « Refuser », or « Retirer » for the proposer."""

    asked: RoleProposal


async def propose_role(ctx: Context, member: Member, after: Person) -> Sequence[Reply]:
    """Ask the animateurs in their room or, without one, each by themselves; nothing changes before. Raises UserError if
    the same is proposed already."""
    asked = RoleProposal(
        by=ctx.user.id,
        person_id=after.id,
        username=after.username,
        role=member.role,
        before=Standing.of(member.person),
        after=Standing.of(after),
        is_new=member.is_new,
        at=ctx.now,
    )
    await _must_be_new(ctx, asked)
    note_role(ctx, AuditAct.ROLE_ASK, asked)
    buttons = [Button("Approuver", ApproveRole(asked=asked), "primary"), Button("Refuser", RefuseRole(asked=asked))]
    said = Message(await say_proposal(ctx, asked, "asked"), buttons)
    if room := await canaux.find_team_room(ctx.db):
        told: list[Reply] = [PROPOSAL.post(asked.key, said, room)]
    else:
        found = await people.animating(ctx.db, ctx.today, ASKED_MAX)
        others = [one.id for one in found if one.id not in {asked.by, after.id}]
        told = [PROPOSAL.send(asked.key, said, one) for one in others if await is_active(ctx, one)]
    return [*told, Whisper(await say_proposal(ctx, asked, "waits"))]


async def _must_be_new(ctx: Context, asked: RoleProposal) -> None:
    """Raise UserError if the same proposal already waits, saying where. A later change of the person makes an earlier
    proposal void."""
    await claims.hold(ctx.db, "membres.role.ask", asked.person_id, ctx.now)
    for entry in await journal.list_of_things(ctx.db, [f"personne:{asked.person_id}"]):
        is_about_roles = entry.act in {AuditAct.ROLE_ASK, AuditAct.ROLE_REFUSE}
        if ctx.now - entry.at > HOLDS_FOR or not (is_about_roles or entry.actor == journal.BOT):
            return
        key, by = (asked.person_id, entry.at), await people.get(ctx.db, entry.actor_id)
        is_same = entry.act == AuditAct.ROLE_ASK and (entry.before, entry.after) == _as_noted(asked)
        if is_same and by and by.animates and not await claims.is_taken(ctx.db, DECIDED, PROPOSAL.of(key)):
            cards = [post for post in await PROPOSAL.list_posts(ctx.db, key) if not post.user_id]
            where = link("La demande", make_permalink(ctx.settings, cards[0].post_id)) if cards else ""
            own = by.id == ctx.user.id
            room = bool(await canaux.find_team_room(ctx.db))
            first = asked.model_copy(update={"by": by.id})
            raise UserError(await say_proposal(ctx, first, "again", where=where, room=room, own=own))


async def say_proposal(ctx: Context, asked: RoleProposal, what: str, **more: object) -> Markdown:
    """Describe a proposal and its outcome: « asked », « approved », « refused », « withdrawn » …"""
    by = await people.get(ctx.db, asked.by)
    change = render("membres/role_change", asked=asked, own=what == "told")
    return render("membres/role", what=what, by=by, change=change, user=ctx.user, **more)


async def settle_proposal_cards(ctx: Context, asked: RoleProposal, what: str) -> Refresh:
    """Rewrite the messages of a proposal with its outcome."""
    return PROPOSAL.rewrite(asked.key, await say_proposal(ctx, asked, what), here=True)


def note_role(ctx: Context, act: AuditAct, asked: RoleProposal) -> None:
    """Record in the audit log that a role is proposed, or refused; an approved one is recorded as an ordinary
    change."""
    before, after = _as_noted(asked)
    deed = AuditEntry(act, f"personne:{asked.person_id}", asked.person_id, before=before, after=after)
    record_entry_at_end(ctx, deed)


def _as_noted(asked: RoleProposal) -> tuple[dict[str, str], dict[str, str]]:
    """Return the person before and after, as the audit log stores them."""
    before = {"role": asked.role.value, "dernier_jour": str(asked.before.left_on or "")}
    role = asked.after.role or asked.role
    return before, {"role": role.value, "dernier_jour": str(asked.after.left_on or "")}


NEW_FOR = timedelta(days=30)
"""After somebody came: whoever has no département until later is announced no more."""


class UndoChange(BaseModel):
    """Button « Annuler »: restores the person as ``before``, if they are still as ``after``."""

    person_id: str
    before: Standing
    after: Standing


async def change_member(ctx: Context, actor: Person, member: Member, after: Person) -> Replies:
    """Store a change about a person, or propose it if it needs approval, and confirm it; if nothing changes, say so.

    Raises UserError if the actor may not make it.
    """
    before = member.person
    members.check_change(actor, member.role, before, after)
    if not member.is_new and Standing.of(before) == Standing.of(after):
        return Whisper(render("membres/same", person=after), facts=members.list_facts(after, ctx))
    if members.needs_approval(member.role, before, after):
        return await propose_role(ctx, member, after)
    told = await write_member(ctx, member, after)
    text = render("membres/changed", what=say_changes(ctx, before, after, is_new=member.is_new), person=after)
    undo = UndoChange(person_id=after.id, before=Standing.of(before), after=Standing.of(after))
    buttons = [] if member.is_new else [Button("Annuler", undo)]
    return [*told, Whisper(text, buttons, members.list_facts(after, ctx))]


@feature.undo(UndoChange, name="membres.Undo", roles=LEADERS)
async def undo_change(ctx: Context, click: UndoChange) -> Replies:
    """Undo a change; whoever may make it today may undo it."""
    member = await members.find_member(ctx, click.person_id)
    now = Standing.of(member.person)
    if now == click.before:
        return Whisper(render("membres/same", person=member.person))
    if now != click.after:
        raise UserError(render("membres/member_changed"))
    after = click.before.applied_to(member.person)
    members.must_reach(ctx.user, member.role, member.person)
    members.check_change(ctx.user, click.before.role or member.role, after, member.person)
    if members.needs_approval(member.role, member.person, after):
        return await propose_role(ctx, member, after)
    told = await write_member(ctx, member, after, undoes=True)
    return [*told, Whisper(render("membres/undone", person=after), facts=members.list_facts(after, ctx))]


async def write_member(
    ctx: Context, member: Member, after: Person, *, undoes: bool = False, how: str = ""
) -> Sequence[Reply]:
    """Store a person as ``after``, tell them of a new role, and ``how`` it came. A change that ``undoes`` another has
    no time of grace."""
    before = None if member.is_new else member.person
    grace = timedelta() if undoes else timedelta(days=ctx.settings.move_grace)
    members.note_person(ctx, before, after)
    await people.register_person(ctx.db, after)
    ctx.touched.add(after.id)
    how = how or render("membres/noted_by", by=ctx.user.username, asked_by="")
    telling = Telling(ctx.settings, ctx.now, how, member.role)
    told: list[Reply] = [*await tell_role_changes(ctx.db, [after.id], telling)]
    told += [*await settle_guest(ctx, after), *await settle_access(ctx, after)]
    told.append(await refresh_welcome(ctx, _acting(ctx, after, member)))
    if before is not None:
        await transitions.note_moves(ctx.db, [(before, after)], ctx.now, grace)
        told += _tell_mover(ctx, before, after) if grace else []
    is_placed = after.departements and not (before and before.departements)
    if is_placed and await arrivals.came_since(ctx.db, after.id, ctx.now - NEW_FOR):
        told += await announce_newcomer(ctx, after)
    return [*told, *await settle_channels(ctx, before, after)]


def _acting(ctx: Context, after: Person, member: Member) -> Person:
    """Return a person with the role that they have today, also if it comes from Mattermost."""
    role = Role.INVITE if after.has_left(after.today(ctx.now)) else after.role or member.role
    return after.copy_with(role=role)


def _tell_mover(ctx: Context, before: Person, after: Person) -> Sequence[Reply]:
    """Tell somebody who moved until when they stay in the old département’s channel."""
    left = [departement(code).name for code in before.departements if code not in after.departements]
    if not left or not after.departements or after.id == ctx.user.id or after.left_on:
        return []
    until = (ctx.now + timedelta(days=ctx.settings.move_grace)).astimezone(after.zone).date()
    now = [departement(code).name for code in after.departements]
    return [Direct(render("membres/moved", now=now, left=left, until=until), user_id=after.id)]


def say_changes(ctx: Context, before: Person, after: Person, *, is_new: bool) -> list[Markdown]:
    """Describe the differences, one sentence each."""
    different = {name for name in members.NOTED if getattr(before, name) != getattr(after, name)}
    later = not after.has_left(after.today(ctx.now))
    said = render("membres/changes", before=before, after=after, different=different, is_new=is_new, later=later)
    return [Markdown(line) for line in said.splitlines() if line.strip()]


@feature.button(ApproveRole, roles=ANIMATEURS)
async def approve_role(ctx: Context, click: ApproveRole) -> Replies:
    """Make the proposed change in the name of both animateurs; the person and the proposer are told."""
    asked = click.asked
    if ctx.user.id in {asked.by, asked.person_id}:
        raise UserError(render("membres/change_by_others"))
    member = await _find_unchanged_member(ctx, asked)
    after = asked.after.applied_to(member.person)
    members.check_change(await _find_proposer(ctx, asked), member.role, member.person, after)
    await _claim_decision(ctx, asked)
    by = await people.get(ctx.db, asked.by)
    how = render("membres/noted_by", by=ctx.user.username, asked_by=by.username if by else "")
    told = [*await write_member(ctx, member, after, how=how), *await _report_approval(ctx, asked, after)]
    return [*told, await settle_proposal_cards(ctx, asked, "approved")]


@feature.button(RefuseRole, roles=ANIMATEURS)
async def refuse_role(ctx: Context, click: RefuseRole) -> Replies:
    """Refuse a proposal; the proposer is told, unless they withdrew it themselves."""
    asked = click.asked
    if ctx.user.id == asked.person_id:
        raise UserError(render("membres/change_by_others"))
    await _claim_decision(ctx, asked)
    note_role(ctx, AuditAct.ROLE_REFUSE, asked)
    if ctx.user.id == asked.by:
        return await settle_proposal_cards(ctx, asked, "withdrawn")
    text = await say_proposal(ctx, asked, "refused")
    return [Direct(text, user_id=asked.by), await settle_proposal_cards(ctx, asked, "refused")]


async def _claim_decision(ctx: Context, asked: RoleProposal) -> None:
    """Claim the answer to a proposal. Raises UserError if somebody else has answered it."""
    if ctx.now - asked.at > HOLDS_FOR:
        raise UserError(render("membres/change_too_old"))
    if not await claims.claim(ctx.db, DECIDED, PROPOSAL.of(asked.key), ctx.now):
        raise UserError(render("membres/change_decided"))


async def _find_unchanged_member(ctx: Context, asked: RoleProposal) -> Member:
    """Get the person of a proposal. Raises UserError if they changed since."""
    row = await people.get(ctx.db, asked.person_id)
    new = Person(id=asked.person_id, username=asked.username, since=ctx.now)
    person = row or asked.before.applied_to(new)
    if Standing.of(person) != asked.before:
        raise UserError(render("membres/change_too_old"))
    return Member(person, person.known_role or asked.role, row is None)


async def _find_proposer(ctx: Context, asked: RoleProposal) -> Person:
    """Get the proposer as they are now. Raises UserError if they are no longer an animateur."""
    by = await people.get(ctx.db, asked.by)
    if by is None or not by.animates or by.has_left(by.today(ctx.now)):
        raise UserError(render("membres/proposer_left"))
    return by.copy_with(role=by.known_role)


async def _report_approval(ctx: Context, asked: RoleProposal, after: Person) -> Sequence[Reply]:
    """Tell the proposer, and a person who leaves on a coming day that they keep their role until then."""
    later = after.left_on is not None and not after.has_left(after.today(ctx.now))
    told = [Direct(await say_proposal(ctx, asked, "told"), user_id=after.id)] if later else []
    approved = Direct(await say_proposal(ctx, asked, "approved"), user_id=asked.by)
    return [*told, approved, Whisper(render("membres/change_made"))]


WISH = RowCard[Person]("membres.wish:", lambda person: person.id)
"""The question to those who lead in a département whether somebody works there."""
COORDINATEURS_MAX = 1000


class AnswerWish(BaseModel):
    """Button « C’est exact » or « Ce n’est pas exact »: whether somebody works where they said."""

    person_id: str
    departements: list[str]
    grant: bool


async def ask_leaders(ctx: Context, person: Person, departements: Sequence[str]) -> Sequence[Reply]:
    """Ask the leaders of a département; not again while the same question is unanswered."""
    if not await arrivals.note_wish(ctx.db, person.id, departements, ctx.now):
        return []
    grant = AnswerWish(person_id=person.id, departements=list(departements), grant=True)
    refuse = grant.model_copy(update={"grant": False})
    buttons = [Button("C’est exact", grant, "primary"), Button("Ce n’est pas exact", refuse)]
    asked = Message(_wish_text(person, departements, None), buttons)
    return [WISH.send(person, asked, leader.id) for leader in await _list_leaders(ctx, departements)]


@feature.button(AnswerWish, roles=LEADERS)
async def answer_wish(ctx: Context, click: AnswerWish) -> Replies:
    """Store the first answer to where somebody works; all cards show it, and the person is told."""
    member = await members.find_member(ctx, click.person_id)
    said = await arrivals.get_wish(ctx.db, click.person_id)
    if said is None or said.departements != click.departements:
        raise UserError(render("membres/wish_changed"))
    if member.person.departements and said.granted is None:
        told = Whisper(render("membres/wish_settled"))
        return [_settle_wish_cards(member.person, said), told]
    if not await arrivals.settle_wish(ctx.db, said, granted=click.grant, by=ctx.user.username):
        return _settle_wish_cards(member.person, said)
    said = arrivals.Wish(**(said.model_dump() | {"granted": click.grant, "by": ctx.user.username}))
    answered, who = {"departements": list(said.departements), "accorde": click.grant}, said.person_id
    record_entry_at_end(ctx, AuditEntry(AuditAct.MEMBER_WISH, f"personne:{who}", who, after=answered))
    text = render("membres/wish_answered", wish=said, names=_departement_names(said.departements))
    granted = await _grant_wish(ctx, member, said) if click.grant else []
    return [*granted, Direct(text, user_id=who), _settle_wish_cards(member.person, said)]


async def _grant_wish(ctx: Context, member: Member, said: arrivals.Wish) -> Sequence[Reply]:
    """Move the person there, in the name of whoever answered."""
    after = people.place(member.person, said.departements)
    changed = as_list(await change_member(ctx, ctx.user, member, after))
    return [reply for reply in changed if not isinstance(reply, Whisper)]


async def _list_leaders(ctx: Context, departements: Sequence[str]) -> Sequence[Person]:
    """Return the animateurs, and the coordinateurs of one of these départements."""
    there = await people.with_role(ctx.db, Role.COORDINATEUR, ctx.today, limit=COORDINATEURS_MAX)
    near = [person for person in there if not set(person.departements).isdisjoint(departements)]
    return [*await people.animating(ctx.db, ctx.today, ASKED_MAX), *near[:ASKED_MAX]]


def _settle_wish_cards(person: Person, said: arrivals.Wish) -> Refresh:
    """Rewrite the question for every leader."""
    return WISH.rewrite(person, _wish_text(person, said.departements, said), here=True)


def _wish_text(person: Person, departements: Sequence[str], said: arrivals.Wish | None) -> Markdown:
    return render("membres/wish", person=person, names=_departement_names(departements), said=said)


def _departement_names(codes: Sequence[str]) -> Sequence[str]:
    return [departement(code).name for code in codes]


PROFILE_FIELDS = ("prenom", "nom", "structure")


@bienvenue.button(FillProfile, name="membres.Complete", roles=NETWORK, writes=False)
async def open_profile(ctx: ReadingContext, _: FillProfile) -> Replies:
    """Open the window of missing fields, filled from Mattermost where possible."""
    form = CompleteProfile.of(ctx.user)
    if form.asks_something:
        with suppress(ChatError):
            account = await ctx.chat.user(ctx.user.id)
            form = form.filled(prenom=account.first_name, nom=account.last_name)
    return Ask(form) if form.asks_something else _confirm_profile(ctx, [], [])


@bienvenue.submit(CompleteProfile, roles=NETWORK)
async def save_profile(ctx: Context, form: CompleteProfile) -> Replies:
    """Store a profile. The département first needs a leader’s answer; values that the register had stay."""
    values = {name: said for name in PROFILE_FIELDS if (said := getattr(form, name)) and not getattr(ctx.user, name)}
    person = await entries.save_profile(ctx.db, ctx.user, {"username": ctx.user.username, **values})
    wished = list(form.departements or ()) if not person.departements else []
    asked = await ask_leaders(ctx, person, wished) if wished else []
    acting = person.copy_with(role=ctx.user.role)
    return [*_confirm_profile(ctx, list(values), wished), *asked, await refresh_welcome(ctx, acting)]


def _confirm_profile(ctx: Context, noted: Sequence[str], wished: Sequence[str]) -> list[Reply]:
    has_directory = is_name_enabled("annuaire", ctx.settings.features)
    more = [Button("Dire ce que je sais faire", RunCommand(line="profil"))] if has_directory else []
    is_empty = not (ctx.user.skills or ctx.user.skill_words or ctx.user.languages)
    return [Whisper(render("membres/profile_saved", noted=noted, wished=wished, is_empty=is_empty), more)]
