"""Newcomers. An unknown account says who they are, and animateurs answer by one card; animateurs are asked about
guests, and channels of départements are told of newcomers, in one message a day that is rewritten.

Access is granted in accounts.py together with a role; giving a role in any other way answers the request too.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot import replies
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard, tell_animateurs
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.events import Spoken
from bot.mattermost import ChatUser
from bot.quotas import Quota, spend
from bot.texts import Markdown, render
from commands.membres.members import ANIMATEURS, feature
from config.canaux import Belonging, PlannedChannel
from config.territories import DEPARTEMENTS, departement
from config.text import split_words
from config.time import PARIS
from dialogs.membres import GIVEN_TO_GUESTS, AskAccess, RefuseAccess, Who
from dialogs.plain_words.answers import asks_what_this_is
from storage import annuaire, canaux, journal, outbox, people
from storage.annuaire.entries import name_commune
from storage.people import Audience, Person, Role, arrivals
from storage.people.arrivals import AccessRequest, Guest, Newcomer

CARD = RowCard[AccessRequest]("membres.access:", lambda asked: asked.key)
"""The request, before whoever may decide about it."""
RECEIPT = RowCard[AccessRequest]("membres.receipt:", lambda asked: asked.key)
"""What who asked for access reads: that the request is on its way, and later that it was answered."""
ROLELESS = frozenset({None, Role.INVITE})
ALIKE_MAX = 3


class AskForAccess(BaseModel):
    """Button « Demander mon accès »: opens the window."""


class WithdrawAccess(BaseModel):
    """Button « Retirer ma demande »: withdraws an access request."""


class AboutAccess(BaseModel):
    """Payload about one access request, by its person and its key."""

    person_id: str
    key: str


class Grant(AboutAccess):
    """Button « Accepter »: opens the window of role and place."""


class Turn(AboutAccess):
    """Button « Refuser »: opens the window of a reason."""


def access_button() -> replies.Button:
    """Make the button « Demander mon accès »."""
    return replies.Button("Demander mon accès", AskForAccess(), "primary")


@feature.gives_access
async def offer_access(ctx: Context) -> replies.Waiting | None:
    """Tell a guest whose command was refused how they ask for access, or that their request waits."""
    return await _draw_own_access(ctx) if ctx.user.role in ROLELESS else None


@feature.waiting
async def list_own_access(ctx: ReadingContext) -> Sequence[replies.Waiting]:
    """Lead a guest to what they lack."""
    return [await _draw_own_access(ctx)] if ctx.user.role in ROLELESS else []


async def _draw_own_access(ctx: Context) -> replies.Waiting:
    asked = await arrivals.find_open_request(ctx.db, ctx.user.id)
    text = render("membres/access_waits", asked=asked, day=_day(ctx, asked) if asked else None)
    return replies.Waiting(text, replies.Button("Voir ma demande", AskForAccess()) if asked else access_button())


def _speaks_of_access(text: str) -> bool:
    words = " ".join(split_words(text))
    return bool(
        re.search(r"\b(?:acces|role|inscri\w*|je travaille|je suis (?:une? |le |la )?(?:nouve\w+ )?conseiller)", words)
    )


@feature.hears_words
async def hear_words(ctx: Context, message: Spoken) -> replies.PlainTextReply:
    """Offer a guest who speaks of their access in plain words the window that asks for it; whoever asks where they are
    is told that, too."""
    if ctx.user.role not in ROLELESS:
        return replies.PlainTextReply()
    if asks_what_this_is(message.text):
        own = await _draw_own_access(ctx)
        text = render("membres/who_i_am", access=own.text)
        return replies.PlainTextReply(buttons=[own.button] if own.button else [], text=text)
    if not _speaks_of_access(message.text):
        return replies.PlainTextReply()
    own = await _draw_own_access(ctx)
    asked = await arrivals.find_open_request(ctx.db, ctx.user.id)
    return replies.PlainTextReply(buttons=[own.button] if own.button else [], text=f"{own.text}." if asked else "")


@feature.button(AskForAccess, writes=False)
async def ask_for_access(ctx: ReadingContext, _: AskForAccess) -> replies.Replies:
    """Open the window, or say that a request already waits."""
    if ctx.user.may(annuaire.NETWORK):
        raise UserError(render("membres/access_given"))
    if asked := await arrivals.find_open_request(ctx.db, ctx.user.id):
        text = render("membres/access_asked", day=_day(ctx, asked), again=True)
        return replies.Whisper(text, [replies.Button("Retirer ma demande", WithdrawAccess())])
    row = await people.get(ctx.db, ctx.user.id)
    known = row.departement if row else None
    return replies.Ask(AskAccess.draft(departement=known, structure=row.structure if row else None), here=False)


async def read_applicant(ctx: ReadingContext, form: AskAccess) -> tuple[AskAccess, ChatUser]:
    """Read the account of whoever asks for access."""
    return form, await ctx.chat.user(ctx.user.id)


@feature.submit(AskAccess, asks=read_applicant)
async def send_request(ctx: Context, sent: tuple[AskAccess, ChatUser]) -> replies.Replies:
    """Send the request to those who may grant it; asked twice, it is one."""
    form, account = sent
    if ctx.user.may(annuaire.NETWORK):
        raise UserError(render("membres/access_given"))
    left = await spend(ctx, Quota.ACCESS)
    asked = AccessRequest(
        person_id=ctx.user.id,
        username=account.username,
        name=account.full_name[:160],
        email=account.email[:254],
        departement=form.departement,
        structure=form.structure or "",
        word=form.word or "",
        at=ctx.now,
    )
    if not await arrivals.note_access_request(ctx.db, asked):
        raise UserError(render("membres/access_asked_already"))
    card = await draw_request(ctx, asked)
    cards = await tell_animateurs(ctx, await canaux.find_team_room(ctx.db), card, topic=CARD.of(asked))
    said = replies.Message(
        render("membres/access_asked", day=None, again=False), [replies.Button("Retirer ma demande", WithdrawAccess())]
    )
    return [*cards, RECEIPT.send(asked, said, ctx.user.id), *left]


@feature.button(WithdrawAccess)
async def withdraw_request(ctx: Context, _: WithdrawAccess) -> replies.Replies:
    """Withdraw the request, and rewrite its card."""
    asked = await arrivals.find_open_request(ctx.db, ctx.user.id)
    if asked is None or not await _answer(ctx, asked, by=ctx.user.username):
        raise UserError(render("membres/no_access_request"))
    told = replies.Whisper(render("membres/access_withdrawn"), [access_button()])
    return [*await _rewrite(ctx, asked.person_id), told]


@feature.button(Turn, roles=ANIMATEURS, writes=False)
async def ask_why(ctx: ReadingContext, click: Turn) -> replies.Replies:
    """Open the window that asks for a reason."""
    asked = await must_be_open(ctx, click)
    return replies.Ask(RefuseAccess.draft(person_id=asked.person_id, key=asked.key, username=asked.username))


@feature.submit(RefuseAccess, roles=ANIMATEURS)
async def refuse_request(ctx: Context, form: RefuseAccess) -> replies.Replies:
    """Refuse access, kindly, with the reason."""
    asked = await must_be_open(ctx, AboutAccess(person_id=form.person_id, key=form.key))
    if not await _answer(ctx, asked, by=ctx.user.username, reason=form.reason):
        raise UserError(await _say_late(ctx, asked.person_id))
    _note_answer(ctx, asked, form.reason, granted=False)
    told = render("membres/access_refused", by=ctx.user.username, reason=form.reason)
    return [replies.Direct(told, user_id=asked.person_id), *await _rewrite(ctx, asked.person_id, here=True)]


async def must_be_open(ctx: Context, about: AboutAccess) -> AccessRequest:
    """Get an unanswered access request. Raises UserError if it was answered, or asked anew."""
    asked = await arrivals.get_access_request(ctx.db, about.person_id)
    if asked is None or asked.key != about.key or asked.answered_at is not None:
        raise UserError(await _say_late(ctx, about.person_id))
    return asked


async def grant_access(ctx: Context, asked: AccessRequest, role: Role) -> Sequence[replies.Reply]:
    """Record that access is granted, once. Raises UserError if somebody else answered first."""
    if not await _answer(ctx, asked, by=ctx.user.username, role=role):
        raise UserError(await _say_late(ctx, asked.person_id))
    _note_answer(ctx, asked, "", granted=True)
    return await _rewrite(ctx, asked.person_id, here=True)


async def settle_access(ctx: Context, after: Person) -> Sequence[replies.Reply]:
    """Answer the access request of somebody who got a role in another way."""
    if after.role not in annuaire.NETWORK:
        return []
    asked = await arrivals.get_access_request(ctx.db, after.id)
    if asked is None or asked.answered_at is not None:
        return []
    await _answer(ctx, asked, by=ctx.user.username, role=after.role)
    return await _rewrite(ctx, after.id)


async def close_access(ctx: Context, person_id: str) -> Sequence[replies.Reply]:
    """Close the access request of a deactivated account."""
    asked = await arrivals.get_access_request(ctx.db, person_id)
    if asked is None or asked.answered_at is not None or not await _answer(ctx, asked, by=""):
        return []
    return await _rewrite(ctx, person_id)


async def _answer(ctx: Context, asked: AccessRequest, by: str, role: Role | None = None, reason: str = "") -> bool:
    told = {"answered_at": ctx.now, "by": by, "role": role, "reason": reason}
    return await arrivals.answer_access_request(ctx.db, AccessRequest(**(asked.model_dump() | told)))


async def _rewrite(ctx: Context, person_id: str, *, here: bool = False) -> Sequence[replies.Reply]:
    """Rewrite the card of an answered request, and the receipt of who made it, where nothing is left to withdraw."""
    asked = await arrivals.get_access_request(ctx.db, person_id)
    assert asked is not None  # it was just answered
    settled = render("membres/access_settled", day=_day(ctx, asked), withdrawn=asked.by == asked.username)
    return [CARD.rewrite(asked, await draw_request(ctx, asked), here=here), RECEIPT.rewrite(asked, settled)]


async def draw_request(ctx: Context, asked: AccessRequest) -> replies.Message:
    """Draw the card of an access request, with buttons while it is unanswered."""
    is_open = asked.answered_at is None
    lines = await arrivals.find_lines_alike(ctx.db, asked) if is_open else []
    known = await arrivals.find_people_alike(ctx.db, asked) if is_open else []
    text = render(
        "membres/access_card",
        asked=asked,
        place=departement(asked.departement).name,
        lines=lines[:ALIKE_MAX],
        known=known[:ALIKE_MAX],
    )
    about = {"person_id": asked.person_id, "key": asked.key}
    buttons = [replies.Button("Accepter", Grant(**about), "primary"), replies.Button("Refuser", Turn(**about))]
    return replies.Message(text, buttons if is_open else [])


async def _say_late(ctx: Context, person_id: str) -> Markdown:
    return render("membres/access_late", asked=await arrivals.get_access_request(ctx.db, person_id))


def _note_answer(ctx: Context, asked: AccessRequest, reason: str, *, granted: bool) -> None:
    who, after = asked.person_id, {"departement": asked.departement, "accorde": granted}
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.MEMBER_ACCESS, f"personne:{who}", who, reason, after=after))


def _day(ctx: Context, asked: AccessRequest) -> str:
    return f"{asked.at.astimezone(ctx.zone):%d/%m/%Y}"


GATHERED_FOR = timedelta(seconds=3)
"""What comes within that time is told together."""
TRIES_MAX = 10
LONGEST = timedelta(hours=1)


class DailyNotice(BaseModel):
    """Long work behind a message of the day. ``tries`` counts how often some posts were still on their way and could
    not be rewritten."""

    tries: int = 0

    def begin(self, now: datetime) -> replies.Start:
        """Start the work shortly, so that several newcomers share one message."""
        return replies.Start(payload=self, at=now + GATHERED_FOR)

    def again(self, now: datetime) -> Sequence[replies.Start]:
        """Start the work again after a delay that grows with each try; after the last one, give up."""
        if self.tries >= TRIES_MAX:
            return []
        later = self.model_copy(update={"tries": self.tries + 1})
        return [replies.Start(payload=later, at=now + min(GATHERED_FOR * 4**self.tries, LONGEST))]


async def spread_notice(
    ctx: Context, work: DailyNotice, places: Sequence[replies.Say | replies.Direct], again: replies.Refresh
) -> replies.Step:
    """Post the message in those of the ``places`` that have none under its topic; rewrite it in the others, and try
    again later where it is still on its way."""
    reached = await outbox.find_reached(ctx.db, [again.topic])
    posts = await ctx.posts_about(again.topic)
    told: list[replies.Reply] = [
        place
        for place in places
        if (place.user_id if isinstance(place, replies.Direct) else place.channel_id) not in reached
    ]
    if posts:
        told.append(again)
    if not {post.user_id or post.channel_id for post in posts}.issuperset(reached):
        told += work.again(ctx.now)
    return replies.Step(replies=told, finished=True)


GUESTS = RowCard[date]("membres.guests:")
"""The message to each animateur about the guests of a day."""
ASKED_MAX = 20
"""Animateurs."""
GUESTS_SHOWN = 15


class Introduce(BaseModel):
    """Button that gives a guest a role."""

    who: Who
    role: Role


class IntroduceOne(BaseModel):
    """Button « Donner un rôle »: opens the window that chooses among the guests of that day."""

    day: date


class TellGuests(DailyNotice):
    """Long work: ask the animateurs about the guests of a day."""

    day: date


async def report_guest(ctx: Context, person: Person) -> Sequence[replies.Reply]:
    """Ask the animateurs who a guest is, unless the register knows them."""
    if await people.get(ctx.db, person.id) is not None:
        return []
    day = ctx.today
    guest = Guest(person_id=person.id, username=person.username, timezone=person.timezone, day=day, at=ctx.now)
    return [TellGuests(day=day).begin(ctx.now)] if await arrivals.note_guest(ctx.db, guest) else []


@feature.work(TellGuests, name="membres.TellGuests", title="Nouveaux venus", writes=True)
async def ask_about_guests(ctx: Context, work: TellGuests, _: replies.Progress) -> replies.Step:
    """Ask each animateur, in one message, about all guests of that day."""
    if not (await arrivals.take_guests(ctx.db, work.day, ctx.now) or work.tries):
        return replies.Step(finished=True)
    message, asked = await _draw_guests(ctx, work.day), await people.animating(ctx.db, ctx.today, ASKED_MAX)
    places = [GUESTS.send(work.day, message, person.id) for person in asked]
    return await spread_notice(ctx, work, places, GUESTS.rewrite(work.day, message))


async def settle_guest(ctx: Context, person: Person) -> Sequence[replies.Reply]:
    """Show all animateurs which role a guest got, and from whom."""
    day = await arrivals.settle_guest(ctx.db, person.id, person.role, ctx.user.username)
    return [] if day is None else [await refresh_guests(ctx, day)]


async def refresh_guests(ctx: Context, day: date, *, here: bool = False) -> replies.Refresh:
    """Rewrite the message of a day; ``here`` if one of its buttons was clicked."""
    return GUESTS.rewrite(day, await _draw_guests(ctx, day), here=here)


async def _draw_guests(ctx: Context, day: date) -> replies.Message:
    came = await arrivals.list_guests(ctx.db, day)
    waiting, known = [guest for guest in came if not guest.role], [guest for guest in came if guest.role]
    said = {"waiting": waiting[:GUESTS_SHOWN], "known": known[:GUESTS_SHOWN], "count": len(waiting)}
    more = {"more": len(waiting) - GUESTS_SHOWN, "more_known": len(known) - GUESTS_SHOWN}
    return replies.Message(render("membres/guests", **said, **more), _guest_buttons(waiting, day))


def _guest_buttons(waiting: Sequence[Guest], day: date) -> Sequence[replies.Button]:
    """Draw the buttons of the roles for a single guest; for several, one that opens a window."""
    if len(waiting) > 1:
        return [replies.Button("Donner un rôle", IntroduceOne(day=day), "primary")]
    roles = [(Who.of(guest_as_person(guest), Role.INVITE), role) for guest in waiting for role in GIVEN_TO_GUESTS]
    return [replies.Button(role.label.capitalize(), Introduce(who=who, role=role)) for who, role in roles]


def guest_as_person(guest: Guest) -> Person:
    """Make a person of a guest who is not in the register."""
    return Person(id=guest.person_id, username=guest.username, timezone=guest.timezone, since=guest.at)


NEWCOMERS = RowCard[tuple[str, date]]("membres.new:", lambda about: f"{about[0]}:{about[1]}")
"""The message in a channel about the newcomers of a day."""
NEWCOMERS_SHOWN = 15
"""People in one message; the others are told by their number."""
NEAR = (Audience.RESEAU, Audience.DEPARTEMENT)
"""Of what is shown to these, everybody in the channel sees it."""


class TellNewcomers(DailyNotice):
    """Long work: tell a planned channel of the newcomers of a day."""

    key: str
    day: date


async def announce_newcomer(ctx: Context, person: Person) -> Sequence[replies.Reply]:
    """Announce a newcomer in their channels, once for ever, unless they want to be found by nobody."""
    if ctx.settings.newcomers == "non" or person.is_hidden:
        return []
    quiet = await arrivals.list_quiet_departements(ctx.db)
    told: list[replies.Reply] = []
    for channel in await list_own_channels(ctx, person, person.today(ctx.now)):
        if channel.belonging is not Belonging.DEPARTEMENT or channel.departement in quiet:
            continue
        day = ctx.now.astimezone(_channel_zone(channel.key)).date()
        if await arrivals.note_newcomer(ctx.db, Newcomer(person_id=person.id, key=channel.key, day=day, at=ctx.now)):
            told.append(TellNewcomers(key=channel.key, day=day).begin(ctx.now))
    return told


@feature.work(TellNewcomers, name="membres.TellNewcomers", title="Nouveaux inscrits", writes=True)
async def tell_newcomers(ctx: Context, work: TellNewcomers, _: replies.Progress) -> replies.Step:
    """Announce the visible newcomers of that day, as they are now."""
    taken = await arrivals.take_newcomers(ctx.db, work.key, work.day, ctx.now)
    channel_id = (await canaux.find_channel_ids(ctx.db)).get(work.key)
    if channel_id is None or not (taken or work.tries):
        return replies.Step(finished=True)
    people = await arrivals.list_newcomers(ctx.db, work.key, work.day)
    lines = [_newcomer_line(person) for person in people[:NEWCOMERS_SHOWN]]
    text = render("membres/newcomers", lines=lines, more=len(people) - NEWCOMERS_SHOWN, count=len(people), day=work.day)
    about = channel_id, work.day
    places = [NEWCOMERS.post(about, text, channel_id)] if people else []
    return await spread_notice(ctx, work, places, NEWCOMERS.rewrite(about, text))


async def list_own_channels(ctx: Context, person: Person, today: date) -> Sequence[PlannedChannel]:
    """Return the existing channels of a person, in the order of the plan."""
    table, known = await canaux.list_planned(ctx.db, ctx.settings), await canaux.find_channel_ids(ctx.db)
    rules = canaux.MembershipRules(await canaux.list_allowances(ctx.db))
    places = rules.places(table, canaux.ChannelPerson.of(person, today))
    return [table[key] for key in table if key in places and key in known]


def _channel_zone(key: str) -> ZoneInfo:
    """Return the time zone of a channel’s people."""
    known = DEPARTEMENTS.get(key.partition(":")[2])
    return ZoneInfo(known.fuseau if known else PARIS.key)


def _newcomer_line(person: Person) -> Markdown:
    """Draw a newcomer as colleagues of the same département see them."""
    structure = person.structure if person.audience("structure") in NEAR else None
    commune = name_commune(person) if person.audience("commune") in NEAR else ""
    role = person.role or person.derived_role
    return render("membres/newcomer", person=person, role=role, structure=structure, commune=commune)
