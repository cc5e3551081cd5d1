"""What a line says about duty: about whom it is, for which queue, and on which days."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.french.words import fold
from bot.texts import quote
from commands.garde.feature import may, queues
from storage import people
from storage.canaux import keys_of
from storage.people import Person

_ALL = ("toutes les files", "toutes", "les deux files", "les deux")
_BEFORE = ("pour", "sur", "pour l", "sur l")
_WORDS_MAX = 5
"""Of the name of a queue, and of what stands before it."""

Reader = Callable[[str, date], Period]


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody, days, and a queue, "" for all of them."""

    person: Person
    days: Period
    queue: str = ""


async def read_line(ctx: Context, text: str, reader: Reader) -> Said:
    """« [@nom] du … au … [file] »; who writes is meant where nobody is named. Mattermost is asked: before the first
    statement. Raises UserError."""
    person, rest = await read_person(ctx, text)
    queue, days = split_queue(rest, queues(ctx.settings))
    try:
        return Said(person, reader(days, ctx.today), queue)
    except ValueError as problem:
        raise UserError(str(problem)) from None


async def read_person(ctx: Context, text: str) -> tuple[Person, str]:
    """Whom a line begins with, and the rest of it. Raises UserError for nobody, and who is never on duty."""
    name, _, rest = text.strip().partition(" ")
    if not name.startswith("@"):
        return ctx.user, text.strip()
    account = await ctx.chat.user_by_name(name)
    if account is None or account.is_bot or account.deleted:
        raise UserError(f"Personne ne s’appelle @{quote(name.removeprefix('@'))} dans Mattermost.")
    return await read_agent(ctx, account.id), rest.strip()


async def read_agent(ctx: Context, user_id: str) -> Person:
    """Somebody who may be on duty; Mattermost may be asked. Raises UserError for others."""
    person = await ctx.people.of(user_id)
    if not may(person, ctx.settings, await ctx.people.recall(user_id, keys_of)):
        raise UserError(_no_agent(person))
    return person


async def read_registered(ctx: Context, user_id: str) -> Person:
    """The same for what a window chose, after the first statement: by the register alone. Raises UserError, also for
    whose role it does not know."""
    row = await people.get(ctx.db, user_id)
    role = (row.role or row.derived_role) if row else None
    if row is None or role is None:
        raise UserError("Le registre ne connaît pas le rôle de cette personne : tapez plutôt /garde @nom du … au ….")
    person = Person(**(row.model_dump() | {"role": role}))
    if not may(person, ctx.settings, await keys_of(ctx.db, user_id)):
        raise UserError(_no_agent(person))
    return person


def _no_agent(person: Person) -> str:
    return (
        f"@{quote(person.username)} n’est ni agent de la hotline, ni animateur, ni dans la salle d’une file : "
        "invitez cette personne dans la salle, ou demandez à un animateur de lui donner ce rôle avec /membres role."
    )


def split_queue(text: str, known: Mapping[str, str]) -> tuple[str, str]:
    """The queue that a line begins or ends with ("" for none, or all), and the rest of the line."""
    called = {fold(name): code for code, name in known.items()} | {fold(code): code for code in known}
    called |= {fold(name): "" for name in _ALL}
    called |= {f"{before} {name}": code for name, code in called.items() for before in _BEFORE}
    words = text.split()
    for size in range(min(_WORDS_MAX, len(words)), 0, -1):
        for first, rest in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            if (code := called.get(fold(" ".join(first)))) is not None:
                return code, " ".join(rest)
    return "", " ".join(words)


async def register(ctx: Context, person: Person) -> None:
    """Whoever is on duty is in the register, under the name that they have."""
    if await people.get(ctx.db, person.id) is None:
        await people.add(ctx.db, person)
