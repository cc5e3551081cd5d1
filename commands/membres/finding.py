"""Who is meant: by a user name of today, which Mattermost knows best, or by an id."""

from dataclasses import dataclass

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.mattermost import ChatUser
from bot.people import newcomer
from bot.texts import quote, render
from storage import people
from storage.people import Person, Role, SameNameError


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as the register has them (``is_new`` if it does not), and the role that they have: the register’s, else
    the one that follows from Mattermost."""

    person: Person
    role: Role
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """What Mattermost says of who is called so; ``is_silent`` if it did not answer."""

    username: str
    account: ChatUser | None = None
    role: Role | None = None
    is_silent: bool = False


async def ask_about(ctx: Context, name: str) -> Named:
    """Who bears a name today; before the first statement, so that no writer waits for Mattermost. Raises UserError for
    a bot."""
    username = name.removeprefix("@").lower()
    try:
        account = await ctx.chat.user_by_name(username)
    except ChatError:
        return Named(username, is_silent=True)
    if account is None:
        return Named(username)
    if account.is_bot:
        raise UserError(f"@{quote(username)} est un bot : il n’a pas de rôle.")
    return Named(account.username, account, await _role(ctx, account.id))


async def ask_about_id(ctx: Context, person_id: str) -> Named:
    """The same of an account by id."""
    account = await ctx.chat.user(person_id)
    return Named(account.username, account, await _role(ctx, account.id))


async def read_named(ctx: Context, named: Named) -> Member:
    """Who that is in the register, or would be. Raises UserError for nobody, or a name that is not only one’s."""
    row = await _row(ctx, named)
    if named.account is not None:
        person = row or newcomer(named.account, ctx.now)
        person = Person(**(person.model_dump() | {"username": named.account.username}))
    elif row is not None:
        person = row
    else:
        raise UserError(render("membres/unknown", called=quote(named.username), silent=named.is_silent))
    return Member(person, person.role or named.role or person.derived_role or Role.INVITE, row is None)


async def read_member(ctx: Context, person_id: str, role: Role | None = None) -> Member:
    """Somebody of the register by id; ``role`` is the one that they had a moment ago. Raises UserError for nobody."""
    row = await people.get(ctx.db, person_id)
    if row is None:
        raise UserError("Cette personne n’est pas, ou plus, au registre : ajoutez-la avec /membres ajouter.")
    return Member(row, row.role or role or row.derived_role or Role.INVITE)


async def _role(ctx: Context, person_id: str) -> Role | None:
    """The role that follows from Mattermost, where the register gives none."""
    try:
        return (await ctx.people.of(person_id)).role
    except ChatError:
        return None


async def _row(ctx: Context, named: Named) -> Person | None:
    if named.account is not None:
        return await people.get(ctx.db, named.account.id)
    try:
        return await people.by_username(ctx.db, named.username)
    except SameNameError:
        name = quote(named.username)
        raise UserError(f"Plusieurs personnes du registre s’appellent @{name}, et Mattermost se tait.") from None
