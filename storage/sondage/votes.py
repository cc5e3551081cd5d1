"""Who took part in a poll and what they chose: votes with names, and the sealed box of secret ballots.
Of an anonymous poll no row says when somebody voted, or what: a row is a poll and a person, and lies where its key
puts it. A ballot lies under what a code makes of it, which only the voter has; the box is written whole each time,
its ballots sorted by that, under a new nonce. So no row, order, moment or number ties a ballot to a voter. Beside a
ballot lies only in which standing it was shown first, with at least four others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from random import SystemRandom
from struct import Struct

from sqlalchemy import LargeBinary, delete, func
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insert_new, upsert
from storage.people import Person, is_there
from storage.seals import SealingKeys
from storage.sondage import ANONYMOUS_LEAST, Ballot, Poll, PollState, Results, count_ballots

KEY = 16
"""The bytes of the key under which a ballot is stored."""
_ROW, _ROW_BEFORE = Struct(f">{KEY}sH3sHH"), Struct(f">{KEY}sH3s")
"""A ballot in its box; and as it lay there before standings were noted beside it, in polls that are open still."""
_FORMAT_MARK = b"2"
_ROWS = {_FORMAT_MARK: _ROW, b"": _ROW_BEFORE}
"""The layout of the ballots in a box, by the mark in front of its seal."""
CHANCE = SystemRandom()
"""The source of randomness that chooses which waiting ballots come in next."""
_SALT = b"coop-bot.sondage"


class Box(SQLModel, table=True):
    """The sealed ballots of an open poll; the row is deleted when the poll ends."""

    __tablename__ = "poll_box"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed: bytes = Field(sa_type=LargeBinary)


@dataclass(frozen=True, slots=True)
class BoxSeal:
    """Seals the box of one poll, with keys made of the bot’s secrets."""

    poll: int
    secrets: Sequence[str]

    def close(self, ballots: Mapping[bytes, Ballot]) -> bytes:
        """Seal the ballots into a value that reveals only how many they are."""
        rows = b"".join(
            _ROW.pack(key, one.choices, one.departement.encode(), one.step, one.shown)
            for key, one in sorted(ballots.items())
        )
        return self.keys.close(rows, self._name + _FORMAT_MARK)

    def open(self, sealed: bytes) -> dict[bytes, Ballot]:
        """Open the ballots of a box, by their keys. Raises UnreadableError."""
        rows, about = self.keys.open(sealed, *(self._name + mark for mark in _ROWS))
        return {
            key: Ballot(choices, place.rstrip(b"\0").decode(), *shown)
            for key, choices, place, *shown in _ROWS[about.removeprefix(self._name)].iter_unpack(rows)
        }

    def key_of(self, code: str) -> bytes:
        """Compute the key in the box of the ballot that has a code."""
        return sha256(self._name + code.encode()).digest()[:KEY]

    @property
    def _name(self) -> bytes:
        return b"%s:%d:" % (_SALT, self.poll)

    @property
    def keys(self) -> SealingKeys:
        """The sealing keys of this box."""
        return SealingKeys(self.secrets, _SALT, self._name)


async def read_box(db: AsyncSession, seal: BoxSeal) -> dict[bytes, Ballot]:
    """Read the ballots of a poll, by their keys; lock the poll first to change them. Raises UnreadableError."""
    sealed = (await db.exec(select(Box.sealed).where(col(Box.poll) == seal.poll))).first()
    return seal.open(sealed) if sealed else {}


async def write_box(db: AsyncSession, seal: BoxSeal, ballots: Mapping[bytes, Ballot]) -> None:
    """Store all ballots, in place of the former content of the box."""
    await upsert(db, Box, [{"poll": seal.poll, "sealed": seal.close(ballots)}])


async def forget_box(db: AsyncSession, poll: int) -> None:
    """Delete the box of a poll that is over and counted."""
    await db.execute(delete(Box).where(col(Box.poll) == poll))


def take_in_ballots(box: Mapping[bytes, Ballot]) -> dict[bytes, Ballot]:
    """Return the ballots that the next published standing includes beyond those of the last; none where that would
    reveal too much.

    At least five come in together, chosen at random, and at least five stay out, since the final count minus this
    standing would show them if the poll ended now. A changed ballot does not count as a new one.
    """
    waiting = sorted(key for key, ballot in box.items() if not ballot.step)
    if len(waiting) < 2 * ANONYMOUS_LEAST:
        return {}
    step = 1 + max(ballot.step for ballot in box.values())
    chosen = CHANCE.sample(waiting, len(waiting) - ANONYMOUS_LEAST)
    return {key: box[key]._replace(step=step, shown=box[key].choices) for key in chosen}


class Voter(SQLModel, table=True):
    """Somebody who took part in an open poll."""

    __tablename__ = "poll_voter"
    # A hidden number of each row would tell who voted first.
    __table_args__ = {"sqlite_with_rowid": False}

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26)


class NamedVote(SQLModel, table=True):
    """A vote in a poll whose votes have names: ``choices`` are bits, in the order of the options."""

    __tablename__ = "poll_vote"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26)
    choices: int
    departement: str = Field(default="", max_length=3)
    at: datetime = Field(sa_type=UtcTime)


class ReminderOptOut(SQLModel, table=True):
    """Somebody who wants no reminders of polls."""

    __tablename__ = "poll_quiet"

    user_id: str = Field(primary_key=True, max_length=26)


async def note_voter(db: AsyncSession, poll: int, user_id: str) -> bool:
    """Note that somebody takes part in a poll; return False where they did already."""
    return await insert_new(db, Voter, {"poll": poll, "user_id": user_id})


async def has_voted(db: AsyncSession, poll: int, user_id: str) -> bool:
    """Tell whether somebody took part in a poll."""
    mine = select(Voter.user_id).where(col(Voter.poll) == poll, col(Voter.user_id) == user_id)
    return (await db.exec(mine)).first() is not None


async def list_taken_part(db: AsyncSession, polls: Collection[int], user_id: str) -> Collection[int]:
    """Return which of these polls somebody took part in."""
    mine = select(Voter.poll).where(col(Voter.poll).in_(polls), col(Voter.user_id) == user_id)
    return set((await db.exec(mine)).all())


async def count_voters(db: AsyncSession, poll: int) -> int:
    """Count the people who took part in an open poll."""
    return (await db.exec(select(func.count()).select_from(Voter).where(col(Voter.poll) == poll))).one()


async def put_vote(db: AsyncSession, vote: NamedVote) -> None:
    """Store somebody’s vote, in place of an earlier one."""
    await upsert(db, NamedVote, [vote.model_dump()])


async def read_choice(db: AsyncSession, poll: int, user_id: str) -> int:
    """Read somebody’s vote as bits; 0 where there is none."""
    mine = select(NamedVote.choices).where(col(NamedVote.poll) == poll, col(NamedVote.user_id) == user_id)
    return (await db.exec(mine)).first() or 0


async def list_votes(db: AsyncSession, poll: int) -> Sequence[NamedVote]:
    """List all votes by name, the first vote first."""
    votes = select(NamedVote).where(col(NamedVote.poll) == poll).order_by(col(NamedVote.at), col(NamedVote.user_id))
    return (await db.exec(votes)).all()


async def list_ballots(db: AsyncSession, poll: int) -> Sequence[Ballot]:
    """List all votes by name as ballots, to be counted."""
    votes = select(NamedVote.choices, NamedVote.departement).where(col(NamedVote.poll) == poll)
    return [Ballot(choices, departement) for choices, departement in (await db.exec(votes)).all()]


async def forget_voters(db: AsyncSession, poll: int) -> None:
    """Delete the voters of a poll that is over: their number is in its results."""
    await db.execute(delete(Voter).where(col(Voter.poll) == poll))


async def erase_votes(db: AsyncSession, poll: int) -> None:
    """Delete the votes by name in a poll that was taken back."""
    await db.execute(delete(NamedVote).where(col(NamedVote.poll) == poll))


async def stop_reminders(db: AsyncSession, user_id: str) -> None:
    """Note that somebody wants no more reminders of polls."""
    await insert_new(db, ReminderOptOut, {"user_id": user_id})


async def resume_reminders(db: AsyncSession, user_id: str) -> None:
    """Note that somebody wants reminders of polls again."""
    await db.execute(delete(ReminderOptOut).where(col(ReminderOptOut.user_id) == user_id))


async def has_stopped_reminders(db: AsyncSession, user_id: str) -> bool:
    """Tell whether somebody wants no reminders."""
    return await db.get(ReminderOptOut, user_id) is not None


async def read_visible_results(db: AsyncSession, poll: Poll) -> Results:
    """Read the results that may be shown of a poll; while it is open, all that votes with names say, or for a secret
    poll the last published standing or, before there is one, the number of voters."""
    if poll.state is not PollState.OPEN:
        return poll.known or Results(0)
    if not poll.anonymous:
        return count_ballots(len(poll.options), await list_ballots(db, poll.id), anonymous=False)
    if poll.live and poll.known and poll.known.is_told:
        return poll.known
    return Results(await count_voters(db, poll.id))


PAGE = 200
"""How many people are handled at once: the most that Mattermost takes in one call about a channel’s members."""


async def list_silent(db: AsyncSession, poll: int, zone: str, today: date, after: str = "") -> Sequence[Person]:
    """List a page of the people in a time zone who have not left, have not voted and want reminders, by id."""
    answered = select(Voter.user_id).where(col(Voter.poll) == poll)
    found = select(Person).where(
        col(Person.id) > after,
        col(Person.timezone) == zone,
        is_there(today),
        col(Person.id).not_in(answered),
        col(Person.id).not_in(select(ReminderOptOut.user_id)),
    )
    return (await db.exec(found.order_by(col(Person.id)).limit(PAGE))).all()
