"""Stories: the bot is killed between each two steps of what becomes of a rendez-vous: nothing is lost, nothing twice.

All of it goes one way (docs/architecture.md §1); a process ends itself as ``kill -9`` ends it at each step of that way:
``WRITTEN``, where the handler has run and nothing is committed; ``KEPT``, where all is committed, and nothing was sent
or answered; ``SENT``, where Mattermost has the first message, and nobody has noted that. Who had no answer acts again.
Beside it: ``test_rdv_killed.py`` kills at any moment while many act at once, and the evening’s reminders;
``test_rdv_mail.py`` the letters, ``test_work_killed.py`` the steps of long work, which opens the rooms of visios.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest
from pydantic import BaseModel
from sqlmodel import col, select

from bot.clock import utc_now
from bot.forms import Form, name_of
from bot.links import Links
from commands.rdv.cards import AnswerMeeting
from commands.rdv.meetings import ChooseMoment
from commands.rdv.requests import Accept, RefuseBooking
from config.time import PARIS
from dialogs.cra import NewCra
from dialogs.reservation import OfferMoment
from storage import people, work
from storage.cra.report import Cra
from storage.database import change, store
from storage.outbox import queue
from storage.people import Role
from storage.rdv import Rdv, RdvSource, RdvState
from storage.rdv.appointments import make_report_key
from storage.rdv.bookings import Booking, BookingState
from storage.rdv.remote import make_keys, open_webhook
from storage.seals import hash_token
from tests.bench.children import Child
from tests.bench.client import FORM, JSON, WORKSHOP
from tests.people import Person, new_session
from tests.support.databases import KINDS
from tests.support.hotline import HotlineWorkplace, place, register_person, room
from tests.support.house import plain, wait_for
from tests.support.rdv import DYING_BOT, KILLED_AT, KILLED_FROM, KILLED_IN_JOB, STEPS
from tests.support.servers import make_delivery, sign_delivery
from tests.test_rdv_killed import book, is_over, list_moments, open_desk

__all__ = ["place", "room"]
MINUTE = timedelta(minutes=1)
SECRET = "s" * 40


Send = Callable[["Scene"], Awaitable[bool]]
"""Does one thing, and returns whether it was answered."""


@dataclass
class Act:
    """What is done three times, once for each step: by whom or at whose page, and what is told of each."""

    sends: Sequence[Send]
    who: Person
    words: str = ""
    job: str = ""


@dataclass
class Scene:
    """The place, whose processes have one folder after the other, where the present one is, and all that is done."""

    place: HotlineWorkplace
    session: aiohttp.ClientSession
    url: str = ""
    acts: dict[str, Act] = field(default_factory=dict)

    @asynccontextmanager
    async def process(self, at: str = "", job: str = "") -> AsyncIterator[Child]:
        """Run the bot in a process of its own."""
        since = self.place.folder / "since"
        since.unlink(missing_ok=True)
        more = {
            KILLED_AT: at,
            KILLED_FROM: str(since),
            KILLED_IN_JOB: job,
            "COOP_DATA_DIR": str(self.place.folder / "one"),
        }
        async with self.place.process(["-c", DYING_BOT], **more) as child:
            self.url = child.url
            since.touch()
            yield child

    async def post(self, path: str, body: Any, headers: Mapping[str, str] = JSON) -> bool:
        """Send something to the bot."""
        data = json.dumps(body) if headers is JSON else body
        async with self.session.post(f"{self.url}{path}", data=data, headers=headers, allow_redirects=False) as answer:
            await answer.read()
            return answer.status < 500

    async def types(self, who: Person, line: str) -> bool:
        """Somebody types a command."""
        command, _, text = line.partition(" ")
        body = {"token": "c" * 26, "user_id": who.id, "user_name": who.username, "channel_id": who.site.square}
        body |= {"team_id": who.site.team_id, "command": command, "text": text, "trigger_id": "t", "response_url": ""}
        return await self.post("/commands", body, FORM)

    async def clicks(self, who: Person, payload: BaseModel) -> bool:
        """Somebody clicks on a button."""
        link = {"b": name_of(type(payload)), "d": payload.model_dump(mode="json")}
        context = {"link": Links([SECRET]).seal("button", link)}
        about = {"user_id": who.id, "channel_id": who.site.square, "post_id": "", "trigger_id": "t"}
        return await self.post("/buttons", about | {"team_id": who.site.team_id, "context": context})

    async def submits(self, who: Person, form: Form, key: str, filled: Mapping[str, Any]) -> bool:
        """Somebody sends a window."""
        name = name_of(type(form))
        state = {
            "f": name,
            "u": who.id,
            "h": form.hidden(),
            "k": key,
            "d": True,
            "c": who.site.square,
            "r": "",
            "p": "",
        }
        body: dict[str, Any] = {
            "type": "dialog_submission",
            "callback_id": name,
            "user_id": who.id,
            "channel_id": who.site.square,
        }
        body |= {"team_id": who.site.team_id, "submission": dict(filled), "cancelled": False}
        return await self.post("/dialogs", body | {"state": Links([SECRET]).seal("dialog", state | {"p": "", "n": 1})})

    async def person(self, name: str) -> Person:
        """A new conseiller."""
        return await register_person(self.place, name, Role.CONSEILLER)

    async def notes(self, who: Person, start: datetime, **more: Any) -> Rdv:
        """Store a rdv of somebody’s."""
        then: dict[str, Any] = {"created_at": start - timedelta(days=3), "changed_at": start - timedelta(days=3)}
        rdv = Rdv(user_id=who.id, starts_at=start, ends_at=start + 30 * MINUTE, **then, **more)
        async with self.place.transaction() as db:
            await store(db, rdv)
        return rdv


async def add_bookings(scene: Scene) -> None:
    """Acts of who books, and of who is booked."""
    await add_first_bookings(scene)
    for name in ("move", "cancel", "agree", "accept", "refuse", "offer", "put off", "call off"):
        who = await scene.person(name.replace(" ", ""))
        key = await open_desk(scene.place, who.id, seats=1)
        moments = await list_later(scene, key)
        codes = [await book(scene.session, f"{scene.url}/rendez-vous/{key}", n, moments[n]) for n in range(len(STEPS))]
        booked = [await find_booked(scene, code, *_BEFORE.get(name, ())) for code in codes]
        scene.acts[name] = Act(
            [
                partial(_ACTS[name], who=who, path=f"/rendez-vous/{key}/{code}", booked=one, to=moments[n + 10])
                for n, (code, one) in enumerate(zip(codes, booked, strict=True))
            ],
            who,
            _WORDS.get(name, ""),
        )


async def add_first_bookings(scene: Scene) -> None:
    """Somebody books."""
    who = await scene.person("book")
    key = await open_desk(scene.place, who.id, seats=1)
    moments = await list_later(scene, key)

    async def send(scene: Scene, number: int) -> bool:
        fields = {
            "creneau": moments[number],
            "prenom": "Zoé",
            "contact": f"p{number}@exemple.fr",
            "jeton": f"j{number}",
        }
        return await scene.post(f"/rendez-vous/{key}", fields | {"consentement": "oui"}, FORM)

    sends = [partial(send, number=number) for number in range(len(STEPS))]
    scene.acts["book"] = Act(sends, who, "Demande de rendez-vous")


async def list_later(scene: Scene, key: str) -> list[str]:
    """The moments of a page in which those that are booked can still be changed."""
    late = f"{utc_now() + timedelta(days=2):%Y-%m-%d}"
    return [one for one in await list_moments(scene.session, f"{scene.url}/rendez-vous/{key}") if one > late]


async def find_booked(scene: Scene, code: str, *before: Any) -> tuple[Booking, Rdv]:
    """The booking of a code, and its rendez-vous, put into these states where any are named."""
    async with scene.place.transaction() as db:
        theirs = select(Booking, Rdv).where(Booking.code_hash == hash_token(code), col(Rdv.id) == Booking.rdv)
        found: tuple[Booking, Rdv] = (await db.exec(theirs)).one()
        for row, state in zip(found, before, strict=False):
            await change(db, row, state=state)
    return found


async def move(scene: Scene, *, path: str, to: str, **_: Any) -> bool:
    return await scene.post(path, {"action": "deplacer", "creneau": to}, FORM)


async def cancel(scene: Scene, *, path: str, **_: Any) -> bool:
    return await scene.post(path, {"action": "annuler"}, FORM)


async def agree(scene: Scene, *, path: str, booked: tuple[Booking, Rdv], **_: Any) -> bool:
    return await scene.post(path, {"action": "accepter", "creneau": booked[1].starts_at.isoformat()}, FORM)


async def accept(scene: Scene, *, who: Person, booked: tuple[Booking, Rdv], **_: Any) -> bool:
    return await scene.clicks(who, Accept(booking=booked[0].number, starts_at=booked[1].starts_at))


async def refuse(scene: Scene, *, who: Person, booked: tuple[Booking, Rdv], **_: Any) -> bool:
    return await scene.clicks(who, RefuseBooking(booking=booked[0].number, starts_at=booked[1].starts_at))


async def offer(scene: Scene, *, who: Person, booked: tuple[Booking, Rdv], to: str, **_: Any) -> bool:
    known = {"booking": booked[0].number, "starts_at": booked[1].starts_at, "moments": {to: "alors"}}
    return await scene.submits(who, OfferMoment.draft(**known), f"offer-{booked[0].number}", {"moment": to})


async def put_off(scene: Scene, *, who: Person, booked: tuple[Booking, Rdv], to: str, **_: Any) -> bool:
    start = datetime.fromisoformat(to).astimezone(PARIS)
    return await scene.types(who, f"/rdv décaler {booked[1].number} {start:%d/%m/%Y %Hh%M}")


async def call_off(scene: Scene, *, who: Person, booked: tuple[Booking, Rdv], **_: Any) -> bool:
    return await scene.types(who, f"/rdv annuler {booked[1].number}")


_ACTS: Mapping[str, Callable[..., Awaitable[bool]]] = {
    **{"move": move, "cancel": cancel, "agree": agree},
    **{"accept": accept, "refuse": refuse, "offer": offer, "put off": put_off, "call off": call_off},
}
_ACCEPTED = (BookingState.ACCEPTED, RdvState.PREVU)
_BEFORE = {"agree": (BookingState.OFFERED, RdvState.PROPOSE), "put off": _ACCEPTED, "call off": _ACCEPTED}
_WORDS = {
    "move": "a déplacé son rendez-vous",
    "cancel": "a annulé son rendez-vous",
    "agree": "accepte le moment",
}
BECAME = {
    "book": (BookingState.WAITING, RdvState.PROPOSE, 0),
    "move": (BookingState.WAITING, RdvState.PROPOSE, 1),
    "cancel": (BookingState.CANCELLED, RdvState.ANNULE, 1),
    "agree": (BookingState.ACCEPTED, RdvState.PREVU, 1),
    "accept": (BookingState.ACCEPTED, RdvState.PREVU, 1),
    "refuse": (BookingState.REFUSED, RdvState.REFUSE, 1),
    "offer": (BookingState.OFFERED, RdvState.PROPOSE, 1),
    "put off": (BookingState.ACCEPTED, RdvState.PREVU, 1),
    "call off": (BookingState.ACCEPTED, RdvState.ANNULE, 1),
}
"""What each booking, and its rendez-vous, are in the end, and how often the latter was changed."""


async def add_meetings(scene: Scene) -> None:
    """Colleagues who meet: proposed, answered, moved."""
    lead, guest = await scene.person("lead"), await scene.person("guest")
    start = utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=4)
    asked = [
        ChooseMoment(author=lead.id, key=f"k{n}", people={guest.id: guest.username}, minutes=30, subject=f"propose{n}",
                     at=start + n * 60 * MINUTE, anyway=True)
        for n in range(len(STEPS))
    ]  # fmt: skip
    scene.acts["propose"] = Act([partial(Scene.clicks, who=lead, payload=one) for one in asked], guest, "propose")
    for name, words, day in (("answer", "Réunion confirmée", 5), ("move meeting", "vous propose une réunion", 6)):
        who, other = await scene.person(name.replace(" ", "")), await scene.person(f"with{len(scene.acts)}")
        sends: list[Send] = []
        for number in range(len(STEPS)):
            about: dict[str, Any] = {"state": RdvState.PROPOSE, "subject": f"{name}{number}"}
            first = await scene.notes(who, start + timedelta(days=day, hours=number), agreed=True, **about)
            async with scene.place.transaction() as db:
                found = await db.get(Rdv, first.number)
                assert found is not None
                await change(db, found, meeting=first.number)
            seat = await scene.notes(other, first.starts_at, meeting=first.number, **about)
            yes = AnswerMeeting(rdv=seat.number, starts_at=first.starts_at, agrees=True)
            line = f"/rdv décaler {first.number} {first.starts_at.astimezone(PARIS) + timedelta(days=9):%d/%m/%Y %Hh%M}"
            is_move = name == "move meeting"
            sends.append(
                partial(Scene.types, who=who, line=line) if is_move else partial(Scene.clicks, who=other, payload=yes)
            )
        scene.acts[name] = Act(sends, other, words)


async def add_others(scene: Scene) -> None:
    """A report, a delivery, a reminder."""
    who, yesterday = await scene.person("report"), utc_now() - timedelta(days=1)
    past = [await scene.notes(who, yesterday - n * 60 * MINUTE) for n in range(len(STEPS))]
    filled = [{**WORKSHOP, "date": one.starts_at.astimezone(PARIS).date().isoformat()} for one in past]
    scene.acts["report"] = Act(
        [
            partial(Scene.submits, who=who, form=NewCra.draft(), key=make_report_key(one), filled=each)
            for one, each in zip(past, filled, strict=True)
        ],
        who,
    )
    soon = await scene.person("remind")
    scene.acts["remind"] = Act([partial(come_soon, who=soon)] * len(STEPS), soon, "Bientôt", "rdv.remind")
    await add_deliveries(scene)


async def come_soon(scene: Scene, *, who: Person) -> bool:
    """The hour of one more rdv comes."""
    await scene.notes(who, utc_now() + 20 * MINUTE)
    return True


async def add_deliveries(scene: Scene) -> None:
    """RDV Service Public sends a rendez-vous at an hour that is taken."""
    who, start = await scene.person("deliver"), utc_now().replace(microsecond=0) + timedelta(days=3)
    async with scene.place.transaction() as db:
        opened, _ = await open_webhook(db, 7, make_keys([SECRET]), utc_now())
        known = await people.get(db, who.id)
        assert known is not None
        await change(db, known, email=who.email)
    bodies = []
    for number in range(1, len(STEPS) + 1):
        at = start + number * 60 * MINUTE
        await scene.notes(who, at)
        bodies.append(make_delivery(number, sent=utc_now(), start=at, agents=[who.email]))
    scene.acts["deliver"] = Act(
        [
            partial(
                Scene.post,
                path=f"/webhooks/rdv-service-public/{opened.key}",
                body=body,
                headers={**JSON, "X-Lapin-Signature": sign_delivery(body, opened.secret)},
            )
            for body in bodies
        ],
        who,
        "Deux rendez-vous en même temps",
    )


async def end_each(scene: Scene) -> Sequence[Send]:
    """End a process in the middle of each act, at each step; return what had no answer. On PostgreSQL each act is ended
    at one of its steps, by turns, and a job at all of them; the other times it is just done."""
    left = list[Send]()
    for number, step in enumerate(STEPS):
        for turn, (name, act) in enumerate(scene.acts.items()):
            if not (scene.place.is_sqlite or act.job) and (turn + number) % len(STEPS):
                left.append(act.sends[number])
                continue
            async with scene.process(step, act.job) as child:
                is_answered = False
                with suppress(aiohttp.ClientError):
                    is_answered = await act.sends[number](scene)
                left += [] if is_answered else [act.sends[number]]
                try:
                    await wait_for(partial(has_ended, child), within=30)
                except TimeoutError:
                    pytest.fail(f"{name} went on after {step}")
    return left


async def has_ended(child: Child) -> bool:
    """Whether a process has ended."""
    return child.process.poll() is not None


@pytest.mark.slow
@pytest.mark.parametrize("place", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(600)
async def test_killed_between_each_two_steps_nothing_is_lost_or_twice(place: HotlineWorkplace) -> None:
    async with place.bot():
        pass  # the tables are there
    async with new_session() as session:
        scene = Scene(place, session)
        async with scene.process():
            await add_bookings(scene)
            await add_meetings(scene)
            await add_others(scene)
            await wait_for(lambda: is_over(place))
        left = await end_each(scene)
        async with place.transaction() as db:  # the time of the leases passes
            await queue.release_all(db, utc_now())
            for sort in work.WorkSort:
                await work.release_all(db, utc_now(), work.WorkTurn(sort))
        async with scene.process(job="rdv.remind"):
            for send in left:
                assert await send(scene)
            await wait_for(lambda: is_over(place), within=60)
    await must_be_right(scene)


async def must_be_right(scene: Scene) -> None:
    """All was done once, and told once."""
    for act in scene.acts.values():
        told = [plain(post) for post in await act.who.direct()]
        assert not act.words or sum(act.words in text for text in told) == len(STEPS), (act.words, told)
    async with scene.place.transaction() as db:
        for name, became in BECAME.items():
            theirs = select(Booking, Rdv).where(Booking.user_id == scene.acts[name].who.id, col(Rdv.id) == Booking.rdv)
            pairs = (await db.exec(theirs)).all()
            found = [(booking.state, rdv.state, rdv.sequence) for booking, rdv in pairs]
            assert found == [became] * len(STEPS), (name, found)
        reported = (await db.exec(select(Cra).where(Cra.author_id == scene.acts["report"].who.id))).all()
        assert len(reported) == len(STEPS)
        own = (await db.exec(select(Rdv).where(Rdv.user_id == scene.acts["report"].who.id))).all()
        assert {rdv.report for rdv in own} == {report.number for report in reported}
        came = (await db.exec(select(Rdv).where(Rdv.source == RdvSource.RDV_SP))).all()
        assert len(came) == len(STEPS)
        seats = (await db.exec(select(Rdv).where(Rdv.user_id == scene.acts["propose"].who.id))).all()
        assert len(seats) == len(STEPS)
        moved = (await db.exec(select(Rdv).where(Rdv.user_id == scene.acts["move meeting"].who.id))).all()
        assert {rdv.sequence for rdv in moved} == {1}
