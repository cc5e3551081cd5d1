"""Moderation in tests: cases and reports, measures and their undoing, and the automatic rules."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.app import App
from bot.watchlist import BREATH
from commands.moderation.rules import RuleName
from commands.moderation.rules.handlers import engine
from storage import canaux, watchlist
from storage.canaux import Allowance
from storage.journal import AuditAct, JournalEntry
from storage.moderation import Appeal, Case, Measure, MessageReport, Rule, RuleHit, cases
from storage.people import Role
from tests.people import Person, Post, unique
from tests.people.api import Refused
from tests.people.dialog import Answer, Dialog
from tests.support.house import House, is_listening, plain, wait_for, wait_until


@dataclass
class MeasureStage:
    """The stage of stories about measures: ``agathe`` and ``omar`` decide about ``lea``, who is in the public
    ``place``, the private ``club`` and the default channel; ``juliette`` is there, too."""

    house: House
    juliette: Person
    lea: Person
    agathe: Person
    omar: Person
    room: str
    place: str
    club: str
    title: str
    before: frozenset[str]
    """What stood in these channels when the story began."""

    def link(self, post: Post) -> str:
        """Return the permalink of a post, as « Copy link » gives it."""
        return f"{self.house.site.url}/{self.house.site.team}/pl/{post.id}"

    @property
    def square(self) -> str:
        """The id of the default channel."""
        return self.house.site.square

    async def moderates(self, line: str, who: Person | None = None, channel: str = "") -> str:
        """Type a line of « /moderer » as an animateur, and return the answer."""
        return plain(await (who or self.agathe).asks(f"/moderer {line}", channel))

    async def is_in(self, who: Person, channel: str) -> bool:
        """Tell whether somebody is in a channel."""
        try:
            await self.house.site.admin.get(f"/channels/{channel}/members/{who.id}")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return False
        return True

    async def is_out(self, who: Person, channel: str) -> None:
        """Wait until somebody is out of a channel."""
        await wait_for(lambda: self._is(who, channel, there=False))
        if channel == self.club:
            await wait_for(lambda: self._is_known_out(who))

    async def is_back(self, who: Person, channel: str) -> None:
        """Wait until somebody is back in a channel."""
        await wait_for(lambda: self._is(who, channel, there=True))

    async def _is_known_out(self, who: Person) -> bool:
        """Tell whether the bot, too, knows that somebody left the private channel."""
        async with self.house.bot.database.transaction(writes=False) as db:
            known = (await watchlist.find_members(db, self.club, [who.id])).get(who.id)
        return self.house.bot.events.is_idle and (known is None or not known.is_in)

    async def _is(self, who: Person, channel: str, *, there: bool) -> bool:
        return await self.is_in(who, channel) is there

    async def joins(self, who: Person, channel: str) -> None:
        """Add somebody to a channel as the server’s admin, once the bot may know that it has to listen there."""
        await asyncio.sleep(6 * BREATH)
        await self.house.site.add_members(channel, who)

    async def reads(self, channel: str) -> list[str]:
        """List the messages of people and the bot in a channel as they are now."""
        return [plain(p) for p in await self.agathe.reads(channel) if not p.type]

    async def stands(self, post: Post, *, there: bool) -> None:
        """Wait until a message exists, or is deleted."""

        async def is_so() -> bool:
            return any(p.id == post.id for p in await self.agathe.reads(post.channel_id)) is there

        await wait_for(is_so)

    async def said(self, channel: str, containing: str) -> Post:
        """Wait for a message of the bot with some words in a channel, and return it."""

        async def found() -> Post | None:
            posts = [p for p in await self.agathe.reads(channel) if p.user_id == self.house.site.bot_id]
            new = [post for post in reversed(posts) if post.id not in self.before]
            return next((post for post in new if containing in plain(post)), None)

        return await wait_for(found)

    async def measures(self, who: Person | None = None) -> list[Measure]:
        """List the measures against somebody, or those that concern no person, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(Measure).where(Measure.user_id == (who.id if who else ""))
            return list((await db.exec(theirs.order_by(col(Measure.entry)))).all())

    async def last(self, who: Person | None = None) -> Measure:
        """Return the last of these measures."""
        return (await self.measures(who))[-1]

    async def entries(self, act: AuditAct, target: Person | None = None) -> list[JournalEntry]:
        """List the journal’s entries of an act (about somebody), oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = (
                await db.exec(select(JournalEntry).where(JournalEntry.act == act).order_by(col(JournalEntry.id)))
            ).all()
            return [entry for entry in found if target is None or entry.target_id == target.id]

    async def cases(self, who: Person) -> list[Case]:
        """List the cases about somebody, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return list((await db.exec(select(Case).where(Case.author_id == who.id).order_by(col(Case.id)))).all())

    async def kept_out(self, who: Person) -> list[Allowance]:
        """List the channels from which checks keep somebody out by name."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return [each for each in await canaux.list_allowances(db) if each.user_id == who.id]

    async def clock_strikes(self, app: App | None = None) -> None:
        """Run the job that ends measures whose time is over."""
        await (app or self.house.bot).runs.run(("job", "moderation.expire"), unique("fois"))


async def post_file(who: Person, channel: str, words: str, name: str, data: bytes, root_id: str = "") -> Post:
    """Post a file as somebody, with words."""
    file_id = await who.api.upload(channel, name, data)
    body = {"channel_id": channel, "message": words, "file_ids": [file_id], "root_id": root_id}
    return Post.read(await who.api.post("/posts", body))


async def assert_files(who: Person, post: Post, files: dict[str, bytes]) -> None:
    """Check that a post has these files; report its words about files that could not come along where it has not."""
    found = await who.files(post)
    assert found == files, f"{sorted(found)} of {post.file_ids} under: {post.text}"


@pytest.fixture(scope="module")
async def known(house: House) -> AsyncIterator[None]:
    """Hide two channels from the stories of other files, which know nothing of them."""
    yield
    async with house.bot.database.transaction() as db:
        for key in ("departement:69", "general"):
            await canaux.forget_channel(db, key)


@pytest.fixture(name="stage")
async def measure_stage(house: House, known: None) -> MeasureStage:
    """The stage of measures, whose channels the bot knows."""
    house.clock.goes_to(house.clock() + timedelta(seconds=1))
    juliette, lea = await house.conseillers("juliette", "lea")
    agathe, omar = await house.animateurs("agathe", "omar")
    room, place = await house.site.channel("moderation"), await house.site.channel("ressourcerie", kind="O")
    club = await house.site.channel("rhone")
    await house.site.admin.put(f"/channels/{club}/patch", {"display_name": "69 - Rhône"})
    await house.site.add_members(room, agathe, omar)
    await house.site.add_members(place, juliette, lea, agathe)
    await house.site.add_members(club, juliette, lea, agathe)
    keys = {"moderation": room, "ressourcerie": place, "departement:69": club, "general": house.site.square}
    await house.remembers(keys)
    await wait_for(lambda: is_listening(house.bot, {room, club}, {place}))
    await house.settled()
    before = frozenset([post.id for channel in (room, place, club) for post in await agathe.reads(channel)])
    return MeasureStage(house, juliette, lea, agathe, omar, room, place, club, "Ressourcerie", before)


_RUNS = itertools.count()
ROOMS = {"moderation": "P", "ressourcerie": "O"}


@dataclass
class CaseStage:
    """The stage of stories about cases: ``juliette`` and ``paul`` report what ``lea`` wrote in ``place``; ``agathe``
    and ``omar`` decide in ``room``."""

    house: House
    juliette: Person
    paul: Person
    lea: Person
    agathe: Person
    omar: Person
    room: str
    place: str

    def link(self, post: Post) -> str:
        """Return the permalink of a post, as « Copy link » gives it."""
        return f"{self.house.site.url}/{self.house.site.team}/pl/{post.id}"

    async def writes(self, text: str = "", who: Person | None = None) -> Post:
        """Post a new message as Lea, or somebody else."""
        return await (who or self.lea).says(text or f"Vous êtes tous des {unique('mots')} !", self.place)

    async def reports(self, who: Person, post: Post, motif: str = "propos", mot: str = "") -> Post:
        """Report a message by its link as somebody, and return the answer."""
        form = await who.opens(f"/signaler {self.link(post)}")
        answer = await form.fill(motif=motif, mot=mot).submit()
        assert answer.accepted, answer
        return await who.whispered("dossier")

    async def opened(self, post: Post | None = None, **more: str) -> tuple[Case, Post]:
        """Open a case about a message of Lea’s that Juliette reports; return it with its card."""
        post = post or await self.writes()
        await self.reports(self.juliette, post, **more)
        case = await self.case(post)
        card = await self.card(case)
        await self.house.settled()
        return case, card

    async def case(self, post: Post) -> Case:
        """Wait for the newest case of a message, and return it."""

        async def is_there() -> Case | None:
            async with self.house.bot.database.transaction(writes=False) as db:
                theirs = select(Case).where(Case.post_id == post.id).order_by(col(Case.id).desc())
                return (await db.exec(theirs)).first()

        return await wait_for(is_there)

    async def now(self, case: Case) -> Case:
        """Read a case as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Case).where(Case.id == case.id))).one()

    async def reported(self, case: Case) -> list[MessageReport]:
        """List the reports of a case."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return list((await db.exec(select(MessageReport).where(MessageReport.case_id == case.id))).all())

    async def appeal(self, case: Case) -> Appeal | None:
        """Get the appeal in a case."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Appeal).where(Appeal.case_id == case.id))).first()

    async def standing(self, case: Case) -> list[Measure]:
        """List the measures in force against the author of a case."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return list(await cases.list_standing_measures(db, case.author_id))

    async def acts(self, case: Case) -> list[str]:
        """List the acts of moderation that the journal has about the author of a case, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(JournalEntry).where(JournalEntry.target_id == case.author_id).order_by(col(JournalEntry.id))
            return [entry.act for entry in (await db.exec(theirs)).all() if entry.act.startswith("moderation.")]

    async def card(self, case: Case, containing: str = "") -> Post:
        """Wait until the newest card of a case in the room has some words, and return it."""
        return (await self.cards(case, containing))[-1]

    async def cards(self, case: Case, containing: str = "") -> list[Post]:
        """List the cards of a case in the room that have some words."""

        async def stand() -> list[Post] | None:
            posts = [p for p in await self.agathe.reads(self.room) if p.user_id == self.house.site.bot_id]
            mine = [p for p in posts if plain(p).startswith(f"**Dossier n° {case.id},") and not p.root_id]
            return [p for p in mine if containing in plain(p)] or None

        return await wait_for(stand)

    async def runs(self, job: str) -> None:
        """Run a job of moderation, and wait until all that follows from it is done."""
        await self.house.bot.runs.run(("job", f"moderation.{job}"), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def under(self, card: Post, containing: str) -> Post:
        """Wait for a message of the bot with some words under a card, and return it."""

        async def stands() -> Post | None:
            posts = [p for p in await self.agathe.reads(self.room) if p.root_id == card.id]
            return next((p for p in posts if containing in plain(p)), None)

        return await wait_for(stands)


async def send_dialog(who: Person, post: Post, label: str, **fields: object) -> Answer:
    """Fill the window behind a button or a menu’s entry, and send it."""
    form = await open_dialog(who, post, label)
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return answer


async def open_dialog(who: Person, post: Post, label: str) -> Dialog:
    """Open the window behind a button or a menu’s entry."""
    if label in post.buttons:
        return await who.opens_by(post, label)
    await who.chooses(post, "Autre mesure…", label)
    return await who.dialog()


async def age_reports(house: House) -> None:
    """Date all reports so far back to yesterday, so that new ones are no storm of reports."""
    yesterday = house.clock() - timedelta(days=1)
    async with house.bot.database.transaction() as db:
        await db.execute(update(MessageReport).values(at=yesterday))
        await db.execute(update(RuleHit).values(at=yesterday))


@pytest.fixture
async def room(house: House) -> CaseStage:
    """The stage of cases, whose channels the bot knows."""
    house.clock.goes_to(house.clock() + timedelta(seconds=1))
    juliette, paul, lea = await house.conseillers("juliette", "paul", "lea")
    agathe, omar = await house.animateurs("agathe", "omar")
    places = {key: await house.site.channel(key, kind=kind) for key, kind in ROOMS.items()}
    members = {"moderation": (agathe, omar), "ressourcerie": (juliette, paul, lea, agathe, omar)}
    for key, place in places.items():
        await house.site.add_members(place, *members[key])
    await house.remembers(places)
    await age_reports(house)
    await wait_for(lambda: is_listening(house.bot, set(), {places["ressourcerie"]}))
    return CaseStage(house, juliette, paul, lea, agathe, omar, places["moderation"], places["ressourcerie"])


@dataclass
class RuleStage:
    """The stage of stories about rules: ``lea`` and ``paul`` talk in the public ``place``, ``ana`` animates, in the
    ``room``."""

    house: House
    lea: Person
    paul: Person
    ana: Person
    place: str
    room: str
    before: int = 0
    """The number of the last case that was there when the story began."""

    async def tunes(self, line: str) -> Post:
        """Change a rule’s settings as an animatrice, and wait until the bot applies them."""
        told = await self.ana.asks(f"/moderer regle {line}")
        name, mode = line.split(maxsplit=2)[:2]
        if mode in {"proposer", "agir", "non"}:
            is_on = mode != "non"
            await wait_until(lambda: (RuleName(name) in engine.read_tunings_in(self.place)) is is_on)
        return told

    async def is_off(self) -> None:
        """Switch all rules off."""
        await self.ana.asks("/moderer regle mots non")
        await wait_until(lambda: not engine.read_tunings_in(self.place))

    async def cases(self, author: Person | None = None) -> Sequence[Case]:
        """List the cases of this story (about somebody), oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = (await db.exec(select(Case).order_by(col(Case.id)))).all()
        new = [case for case in found if case.number > self.before]
        return [case for case in new if author is None or case.author_id == author.id]

    async def case(self, post: Post) -> Case:
        """Wait for the case that began with a message, and return it."""

        async def stands() -> Case | None:
            return next((case for case in await self.cases() if case.post_id == post.id), None)

        found = await wait_for(stands)
        await self.house.settled()
        return found

    async def hits(self) -> Sequence[RuleHit]:
        """List what rules found."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(RuleHit).order_by(col(RuleHit.at)))).all()

    async def is_idle(self) -> None:
        """Wait until the bot has done all that follows from what it heard."""
        await wait_for(lambda: is_listening(self.house.bot, set(), {self.place}))
        await self.house.settled()

    async def said(self, containing: str) -> Post:
        """Wait until the newest message of the bot in the room has some words, and return it."""

        async def stands() -> Post | None:
            posts = [p for p in await self.ana.reads(self.room) if p.user_id == self.house.site.bot_id]
            return next((post for post in reversed(posts) if containing in plain(post)), None)

        return await wait_for(stands)

    async def runs(self, job: str) -> None:
        """Run a job, and wait until all that follows from it is done."""
        await self.house.bot.runs.run(("job", job), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def waits(self, delay: timedelta) -> None:
        """Let time go on."""
        self.house.clock.goes_to(self.house.clock() + delay)


@pytest.fixture(name="stage")
async def rule_stage(house: House) -> AsyncIterator[RuleStage]:
    """A stage where every rule is off, and nothing was found."""
    lea, paul = await house.conseillers("lea", "paul")
    ana = await house.someone(Role.ANIMATEUR, "ana")
    place = await house.planned_channel("ressourcerie", "O", lea, paul, ana)
    room = await house.planned_channel("moderation", "P", ana)
    async with house.bot.database.transaction() as db:
        for table in (Rule, RuleHit, MessageReport):
            await db.execute(delete(table))
    await wait_for(lambda: is_listening(house.bot, set(), {place}))
    stage = RuleStage(house, lea, paul, ana, place, room)
    stage.before = max((case.number for case in await stage.cases()), default=0)
    await stage.is_off()
    yield stage
    house.clock.is_right_again()
    async with house.bot.database.transaction() as db:
        await db.execute(delete(Rule))
    await stage.is_off()
