"""« coop-bot role »: gives or withdraws a role in the register."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError
from bot.mattermost import ChatUser, Mattermost
from bot.people import make_newcomer
from bot.replies import Say
from bot.texts import Markdown, render
from cli.checks import open_client
from cli.command import Call
from cli.delivery import Pen
from cli.environment import open_up_to_date
from cli.errors import OperatorError
from cli.faults import chat_fault
from cli.journal import note_about
from cli.people.roster import AUTO
from commands.membres.changes import RoleProposal
from commands.membres.members import Standing, feature, needs_approval
from commands.membres.notices import Telling, begin_telling, tell_role_changes
from config.settings import Settings
from storage import canaux, outbox, people
from storage.database import Database
from storage.journal import AuditAct, JournalEntry
from storage.people import Person, Role
from storage.people.person import read_role
from storage.people.transitions import forget_role_notices


async def role(call: Call, username: str, wanted: str) -> None:
    """Give somebody a role, or let it follow from Mattermost again."""
    settings, now, given = call.settings, call.clock(), None if wanted == AUTO else read_role(wanted)
    async with open_up_to_date(settings) as database:
        person, is_new = await find(database, settings, username, now)
        before = person.role
        if not (is_new and given is None):
            async with database.transaction() as db:
                await _give(db, person, given, now)
                after = person.copy_with(role=given)
                await tell(db, Pen(settings, lambda: now, feature.name), [(person, after)], now)
                await _tell_person(db, Pen(settings, lambda: now, feature.name), person, now)
    print(_outcome(person.username, before, given))


async def _give(db: AsyncSession, person: Person, wanted: Role | None, now: datetime) -> None:
    await people.give_role(db, person.copy_with(role=wanted))
    if person.role != wanted:
        await note_about(db, _entry(person, wanted, now))


def _entry(person: Person, wanted: Role | None, now: datetime) -> JournalEntry:
    before, after = ({"role": role.value if role else AUTO} for role in (person.role, wanted))
    whom, name, thing = person.id, person.username, f"personne:{person.id}"
    entry = JournalEntry(at=now, act=AuditAct.MEMBER_CHANGE, object=thing, target_id=whom, target=name)
    return entry.sqlmodel_update({"before": before, "after": after})


def _outcome(username: str, before: Role | None, now: Role | None) -> str:
    if before == now:
        return f"@{username} : {_say(now)}. Rien à changer."
    return f"@{username} : {_say(now)} (avant : {_say(before)}). Un bot qui tourne le sait dans la minute."


def _say(role: Role | None) -> str:
    return role.label if role else "le rôle suit Mattermost"


LOOK_UP_MAX = 5.0
"""The most seconds that Mattermost may take to say whose a user name is today."""


async def find(database: Database, settings: Settings, username: str, now: datetime) -> tuple[Person, bool]:
    """Find the person who has a name today, and whether they are new to the register.

    Mattermost comes first, since names change hands; the register serves if it does not answer, and for deleted
    accounts. Raises OperatorError for an unknown name, or a bot.
    """
    user, silence = await _account(settings, username)
    if user is not None and user.is_bot:
        raise OperatorError(f"« {username} » est un compte de bot, pas celui d’une personne.")
    async with database.transaction(writes=False) as db:
        row = await (people.by_username(db, username) if user is None else people.get(db, user.id))
    if user is not None:
        person = row or make_newcomer(user, now)
        return person.copy_with(username=user.username), row is None
    if row is None:
        asked = silence or "et Mattermost ne connaît personne de ce nom : vérifiez l’orthographe."
        raise OperatorError(f"Personne ne s’appelle « {username} » dans le registre, {asked}")
    return row, False


async def _account(settings: Settings, username: str) -> tuple[ChatUser | None, str]:
    """Return the account of a name; None with a reason if Mattermost cannot be asked."""
    token = settings.bot_token.get_secret_value()
    if not token:
        return None, "et Mattermost ne peut pas être interrogé : COOP_BOT_TOKEN n’est pas réglé."
    try:
        async with open_client(settings.mattermost_url, token) as client, asyncio.timeout(LOOK_UP_MAX):
            return await Mattermost(client, settings.team).user_by_name(username), ""
    except (ChatError, TimeoutError) as error:
        fault = error if isinstance(error, ChatError) else ChatError(0)
        return None, f"et Mattermost n’a pas pu être interrogé. {chat_fault(fault)}"


LISTED_MAX = 30
"""How many changes the room is told one by one."""

Change = tuple[Person, Person]
"""A person before (without a role if they are new) and after a change."""


async def tell(db: AsyncSession, pen: Pen, changes: Sequence[Change], now: datetime) -> None:
    """Tell the animateurs’ room about roles over others that were given or withdrawn, in the same transaction."""
    told = [(before, after) for before, after in changes if _is_over(before, after)]
    room = await canaux.find_team_room(db) if told and pen.settings.secrets else ""
    if not room:  # (Without keys no bot was ever set up here.)
        return
    listed, more = [_say_change(*change, now) for change in told[:LISTED_MAX]], len(told) - LISTED_MAX
    said = Say(render("membres/role_by_operator", changes=listed, more=more), channel_id=room)
    await outbox.add(db, await pen.rows(db, [said], feature.name))


async def _tell_person(db: AsyncSession, pen: Pen, person: Person, now: datetime) -> None:
    """Tell a person about their new role, in the same transaction; the running bot rewrites their welcome."""
    if not pen.settings.secrets:
        await forget_role_notices(db, [person.id])
        return
    told = await tell_role_changes(db, [person.id], Telling(pen.settings, now, render("membres/by_operator")))
    await outbox.add(db, await pen.rows(db, told, feature.name))
    await begin_telling(db, now, [person.id])


def _is_over(before: Person, after: Person) -> bool:
    return needs_approval(before.known_role or Role.INVITE, before, after)


def _say_change(before: Person, after: Person, now: datetime) -> Markdown:
    asked = RoleProposal(
        by="",
        person_id=after.id,
        username=after.username,
        role=before.known_role or Role.INVITE,
        before=Standing.of(before),
        after=Standing.of(after),
        is_new=False,
        at=now,
    )
    return render("membres/role_change", asked=asked, own=False)
