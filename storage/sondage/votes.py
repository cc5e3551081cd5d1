"""Who took part in a poll and what they chose: votes with names, and the sealed box of secret ballots.
Of an anonymous poll no row says when somebody voted, or what: a row is a poll and a person, and lies where its key
puts it. A ballot lies under what a code makes of it, which only who voted has; the box is written whole each time,
its ballots sorted by that, under a new nonce. So no row, order, moment or number ties a ballot to a voter. Beside a
ballot lies only in which standing it was shown first, with at least four others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from random import SystemRandom
from struct import Struct

from sqlalchemy import LargeBinary, delete, func, or_
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, insert_new, upsert
from storage.people import Person
from storage.seals import SealingKeys
from storage.sondage import ANONYMOUS_LEAST, Ballot, Poll, PollState, Results, count_ballots

KEY = 16
"""Bytes of what a ballot lies under."""
_ROW, _ROW_BEFORE = Struct(f">{KEY}sH3sHH"), Struct(f">{KEY}sH3s")
"""A ballot in its box; and as it lay there before standings were noted beside it, in polls that are open still."""
_FORMAT_MARK = b"2"
_ROWS = {_FORMAT_MARK: _ROW, b"": _ROW_BEFORE}
"""How ballots lie in a box, by the mark that its seal carries."""
CHANCE = SystemRandom()
"""Which of those who wait come in next."""
_SALT = b"coop-bot.sondage"


class Box(SQLModel, table=True):
    """The ballots of an open poll; gone when it ends."""

    __tablename__ = "poll_box"

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed: bytes = Field(sa_type=LargeBinary)


@dataclass(frozen=True, slots=True)
class BoxSeal:
    """Seals one poll’s box, with keys made of the bot’s secrets."""

    poll: int
    secrets: Sequence[str]

    def close(self, ballots: Mapping[bytes, Ballot]) -> bytes:
        """The ballots as a value that says nothing but how many they are."""
        rows = b"".join(
            _ROW.pack(key, one.choices, one.departement.encode(), one.step, one.shown)
            for key, one in sorted(ballots.items())
        )
        return self.keys.close(rows, self._name + _FORMAT_MARK)

    def open(self, sealed: bytes) -> dict[bytes, Ballot]:
        """The ballots by what they lie under. Raises UnreadableError."""
        rows, about = self.keys.open(sealed, *(self._name + mark for mark in _ROWS))
        return {
            key: Ballot(choices, place.rstrip(b"\0").decode(), *shown)
            for key, choices, place, *shown in _ROWS[about.removeprefix(self._name)].iter_unpack(rows)
        }

    def key_of(self, code: str) -> bytes:
        """What the ballot of a code lies under."""
        return sha256(self._name + code.encode()).digest()[:KEY]

    @property
    def _name(self) -> bytes:
        return b"%s:%d:" % (_SALT, self.poll)

    @property
    def keys(self) -> SealingKeys:
        """The keys of this box."""
        return SealingKeys(self.secrets, _SALT, self._name)


async def read_box(db: AsyncSession, seal: BoxSeal) -> dict[bytes, Ballot]:
    """The ballots of a poll by what they lie under; to change them, the poll is locked. Raises UnreadableError."""
    sealed = (await db.exec(select(Box.sealed).where(col(Box.poll) == seal.poll))).first()
    return seal.open(sealed) if sealed else {}


async def write_box(db: AsyncSession, seal: BoxSeal, ballots: Mapping[bytes, Ballot]) -> None:
    """Write down all ballots, in place of what was in the box."""
    await upsert(db, Box, [{"poll": seal.poll, "sealed": seal.close(ballots)}])


async def forget_box(db: AsyncSession, poll: int) -> None:
    """Forget the box of a poll that is over, and counted."""
    await db.execute(delete(Box).where(col(Box.poll) == poll))


def take_in_ballots(box: Mapping[bytes, Ballot]) -> dict[bytes, Ballot]:
    """The ballots that the next standing shows beside those of the last; none while that would tell too much.

    Five at least come in together, whichever chance takes, and five at least stay out: they are what the final count
    shows beside this standing, if the poll ends now. Who changes a ballot brings none in.
    """
    waiting = sorted(key for key, ballot in box.items() if not ballot.step)
    if len(waiting) < 2 * ANONYMOUS_LEAST:
        return {}
    step = 1 + max(ballot.step for ballot in box.values())
    chosen = CHANCE.sample(waiting, len(waiting) - ANONYMOUS_LEAST)
    return {key: box[key]._replace(step=step, shown=box[key].choices) for key in chosen}


class Voter(SQLModel, table=True):
    """Somebody who took part in a poll that is open."""

    __tablename__ = "poll_voter"
    # A hidden number of each row would tell who voted first.
    __table_args__ = {"sqlite_with_rowid": False}

    poll: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    user_id: str = Field(primary_key=True, max_length=26)


class NamedVote(SQLModel, table=True):
    """What somebody chose in a poll whose votes have names: ``choices`` are bits, in the order of its options."""

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
    """Note that somebody takes part; False where they did already."""
    return await insert_new(db, Voter, {"poll": poll, "user_id": user_id})


async def has_voted(db: AsyncSession, poll: int, user_id: str) -> bool:
    """Whether somebody took part."""
    mine = select(Voter.user_id).where(col(Voter.poll) == poll, col(Voter.user_id) == user_id)
    return (await db.exec(mine)).first() is not None


async def list_taken_part(db: AsyncSession, polls: Collection[int], user_id: str) -> Collection[int]:
    """List which of these polls somebody took part in."""
    mine = select(Voter.poll).where(col(Voter.poll).in_(polls), col(Voter.user_id) == user_id)
    return set((await db.exec(mine)).all())


async def count_voters(db: AsyncSession, poll: int) -> int:
    """How many took part in an open poll."""
    return (await db.exec(select(func.count()).select_from(Voter).where(col(Voter.poll) == poll))).one()


async def put_vote(db: AsyncSession, vote: NamedVote) -> None:
    """Keep somebody’s choice, in place of an earlier one."""
    await upsert(db, NamedVote, [vote.model_dump()])


async def read_choice(db: AsyncSession, poll: int, user_id: str) -> int:
    """Somebody’s choice, none of the options where there is none."""
    mine = select(NamedVote.choices).where(col(NamedVote.poll) == poll, col(NamedVote.user_id) == user_id)
    return (await db.exec(mine)).first() or 0


async def list_votes(db: AsyncSession, poll: int) -> Sequence[NamedVote]:
    """List all that was chosen by name, the first vote first."""
    votes = select(NamedVote).where(col(NamedVote.poll) == poll).order_by(col(NamedVote.at), col(NamedVote.user_id))
    return (await db.exec(votes)).all()


async def list_ballots(db: AsyncSession, poll: int) -> Sequence[Ballot]:
    """List all that was chosen by name, to be counted."""
    votes = select(NamedVote.choices, NamedVote.departement).where(col(NamedVote.poll) == poll)
    return [Ballot(choices, departement) for choices, departement in (await db.exec(votes)).all()]


async def forget_voters(db: AsyncSession, poll: int) -> None:
    """Forget who took part in a poll that is over: how many they were is in its results."""
    await db.execute(delete(Voter).where(col(Voter.poll) == poll))


async def erase_votes(db: AsyncSession, poll: int) -> None:
    """Erase what was chosen by name in a poll that was taken back."""
    await db.execute(delete(NamedVote).where(col(NamedVote.poll) == poll))


async def stop_reminders(db: AsyncSession, user_id: str) -> None:
    """Note that somebody wants no reminders any more."""
    await insert_new(db, ReminderOptOut, {"user_id": user_id})


async def resume_reminders(db: AsyncSession, user_id: str) -> None:
    """Note that somebody wants reminders again."""
    await db.execute(delete(ReminderOptOut).where(col(ReminderOptOut.user_id) == user_id))


async def has_stopped_reminders(db: AsyncSession, user_id: str) -> bool:
    """Whether somebody wants no reminders."""
    return await db.get(ReminderOptOut, user_id) is not None


async def read_visible_results(db: AsyncSession, poll: Poll) -> Results:
    """Read the results of a poll; of one that is open all that votes with names say, and of secret ones the standing
    that was last shown or, before there is one, how many voted."""
    if poll.state is not PollState.OPEN:
        return poll.known or Results(0)
    if not poll.anonymous:
        return count_ballots(len(poll.options), await list_ballots(db, poll.id), anonymous=False)
    if poll.live and poll.known and poll.known.is_told:
        return poll.known
    return Results(await count_voters(db, poll.id))


PAGE = 200
"""People looked at at once: of so many Mattermost says in one call who is in a channel."""


async def list_silent(db: AsyncSession, poll: int, zone: str, today: date, after: str = "") -> Sequence[Person]:
    """List who lives in that zone, has not left, has not answered, and wants reminders: the next page, by their ids."""
    answered = select(Voter.user_id).where(col(Voter.poll) == poll)
    there = or_(col(Person.left_on).is_(None), col(Person.left_on) >= today)
    found = select(Person).where(
        col(Person.id) > after,
        col(Person.timezone) == zone,
        there,
        col(Person.id).not_in(answered),
        col(Person.id).not_in(select(ReminderOptOut.user_id)),
    )
    return (await db.exec(found.order_by(col(Person.id)).limit(PAGE))).all()
