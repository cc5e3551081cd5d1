"""Whatever the bot answers, browsers make no more of it: every route that there is is asked, with and without a key."""

import re
import tracemalloc
from email.errors import MessageError

import pytest
from aiohttp import web
from yarl import URL

from bot import site, webhooks
from bot.mail import Letter, write_letter
from bot.server import SAFE_HEADERS
from bot.site import ASKED_MAX, MISSED_MAX, SENT_MAX, VISITS_MAX, VisitLimit
from config.mail import MailServer
from storage.annuaire.entries import read_email
from tests.people import Person
from tests.support.backups import NOW
from tests.support.house import House
from tests.support.security import Attacker

KEY = "x" * 24
ODD = (
    "/",
    "/favicon.ico",
    "/.env",
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/metrics/../readyz",
    f"/agenda/{KEY}/{KEY}",
)


def list_routes(house: House) -> set[tuple[str, str]]:
    """Every method and address that the bot at work answers, with a key that is nobody’s."""
    application: web.Application = house.bot._entrance._runner.app  # noqa: SLF001
    found = {
        (route.method, re.sub(r"\{[^}]*\}", KEY, route.resource.canonical))
        for route in application.router.routes()
        if route.resource
    }
    return {(each, path) for method, path in found for each in (("GET", "POST") if method == "*" else (method,))}


@pytest.fixture
async def mallory(house: House, juliette: Person) -> Attacker:
    return Attacker(house, juliette)


async def test_every_answer_says_what_browsers_may_do_with_it(
    house: House, mallory: Attacker, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.settings = (usual := house.settings).model_copy(update={"api": "oui"})
    await house.restart()
    try:
        routes = list_routes(house)
        assert {"/commands", "/buttons", f"/agenda/{KEY}", f"/rendez-vous/{KEY}", f"/chiffres/{KEY}"} <= {
            path for _, path in routes
        }
        assert any(path.startswith("/api/v1/") for _, path in routes)
        asked = sorted(routes) + [(method, path) for path in ODD for method in ("GET", "PUT")]
        for method, path in asked:
            await check_answer(house, mallory, method, path)
    finally:
        house.settings = usual
        await house.restart()


async def check_answer(house: House, mallory: Attacker, method: str, path: str) -> None:
    url = f"{house.settings.public_url}{path}"
    async with mallory.session.request(method, url, allow_redirects=False) as answer:
        body, headers = await answer.text(errors="replace"), answer.headers
    where = (method, path, answer.status, dict(headers))
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy, where
    assert "frame-ancestors 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert "Set-Cookie" not in headers, where
    for name in SAFE_HEADERS.keys() - {"Cache-Control", "Content-Security-Policy"}:
        assert headers[name] == SAFE_HEADERS[name], (name, where)
    is_picture = headers["Content-Type"] == "image/png"
    assert headers["Cache-Control"].startswith("public" if is_picture else ("no-store", "private")), where
    assert "<script" not in body.lower(), where
    assert "Traceback" not in body, where
    assert "/etc/" not in body, where


async def test_who_guesses_keys_of_feeds_is_told_to_wait(house: House, mallory: Attacker) -> None:
    """Those who know theirs go on, from elsewhere; what a proxy says of the address is what counts."""
    url, known = f"{house.settings.public_url}/agenda/", []
    for at in range(MISSED_MAX + 1):
        headers = {"X-Forwarded-For": "203.0.113.9"}
        async with mallory.session.get(f"{url}{at:024d}", headers=headers) as answer:
            known.append(answer.status)
    assert known == [404] * MISSED_MAX + [429]
    async with mallory.session.get(f"{url}{KEY}", headers={"X-Forwarded-For": "203.0.113.10"}) as answer:
        assert answer.status == 404


ODD_KEYS = (
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF",
    "%F0%9F%98%80",
    "%E2%80%AE",
    "%0d%0aX-A:%20b",
    "%2F..%2F",
    "%25",
    "x" * 5_000,
)


async def test_no_odd_key_is_a_fault_of_ours(house: House, mallory: Attacker) -> None:
    """Not even the character of which no database makes a text, on the way to a database that refuses it."""
    for number, (method, path) in enumerate(sorted(list_routes(house))):
        if KEY not in path:
            continue
        for odd in ODD_KEYS:
            url = URL(f"{house.settings.public_url}{path.replace(KEY, odd)}", encoded=True)
            visitor = {"X-Forwarded-For": f"203.0.113.{number}", "Content-Type": "application/x-www-form-urlencoded"}
            async with mallory.session.request(method, url, headers=visitor, allow_redirects=False) as answer:
                assert answer.status in {400, 404, 413, 414, 415}, (method, path, odd[:20], answer.status)


def test_whoever_comes_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of too many addresses those that were heard of longest ago are forgotten, and nobody is counted for ever."""
    monkeypatch.setattr(site, "VISITORS_MAX", 3)
    limit = VisitLimit(lambda: 0.0)
    for visitor in ("one", "two", "three", "one", "four"):
        limit.count(visitor, "missed")
    assert [limit.is_over(one, "missed", 1) for one in ("one", "two", "three", "four")] == [True, False, True, True]
    assert [limit.count("five", "sent") for _ in range(VISITS_MAX + 5)][-1] == VISITS_MAX
    assert max(ASKED_MAX, SENT_MAX, MISSED_MAX, webhooks.SENT_MAX) < VISITS_MAX


def test_a_crowd_of_addresses_takes_little_memory() -> None:
    """Who has a network of their own has as many addresses as they like."""
    limit, count = VisitLimit(), 1000
    tracemalloc.start()
    for number in range(count):
        limit.count(f"2001:db8:{number:x}::/64", "asked")
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / count < 600


@pytest.mark.parametrize(
    "address",
    [
        "a@b.fr\r\nBcc: c@d.fr",
        "a@b.fr, c@d.fr",
        "=?utf-8?q?c=40d.fr=2C?=@b.fr",
        "=?utf-8?q?a=0aBcc:c=40d.fr?=@b.fr",
        "<a@b.fr>",
    ],
)
def test_an_address_is_one_address_and_nothing_more(address: str) -> None:
    """An encoded word would become another address in the header of a letter."""
    with pytest.raises(ValueError, match="ne peut pas exister"):
        read_email(address)
    with pytest.raises((ValueError, MessageError)):
        write_letter(
            MailServer("h", 25, "", "rdv@exemple.fr", is_tls=True), Letter(address, "Rappel", "Bonjour", "1", NOW)
        )


@pytest.mark.parametrize("subject", ["Rappel\r\nBcc: c@d.fr", "Rappel\nX: y"])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises((ValueError, MessageError)):
        write_letter(MailServer("h", 25, "", "rdv@exemple.fr", is_tls=True), Letter("a@b.fr", subject, "", "1", NOW))
