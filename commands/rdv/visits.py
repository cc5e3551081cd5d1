"""What a booking page shows: its forms, a booking as its person sees it, and the file for a calendar."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from secrets import token_urlsafe
from textwrap import shorten
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.calendar import CALENDAR_TYPE, draw_calendar
from bot.context import Context
from bot.french import Period, plural, say_hour, say_minutes, say_weekday
from bot.papers.page import draw_large_code
from bot.papers.typeset import to_drawable
from bot.site import render_page
from bot.texts import render
from bot.visits import PageAnswer, address_of_page
from config import settings, themes, time
from dialogs.rdv.entrances import find_ways_in
from dialogs.rdv.slots import BookingWish, Slot, find_free, find_theme, list_free
from dialogs.reservation import say_closes
from storage.annuaire.entries import read_email
from storage.annuaire.phones import read_phone
from storage.people import Person
from storage.rdv.appointments import Rdv, RdvState
from storage.rdv.bookings import Booking, BookingPage, BookingState, Visitor, list_ranges

PAGE = "rendez-vous"
"""The first part of the address of a booking page."""
TEMPLATE = "rendez_vous"
SHOWN_MAX = 300
"""Moments on one page; a link leads to those that come after."""
LONG = 12
"""Moments beyond which a link leads past them, to what is typed."""
NAME_MAX, TOKEN_BYTES = 40, 18
YEARS = (2000, 2199)
"""Of moments: those of others are in no calendar, and of some no zone says what the hour is."""

_NO = {"", "0", "non", "false", "off"}

OTHER = "un-autre"
"""What an address says of a subject that is none of those received apart."""
OVER = (RdvState.ANNULE, RdvState.REFUSE)


def address_of(settings: settings.Settings, key: str) -> str:
    """Make the address of a booking page, where people reach the bot."""
    return address_of_page(settings, PAGE, key)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into the form, as it is shown again."""

    creneau: str = ""
    prenom: str = ""
    contact: str = ""
    consentement: bool = False
    rappel: bool = False
    departement: str = ""
    token: str = field(default_factory=lambda: token_urlsafe(TOKEN_BYTES))

    @classmethod
    def of(cls, fields: Mapping[str, str], departement: str | None = None) -> "Typed":
        """Read what the fields of the form say, of somebody’s page who works in that département."""
        prenom, contact = (" ".join(fields.get(name, "").split()) for name in ("prenom", "contact"))
        agrees, mails = (fields.get(name, "").strip().lower() not in _NO for name in ("consentement", "rappel"))
        token = fields.get("jeton", "")[:64] or token_urlsafe(TOKEN_BYTES)
        return cls(fields.get("creneau", "").strip(), prenom, contact, agrees, mails, departement or "", token)

    @property
    def start(self) -> datetime | None:
        """The moment that was chosen; None for what is none."""
        try:
            found = datetime.fromisoformat(self.creneau.replace(" ", "+"))
        except ValueError:
            return None
        return found if found.tzinfo and YEARS[0] <= found.year <= YEARS[1] else None

    def find_faults(self) -> dict[str, str]:
        """Find what is wrong with each field."""
        found = {
            "creneau": "" if self.start else render("reservation/choose_moment"),
            "prenom": self._name_fault(),
            "contact": _contact_fault(self.contact, self.departement),
            "rappel": render("reservation/mail_needed") if self.rappel and "@" not in self.contact else "",
            "consentement": "" if self.consentement else render("reservation/consent_needed"),
        }
        return {name: sentence for name, sentence in found.items() if sentence}

    def _name_fault(self) -> str:
        if not any(sign.isalpha() for sign in self.prenom):
            return render("reservation/name_needed")
        if len(self.prenom) > NAME_MAX or any(sign.isdigit() or sign in "@/<>" for sign in self.prenom):
            return render("reservation/name_only", most=NAME_MAX)
        return ""

    @property
    def visitor(self) -> Visitor:
        """What is kept of it, once there is no fault."""
        return Visitor(self.prenom, _read_contact(self.contact, self.departement))


def _read_contact(text: str, departement: str) -> str:
    """Read an address, or a number as it is called from anywhere; of a page overseas also as people write it there."""
    if "@" in text:
        return read_email(text)
    number = read_phone(text, departement)
    if not number.startswith("+"):  # one of few digits is a service’s, and nobody’s
        raise ValueError(render("reservation/contact_needed"))
    return number


DIGITS_MAX, DIGITS_BESIDE = 15, 8
"""Digits of the longest number; and of what stands beside an address, beyond which it is a number too."""


def _contact_fault(text: str, departement: str) -> str:
    if not text:
        return render("reservation/contact_needed")
    try:
        _read_contact(text, departement)
    except ValueError as fault:
        digits = sum(sign.isdigit() for sign in text)
        is_several = text.count("@") > 1 or digits > (DIGITS_BESIDE if "@" in text else DIGITS_MAX)
        return render("reservation/contact_once") if is_several else str(fault)
    return ""


def say_clock(moment: datetime) -> str:
    """Say an hour; of one that a night has twice, also which of them it is."""
    is_double = moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()
    which = f" (heure {'d’été' if moment.dst() else 'd’hiver'})" if is_double else ""
    return f"{say_hour(moment)}{which}"


def say_when(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say a moment: « mardi 1er décembre à 9 h »."""
    local = moment.astimezone(zone)
    return f"{say_weekday(local.date(), now.astimezone(zone).date())} à {say_clock(local)}"


def name_zone(zone: ZoneInfo) -> str:
    """Name the place by whose clocks it is: « Paris »."""
    return zone.key.rpartition("/")[2].replace("_", " ").replace("Reunion", "La Réunion")


def say_who(owner: Person) -> str:
    """Say with whom one meets."""
    name = " ".join(part for part in (owner.prenom, owner.nom) if part)
    return ", ".join(filter(None, (name or "Votre conseiller numérique", owner.structure)))


PLACES_SHOWN, LINE_MAX = 3, 90
"""Places on a poster, and characters of one of its lines."""


def describe_poster(owner: Person, address: str, places: Sequence[str], colour: str) -> dict[str, Any]:
    """Describe a poster: whose page it is, at most three places, and the address, which may break after each part."""
    name = " ".join(filter(None, (owner.prenom, owner.nom))) or owner.username
    lines = dict.fromkeys(filter(None, (owner.structure, *(places[:PLACES_SHOWN]))))
    said = [to_drawable(shorten(line, LINE_MAX, placeholder="…")) for line in lines]
    shown = re.sub(r"(?<=[/.])(?=[^/.])", "\u200b", address)
    about = {"title": "Prenez rendez-vous", "name": to_drawable(name), "lines": said}
    return about | {"address": address, "shown": shown, "svg": draw_large_code(address), "colour": colour}


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the ``page`` of ``owner``, whose ``key`` it has, who chose a ``subject`` or has yet to."""

    ctx: Context
    key: str
    page: BookingPage
    owner: Person
    subject: str = ""

    @property
    def here(self) -> str:
        """The path of the page, where people reach it."""
        return urlsplit(address_of(self.ctx.settings, self.key)).path

    @property
    def today(self) -> date:
        """The date where the owner is."""
        return self.owner.today(self.ctx.now)

    @property
    def theme(self) -> str | None:
        """The theme that was chosen; "" for none of those received apart, None where nothing was chosen."""
        return "" if self.subject == OTHER else self.subject if self.subject in themes.THEMES else None

    async def list_subjects(self) -> dict[str, str]:
        """List what one may be received about, by its code: nothing where the hours are for whatever one likes."""
        known = {one.theme for one in await list_ranges(self.ctx.db, self.owner.id)}
        found = {code: theme.libelle for code, theme in themes.THEMES.items() if code in known}
        return found | {OTHER: "Un autre sujet"} if found and "" in known else found

    async def list_slots(self, since: date | None = None, wish: BookingWish | None = None) -> Sequence[Slot]:
        """List the moments that are free from that day on."""
        ranges = await list_ranges(self.ctx.db, self.owner.id)
        ahead = timedelta(days=max((one.ahead for one in ranges), default=0) + 1)
        days = Period(max(since or self.today, self.today), self.today + ahead)
        return await list_free(self.ctx.db, self.owner, self.ctx.now, days, wish or BookingWish(self.theme))

    async def find_slot(self, start: datetime, wish: BookingWish) -> Slot | None:
        """Find the moment that begins then, if it is free."""
        return await find_free(self.ctx.db, self.owner, self.ctx.now, start, wish)

    def group(self, slots: Sequence[Slot]) -> list[dict[str, object]]:
        """Group moments by day, as the form shows them."""
        zone, places, lengths = self.owner.zone, {slot.by.place for slot in slots}, {slot.by.length for slot in slots}
        shown = frozenset(name for name, found in (("place", places), ("length", lengths)) if len(found) > 1)
        by_day = groupby(slots, key=lambda slot: slot.start.astimezone(zone).date())
        return [
            {"name": say_weekday(day, self.today), "slots": [self._show(slot, shown) for slot in found]}
            for day, found in by_day
        ]

    def _show(self, slot: Slot, shown: Collection[str]) -> dict[str, str]:
        """Show a moment, with those of its place and length that are shown beside it: all have the same otherwise."""
        place = slot.by.place if "place" in shown else ""
        length = say_minutes(slot.by.length) if "length" in shown else ""
        seats = plural(slot.left, "place", "places") if slot.by.seats > 1 else ""
        more = " · ".join(filter(None, (length, place, seats)))
        local = slot.start.astimezone(self.owner.zone)
        return {"value": time.write_instant(slot.start), "hour": say_clock(local), "more": more}

    async def show_page(self, since: date | None) -> PageAnswer:
        """Show the free moments; before them the subjects, where there are several to choose from."""
        subjects = await self.list_subjects()
        if len(subjects) < 2 or self.subject in subjects:
            return await self.show_form(Typed(), since=since)
        values = {"who": f"Avec {say_who(self.owner)}.", "here": self.here, "subjects": subjects, "faults": {}}
        return PageAnswer(render_page(TEMPLATE, view="subjects", title="Prendre rendez-vous", **values))

    async def show_form(
        self, typed: Typed, faults: Mapping[str, str] | None = None, *, status: int = 200, since: date | None = None
    ) -> PageAnswer:
        """Show the form, with what was typed and what is wrong with it."""
        slots, subjects = await self.list_slots(since), await self.list_subjects()
        shown, later = self._cut(slots)
        subject = next(iter(subjects)) if len(subjects) == 1 else self.subject
        values: dict[str, object] = {
            "about": self._introduce(slots),
            "subject": subject if len(subjects) > 1 else "",
            "subject_name": subjects.get(subject, ""),
            "zone": name_zone(self.owner.zone),
            "here": self.here,
            "days": self.group(shown),
            "until": say_closes(self.page.closes),
            "mails": self.ctx.settings.smtp is not None,
        }
        values |= {"typed": typed, "token": typed.token, "faults": faults or {}, "later": later}
        values["is_long"] = len(shown) > LONG
        return PageAnswer(render_page(TEMPLATE, view="book", title="Prendre rendez-vous", **values), status)

    def _introduce(self, slots: Sequence[Slot]) -> list[str]:
        """Say with whom one meets; where, and for how long, where all these moments have it in common."""
        places, lengths = {slot.by.place for slot in slots}, {slot.by.length for slot in slots}
        place = next(iter(places)) if len(places) == 1 else ""
        length = render("reservation/takes", length=next(iter(lengths))) if len(lengths) == 1 else ""
        who = f"Avec {say_who(self.owner)}{f', à cet endroit : {place}' if place else ''}."
        return [who, length] if length else [who]

    def _cut(self, slots: Sequence[Slot]) -> tuple[Sequence[Slot], str]:
        """Cut moments to as many as one page has room for, whole days of them, and return the day on which the next
        begins."""
        if len(slots) <= SHOWN_MAX:
            return slots, ""
        days = [slot.start.astimezone(self.owner.zone).date() for slot in slots]
        first = days[SHOWN_MAX] if days[SHOWN_MAX] != days[0] else days[0] + timedelta(days=1)
        return [slot for slot, day in zip(slots, days, strict=True) if day < first], first.isoformat()

    def show_way(self, code: str) -> PageAnswer:
        """Show where the page of a booking is: the browser goes there by itself."""
        there = f"{self.here}/{code}"
        values = {"view": "way", "title": "Votre rendez-vous", "here": there, "code": code, "faults": {}}
        return PageAnswer(render_page(TEMPLATE, **values), status=303, location=there)

    def show_cancelled(self) -> PageAnswer:
        """Show that a booking is cancelled."""
        values = {"view": "cancelled", "title": "Votre rendez-vous est annulé", "here": self.here, "faults": {}}
        return PageAnswer(render_page(TEMPLATE, **values))


def find_state(booking: Booking, rdv: Rdv, now: datetime) -> str:
    """Find what the person is told of a booking: the calendar of the conseiller says more than the booking does."""
    if booking.state is BookingState.REFUSED:
        return "refused"
    if rdv.state in OVER:
        return "refused" if rdv.state is RdvState.REFUSE else "off"
    if rdv.ends_at <= now or rdv.state in (RdvState.HONORE, RdvState.ABSENT):
        return "past"
    if booking.state is BookingState.WAITING and rdv.state is RdvState.PREVU and not rdv.collective:
        return "accepted"
    return booking.state.value


@dataclass(frozen=True, slots=True)
class Held:
    """A booking that its person looks at, with its rendez-vous."""

    visit: Visit
    code: str
    booking: Booking
    rdv: Rdv

    @property
    def page(self) -> BookingPage:
        """The page of its conseiller, as it is now."""
        return self.visit.page

    @property
    def closes_at(self) -> datetime:
        """Return until when its person moves or cancels it."""
        return self.rdv.starts_at - timedelta(minutes=self.page.closes)

    @property
    def is_open(self) -> bool:
        """Whether its person may still do so."""
        return self.visit.ctx.now < self.closes_at and self.is_to_come

    @property
    def is_to_come(self) -> bool:
        """Whether it stands and has not begun: until then its person may accept what is proposed, which may be soon,
        and say that they will not come."""
        return self.visit.ctx.now < self.rdv.starts_at and self.booking.stands and self.rdv.state not in OVER

    @property
    def is_unanswered(self) -> bool:
        """Whether its hour has come and its conseiller has not accepted it."""
        waits = self.booking.state is BookingState.WAITING and self.rdv.state is RdvState.PROPOSE
        is_waiting = find_state(self.booking, self.rdv, self.visit.ctx.now) == BookingState.WAITING.value
        return (waits or is_waiting) and not self.is_to_come

    @property
    def here(self) -> str:
        """The path of the page of this booking."""
        return f"{self.visit.here}/{self.code}"

    @property
    def wish(self) -> BookingWish:
        """What it moves to: moments about the same subject; one of this person alone takes no time from itself."""
        return BookingWish(find_theme(self.rdv), () if self.rdv.collective else (self.rdv.number,))

    async def _list_days(self) -> list[dict[str, object]]:
        """List the moments to which the booking may be moved, by day; none where it may not."""
        slots = await self.visit.list_slots(wish=self.wish) if self.is_open and self.page.is_on else []
        return self.visit.group([slot for slot in slots[:SHOWN_MAX] if slot.start != self.rdv.starts_at])

    async def show(
        self, faults: Mapping[str, str] | None = None, *, status: int = 200, typed: Typed | None = None
    ) -> PageAnswer:
        """Show the page of a booking: its state, and what can be done with it."""
        ctx, owner, rdv = self.visit.ctx, self.visit.owner, self.rdv
        values = {
            "state": find_state(self.booking, rdv, ctx.now),
            "code": self.code,
            "shown_code": "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4)),
            "when": say_when(rdv.starts_at, owner.zone, ctx.now),
            "until": say_when(self.closes_at, owner.zone, ctx.now),
            "value": time.write_instant(rdv.starts_at),
            "length": say_minutes(rdv.minutes),
            "zone": name_zone(owner.zone),
            "place": rdv.place,
            "subject": ", ".join(themes.THEMES[code].libelle for code in rdv.theme_codes),
            "visio": rdv.visio_url if rdv.visio_url.startswith("https://") else "",
            "ways": await find_ways_in(ctx.db, ctx.settings, rdv),
            "who": say_who(owner),
            "here": self.here,
            "page": self.visit.here if self.page.is_on else "",
            "days": await self._list_days(),
            "is_unanswered": self.is_unanswered,
            "may": "change" if self.is_open else "decline" if self.is_to_come else "",
            "mails": ctx.settings.smtp is not None and self.booking.mail_wanted,
            "typed": typed or Typed(),
        }
        body = render_page(TEMPLATE, view="booking", title="Votre rendez-vous", faults=faults or {}, **values)
        return PageAnswer(body, status)

    async def write_file(self) -> PageAnswer:
        """Write the rendez-vous as a file for a calendar, known again by its UID and newer by its SEQUENCE."""
        rdv, settings = self.rdv, self.visit.ctx.settings
        state = find_state(self.booking, rdv, self.visit.ctx.now)
        status = "TENTATIVE" if state in ("waiting", "offered") else "CONFIRMED"
        fields = {
            "uid": f"{self.booking.code_hash[:32]}@{urlsplit(address_of(settings, '')).hostname or 'coop-bot'}",
            "dtstamp": rdv.changed_at,
            "sequence": rdv.sequence,
            "dtstart": rdv.starts_at,
            "dtend": rdv.ends_at,
            "summary": "Rendez-vous avec votre conseiller numérique",
            "status": "CANCELLED" if state in ("refused", "off") else status,
            "location": rdv.visio_url or rdv.place,
            "url": rdv.visio_url,
            "description": "\n".join(await find_ways_in(self.visit.ctx.db, settings, rdv)),
        }
        file = draw_calendar("rendez-vous", [fields]).to_ical().decode()
        return PageAnswer(file, content_type=CALENDAR_TYPE, filename="rendez-vous.ics")
