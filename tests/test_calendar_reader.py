"""The strict reader of calendars takes a right one, and says what is wrong with each other."""

import pytest

from tests.support.rdv import CalendarError, follow_calendar, read_calendar

EVENT = (
    "BEGIN:VEVENT",
    "UID:a@b",
    "DTSTAMP:20261130T120000Z",
    "SEQUENCE:1",
    "DTSTART:20261201T090000Z",
    "DTEND:20261201T093000Z",
    "SUMMARY:Impôts\\, CAF\\; deux\\nlignes",
    "STATUS:CONFIRMED",
    "END:VEVENT",
)
RULE = ("DTSTART:20261201T090000Z", "DTSTART:20261201T090000Z\r\nRRULE:FREQ=WEEKLY")


def write(*events: tuple[str, ...]) -> bytes:
    """Write a calendar with these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//t//FR", *(line for one in events for line in one)]
    return ("\r\n".join((*lines, "END:VCALENDAR")) + "\r\n").encode()


def test_a_right_calendar_is_read() -> None:
    (event,) = read_calendar(write(EVENT))
    assert event.text("SUMMARY") == "Impôts, CAF; deux\nlignes"
    assert event.moment("DTSTART").hour == 9
    folded = write(EVENT).replace(b"deux", b"de\r\n ux")
    assert read_calendar(folded)[0].text("SUMMARY") == event.text("SUMMARY")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("\r\n", "\n", "ends"),
        ("STATUS:", "STATUS:\n", "CR and LF"),
        ("UID:a@b", "UID:" + "a" * 72, "75 octets"),
        ("Impôts", "Imp\udcc3\r\n \udcb4ts", "UTF-8"),
        ("VERSION:2.0\r\n", "", "VERSION"),
        ("PRODID:-//t//FR\r\n", "", "PRODID"),
        ("UID:a@b\r\n", "", "UID"),
        ("DTSTAMP:20261130T120000Z\r\n", "", "DTSTAMP"),
        ("DTSTAMP:20261130T120000Z", "DTSTAMP:20261130T120000", "in UTC"),
        ("DTSTART:20261201T090000Z\r\n", "", "DTSTART"),
        ("DTEND:20261201T093000Z", "DTEND:20261201T083000Z", "ends after"),
        ("DTSTART:", "DTSTART;TZID=Europe/Paris:", "UTC or in a zone"),
        ("DTSTART:20261201T090000Z", "DTSTART;TZID=Europe/Paris:20261201T090000", "VTIMEZONE"),
        (*RULE, "comes back"),
        ("Impôts\\,", "Impôts,", "escaped"),
        ("\\; deux", "; deux", "escaped"),
        ("STATUS:CONFIRMED", "STATUS:GONE", "STATUS"),
        ("STATUS:CONFIRMED", "STATUS:CONFIRMED\r\nSTATUS:CONFIRMED", "at most once"),
        ("STATUS:CONFIRMED", "URL:voir ici", "no address"),
        ("SEQUENCE:1", "SEQUENCE:-1", "a number"),
        ("END:VEVENT\r\n", "", "END ends"),
    ],
)
def test_what_is_wrong_is_said(right: str, wrong: str, said: str) -> None:
    body = write(EVENT).decode().replace(right, wrong).encode(errors="surrogateescape")
    with pytest.raises(CalendarError, match=said):
        read_calendar(body)
    with pytest.raises(CalendarError, match="same UID"):
        read_calendar(write(EVENT, EVENT))


def test_what_follows_keeps_events_and_numbers_their_changes() -> None:
    before, body = read_calendar(write(EVENT)), write(EVENT).decode()
    moved = body.replace("T093000Z", "T094500Z")
    follow_calendar(before, body.encode())
    follow_calendar(before, moved.replace("SEQUENCE:1", "SEQUENCE:2").encode())
    for wrong, said in ((moved, "SEQUENCE grows"), (body.replace("SEQUENCE:1", "SEQUENCE:0"), "goes back")):
        with pytest.raises(CalendarError, match=said):
            follow_calendar(before, wrong.encode())
    with pytest.raises(CalendarError, match="stays"):
        follow_calendar(before, write())
