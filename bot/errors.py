"""Refusals by the bot and by Mattermost: one exception for each, and reasons that hold for every server version."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import StrEnum
from math import ceil
from typing import ParamSpec, TypeVar

from bot.french.words import plural
from config.tables import read
from storage.engines import may_pass

P = ParamSpec("P")
T = TypeVar("T")
D = TypeVar("D")


class Refusal(StrEnum):
    """The reasons that a feature can tell apart, as in ``ChatError.refusal`` (docs/mattermost.md §9.2)."""

    SIGNED_OUT = "signed_out"
    """The token is no longer taken."""
    FORBIDDEN = "forbidden"
    """The bot lacks the right; old servers say so, too, of a post that is gone."""
    SWITCHED_OFF = "switched_off"
    """An administrator has switched it off, or it takes a licence."""
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_CHANNEL = "unknown_channel"
    """There is no such channel, or it is private and the bot is not in it."""
    UNKNOWN_POST = "unknown_post"
    UNKNOWN_FILE = "unknown_file"
    UNKNOWN_EMOJI = "unknown_emoji"
    NOT_IN_TEAM = "not_in_team"
    NOT_IN_CHANNEL = "not_in_channel"
    DEACTIVATED = "deactivated"
    """The person’s account is switched off; 5.37 takes them all the same."""
    NAME_TAKEN = "name_taken"
    """Also by an archived channel, and by a private one that the bot cannot see."""
    BAD_NAME = "bad_name"
    ARCHIVED = "archived"
    """The channel is archived: it may be read, and still takes and loses members."""
    DEFAULT_CHANNEL = "default_channel"
    """Not with « town-square », in which everybody of the team is."""
    NOT_OF_TEAM = "not_of_team"
    """A direct or group channel has no such thing."""
    THREAD_GONE = "thread_gone"
    """The message to be answered is deleted, is an answer itself, or stands in another channel."""
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    TOO_LATE = "too_late"
    """The time in which messages may be rewritten is over (PostEditTimeLimit)."""
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_REACTIONS = "too_many_reactions"
    TOO_MANY_CHANNELS = "too_many_channels"
    """The team has as many as it may (TeamSettings.MaxChannelsPerTeam)."""
    TEAM_FULL = "team_full"
    """The team has as many people as it may (TeamSettings.MaxUsersPerTeam)."""
    TAKEN_BACK = "taken_back"
    """Mattermost was not asked: before the act began another was written down that settles the same otherwise."""


IDS: Mapping[str, Refusal] = {row["id"]: Refusal(row["refusal"]) for row in read("refusals.tsv")}
_STATUSES: Mapping[int, Refusal] = {
    401: Refusal.SIGNED_OUT,
    403: Refusal.FORBIDDEN,
    413: Refusal.TOO_LARGE,
    501: Refusal.SWITCHED_OFF,
}
"""What is meant where the id says nothing: a proxy answered, or a version not met yet."""

OF_A_PERSON = frozenset({Refusal.UNKNOWN_PERSON, Refusal.NOT_IN_TEAM, Refusal.DEACTIVATED})
"""What keeps one person out of a channel, and nobody else."""


def read_refusal(status: int, error_id: str) -> Refusal | None:
    """Return the reason of an error answer; None for one that is not told apart."""
    return IDS.get(error_id) or _STATUSES.get(status)


class UserError(Exception):
    """A refusal, in French, that says why and what to do instead.

    ``fields`` puts sentences under fields of the dialog (element name → sentence).
    """

    def __init__(self, text: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text or "; ".join((fields or {}).values()))
        self.text = text
        self.fields = dict(fields or {})


class ChatError(Exception):
    """Mattermost refused, or did not answer.

    ``status`` is the HTTP status (0: no answer), ``error_id`` Mattermost’s name of the error, and ``retry_after`` the
    pause in seconds that it asked for; ``refusal`` is the reason on every version, None for one that is not told apart.
    """

    def __init__(
        self, status: int, error_id: str = "", *, retry_after: float | None = None, refusal: Refusal | None = None
    ) -> None:
        super().__init__(f"{status} {error_id}".strip())
        self.status = status
        self.error_id = error_id
        self.retry_after = retry_after
        self.refusal = refusal or read_refusal(status, error_id)

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later: no answer, too many calls, or a server error. 501 may not: the
        administrator switched the function off."""
        return self.status in {0, 408, 425, 429} or (self.status >= 500 and self.status != 501)

    @property
    def is_temporary(self) -> bool:
        """Whether the error says nothing about the request itself: it may pass, or the bot’s token is refused for
        now."""
        return self.may_pass or self.status == 401


def read_or_refuse(reader: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
    """Read what was typed. Raises UserError with the sentence of the reader’s ValueError."""
    try:
        return reader(*args, **more)
    except ValueError as problem:
        raise UserError(str(problem)) from None


async def unless_refused(asked: Awaitable[T], otherwise: D, reasons: Collection[Refusal] = ()) -> T | D:
    """Wait for an answer, or return ``otherwise`` if Mattermost refuses (for one of these reasons, if any are given).
    Other errors, and those that may pass, are raised."""
    try:
        return await asked
    except ChatError as error:
        if error.may_pass or (reasons and error.refusal not in reasons):
            raise
        return otherwise


async def unless_refused_for_good(asked: Awaitable[T]) -> T | None:
    """Wait for an answer, or return None if Mattermost refuses for good. Other errors, a refused token too, are raised,
    so that the same is tried again."""
    try:
        return await asked
    except ChatError as error:
        if error.is_temporary:
            raise
        return None


def may_succeed_later(problem: BaseException) -> bool:
    """Return whether the database or Mattermost did not answer, so that the same may succeed later."""
    return may_pass(problem) or (isinstance(problem, ChatError) and problem.may_pass)


def explain_unopened(problem: ChatError) -> str:
    """Say in French why a dialog did not open, and when to try again."""
    if problem.status == 429 and problem.retry_after:
        return f"Mattermost demande de patienter. Recommencez dans {plural(ceil(problem.retry_after), 'seconde')}."
    return "La fenêtre n’a pas pu s’ouvrir. Recommencez, s’il vous plaît."
