"""A strict reader of calendars: it takes only what every program that keeps to RFC 5545 can read, and says what else
there is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

OCTETS_MAX = 75
_LINE = re.compile(r'(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(?P<value>.*)', re.DOTALL)
_PARAM = re.compile(r';([A-Z0-9-]+)=(?:"([^"]*)"|([^";:,]*))')
_TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[!#-;=?-\[\]_a-z~]+", re.IGNORECASE)
_TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION", "X-WR-CALNAME", "UID")
_ONCE = ("UID", "DTSTAMP", "DTSTART")
_AT_MOST_ONCE = ("DTEND", "DURATION", "SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "SEQUENCE", "URL")
_STATES = ("TENTATIVE", "CONFIRMED", "CANCELLED")
_REPEATS = ("RRULE", "RDATE")
_TOLD = ("DTSTART", "DTEND", "STATUS", "LOCATION", "SUMMARY")
"""What a calendar shows: none of it changes without a greater SEQUENCE."""


class CalendarError(AssertionError):
    """What a calendar has that none may have."""


@dataclass(frozen=True)
class Property:
    """A line of a calendar: its parameters by name, and its value as it is written."""

    name: str
    params: Mapping[str, str]
    value: str


@dataclass
class Component:
    """What stands between BEGIN and END."""

    name: str
    properties: list[Property] = field(default_factory=list)
    inside: list["Component"] = field(default_factory=list)

    def count(self, name: str) -> int:
        """Count the lines of that name."""
        return sum(one.name == name for one in self.properties)

    def get(self, name: str) -> Property | None:
        """Return the first line of that name."""
        return next((one for one in self.properties if one.name == name), None)

    def text(self, name: str) -> str:
        """Return a value as it is meant, "" where there is none."""
        found = self.get(name)
        value = found.value if found else ""
        return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] in "nN" else sign[1], value) if name in _TEXTS else value

    def moment(self, name: str) -> datetime:
        """Return an instant that is written in UTC."""
        return datetime.strptime(self.text(name), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _must(holds: object, said: str) -> None:
    if not holds:
        raise CalendarError(said)


def read_calendar(body: bytes) -> Sequence[Component]:
    """Read a calendar and return its events. Raises CalendarError."""
    calendar = _read_components(list(_read_lines(body)))
    for name in ("PRODID", "VERSION"):
        _must(calendar.count(name) == 1, f"{name} stands once in a calendar")
    _must(calendar.text("VERSION") == "2.0", "the version is 2.0")
    _must(calendar.count("METHOD") <= 1, "there is one METHOD at most")
    zones = {one.text("TZID") for one in calendar.inside if one.name == "VTIMEZONE"}
    events = [one for one in calendar.inside if one.name == "VEVENT"]
    for event in events:
        _check(event, zones)
    uids = [(event.text("UID"), event.text("RECURRENCE-ID")) for event in events]
    _must(len(set(uids)) == len(uids), "no two events have the same UID")
    return events


def _read_lines(body: bytes) -> Iterator[str]:
    """Read the lines, each put together from those that it was folded into."""
    _must(body.endswith(b"\r\n"), "the last line ends, too")
    whole = ""
    for raw in body[:-2].split(b"\r\n"):
        _must(b"\n" not in raw and b"\r" not in raw, f"a line ends with CR and LF: {raw[:80]!r}")
        _must(len(raw) <= OCTETS_MAX, f"a line has {OCTETS_MAX} octets at most, not {len(raw)}: {raw[:80]!r}")
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            raise CalendarError(f"a line is UTF-8, and folded between letters: {raw!r}") from None
        _must(line.strip(), "no line is empty")
        _must(not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), f"no line has control signs: {line!r}")
        if line[0] in " \t":
            _must(whole, "the first line continues none")
            whole += line[1:]
            continue
        if whole:
            yield whole
        whole = line
    yield whole


def _read_components(lines: Sequence[str]) -> Component:
    top, open_ones = Component(""), list[Component]()
    for line in lines:
        read = _read_property(line)
        where = open_ones[-1] if open_ones else top
        if read.name == "BEGIN":
            open_ones.append(Component(read.value))
            where.inside.append(open_ones[-1])
        elif read.name == "END":
            _must(open_ones and open_ones.pop().name == read.value, f"END ends what began: {line}")
        else:
            _must(open_ones, f"every line is in a calendar: {line}")
            where.properties.append(read)
    _must(not open_ones, "what began ends")
    _must([one.name for one in top.inside] == ["VCALENDAR"], "there is one calendar")
    return top.inside[0]


def _read_property(line: str) -> Property:
    found = _LINE.fullmatch(line)
    _must(found, f"a line is a name, its parameters, a colon and its value: {line}")
    assert found
    params = {name: quoted or plain for name, quoted, plain in _PARAM.findall(found["params"])}
    read = Property(found["name"], params, found["value"])
    if read.name in _TEXTS:
        _must(_TEXT.fullmatch(read.value), f"in a text \\ ; and , are escaped: {line}")
    return read


def _check(event: Component, zones: set[str]) -> None:
    for name in _ONCE:
        _must(event.count(name) == 1, f"{name} stands once in an event")
    for name in _AT_MOST_ONCE:
        _must(event.count(name) <= 1, f"{name} stands at most once in an event")
    _must(event.text("UID"), "a UID is not empty")
    _must(re.fullmatch(r"\d{8}T\d{6}Z", event.text("DTSTAMP")), "DTSTAMP is in UTC")
    _must(not (event.count("DTEND") and event.count("DURATION")), "an event has an end or a duration")
    for name in ("DTSTART", "DTEND"):
        _check_moment(event, name, zones)
    start, end = event.get("DTSTART"), event.get("DTEND")
    if start and end and start.params == end.params:
        _must(end.value > start.value, f"an event ends after it began: {start.value}, {end.value}")
    _must(event.text("STATUS") in ("", *_STATES), f"no such STATUS: {event.text('STATUS')}")
    _must(re.fullmatch(r"\d{0,9}", event.text("SEQUENCE")), "SEQUENCE is a number")
    _must(not event.count("URL") or _ADDRESS.fullmatch(event.text("URL")), f"no address: {event.text('URL')}")


def _check_moment(event: Component, name: str, zones: set[str]) -> None:
    """What comes back has hours of a zone: in UTC it would be an hour off after the clocks changed."""
    found = event.get(name)
    if found is None:
        return
    if found.params.get("VALUE") == "DATE":
        _must(re.fullmatch(r"\d{8}", found.value), f"{name} is a date: {found.value}")
        return
    written = re.fullmatch(r"\d{8}T\d{6}(Z?)", found.value)
    _must(written, f"{name} is an instant: {found.value}")
    zone = found.params.get("TZID")
    _must(not (written and written[1] and zone), f"{name} is in UTC or in a zone")
    _must(zone is None or zone in zones, f"the zone {zone} is told by a VTIMEZONE")
    repeats = any(event.count(rule) for rule in _REPEATS)
    _must(not repeats or zone, f"{name} of what comes back is in a zone")


def follow_calendar(before: Sequence[Component], body: bytes) -> Sequence[Component]:
    """Read a calendar that was read ``before``: no event is gone, what changed has a greater SEQUENCE, and none is
    older than it was. Raises CalendarError."""
    now = {event.text("UID"): event for event in read_calendar(body)}
    for old in before:
        new = now.get(old.text("UID"))
        _must(new, f"an event stays, cancelled if it does not take place: {old.text('UID')} {old.text('SUMMARY')}")
        assert new
        grown = int(new.text("SEQUENCE") or 0) - int(old.text("SEQUENCE") or 0)
        _must(grown >= 0, "SEQUENCE never goes back")
        _must(new.text("DTSTAMP") >= old.text("DTSTAMP"), "DTSTAMP never goes back")
        changed = [name for name in _TOLD if new.text(name) != old.text(name)]
        _must(grown or not changed, f"SEQUENCE grows as {changed} changes")
    return list(now.values())
