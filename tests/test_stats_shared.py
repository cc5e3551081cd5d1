"""Stories of the page that shows somebody’s figures to an employer without an account, and of who tries its address."""

import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from aiohttp import ClientSession
from pypdf import PdfReader
from sqlmodel import delete, select

from bot.site import is_glance
from commands.stats.shared_pages import is_among, list_codes
from storage import people
from storage.people import Role
from storage.personal_data import retention
from storage.seals import hash_token
from storage.stats.recipients import SHARES_MAX, SharedPage
from tests.people import Person, Post, new_session
from tests.support.cra import make_report, store_reports
from tests.support.databases import record_statements
from tests.support.house import LOG, PARIS, House, plain

BROWSER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
ROBOTS = (
    "Mattermost-Bot/1.1",
    "WhatsApp/2.23",
    "facebookexternalhit/1.1",
    "Slackbot-LinkExpanding 1.0",
    "SkypeUriPreview",
)


@dataclass
class Seen:
    """What somebody at the address is answered."""

    status: int
    body: str
    headers: dict[str, str]

    @property
    def words(self) -> str:
        """Its words, with plain spaces."""
        return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", self.body, flags=re.DOTALL).split())


@dataclass
class Office:
    """Juliette, who shares her figures of September, and an employer who signs in nowhere."""

    house: House
    juliette: Person
    session: ClientSession

    @property
    def base(self) -> str:
        """Where the bot is reached."""
        return f"http://127.0.0.1:{self.house.bot.port}"

    async def asks(self, path: str, method: str = "GET", **headers: str) -> Seen:
        """Ask for a page."""
        sent = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, f"{self.base}{path}", headers=sent) as answer:
            return Seen(answer.status, await answer.text(), dict(answer.headers))

    async def pages(self) -> list[SharedPage]:
        """All of hers, as they are stored."""
        async with self.house.bot.database.transaction(writes=False) as db:
            query = select(SharedPage).where(SharedPage.user_id == self.juliette.id)
            return list((await db.exec(query)).all())

    async def expires(self) -> None:
        """All of hers were shown until a moment ago."""
        async with self.house.bot.database.transaction() as db:
            for page in (await db.exec(select(SharedPage).where(SharedPage.user_id == self.juliette.id))).all():
                page.expires_at = self.house.clock() - timedelta(seconds=1)
                db.add(page)


def path_of(post: Post) -> str:
    """Where the address leads that a message tells."""
    found = re.search(r"https?://[^/\s]+(/chiffres/[\w-]+)", post.text)
    assert found, post.text
    return found[1]


@pytest.fixture
async def office(house: House, juliette: Person) -> AsyncIterator[Office]:
    """What Juliette did in September, and in October."""
    await house.registers(juliette, Role.CONSEILLER, structure="Médiathèque <b>de Bron</b>")
    async with house.bot.database.transaction() as db:
        await db.execute(delete(SharedPage))
        found = await people.get(db, juliette.id)
        assert found
        days = (date(2026, 9, 10), date(2026, 9, 30), date(2026, 10, 1))
        await store_reports(db, found, *(make_report(date=day, recurrents=3) for day in days))
    async with new_session() as session:
        yield Office(house, juliette, session)


async def test_an_employer_sees_the_numbers_of_the_pdf(office: Office) -> None:
    juliette = office.juliette
    told = await juliette.asks("/stats partager septembre 2026")
    assert told.buttons == ["Voir mes pages partagées", "Révoquer"]
    path = path_of(told)
    page = await office.asks(path)
    assert page.status == 200
    for said in ("Structure Médiathèque &lt;b&gt;de Bron&lt;/b&gt;", "septembre 2026 (du 01/09/2026 au 30/09/2026)"):
        assert said in page.words, page.words
    await juliette.runs("/stats exporter pdf septembre 2026", await juliette.direct_channel())
    [data] = (await juliette.files(await juliette.told("2 comptes rendus"))).values()
    paper = " ".join("".join(each.extract_text() for each in PdfReader(io.BytesIO(data)).pages).split())
    for said in ("16 personnes accompagnées", "10 nouveaux usagers", "2 ateliers", "3 h"):
        number = said.split()[0]
        assert number in page.words
        assert number in paper
    rows = re.findall(r'<th scope="row">([^<]+).*?<td>([^<]*)</td>', page.body)
    assert ("Personnes accompagnées durant cette période", "16") in rows
    assert ("Naviguer sur Internet", "2") in rows
    for label, number in [row for row in rows if not row[0][-4:].isdigit()]:
        assert label.split()[0].lower() in paper.lower(), label
        assert number.replace("\N{NO-BREAK SPACE}", " ") in paper, (label, number)
    for word in ("Communes", "69120", "69256", "<script", "http://", "https://", juliette.id):
        assert word not in page.body
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert len(re.findall(r"'sha256-", page.headers["Content-Security-Policy"])) == 2
    assert "Set-Cookie" not in page.headers


async def test_a_printed_sheet_is_checked_by_its_code(office: Office) -> None:
    """Whoever holds the sheet compares its code with the page’s, which changes with any figure."""
    path, other = [path_of(await office.juliette.asks(f"/stats partager {m} 2026")) for m in ("septembre", "octobre")]

    async def read(path: str) -> str:
        found = re.search(r'data-code="([A-Z2-7]{4}-[A-Z2-7]{4})"', (await office.asks(path)).body)
        assert found
        return found[1]

    code = await read(path)
    assert code == await read(path)
    assert code != await read(other)
    for typed in (code, code.lower().replace("-", "%20")):
        assert "La feuille est conforme" in (await office.asks(f"{path}?code={typed}")).words
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    for typed in (forged, await read(other), "x" * 200, "%00", "é"):
        assert "n’est pas conforme" in (await office.asks(f"{path}?code={typed}")).words, typed
    async with office.house.bot.database.transaction() as db:
        found = await people.get(db, office.juliette.id)
        assert found
        await store_reports(db, found, make_report(date=date(2026, 9, 11)))
    assert code != await read(path)
    assert "n’est pas conforme" in (await office.asks(f"{path}?code={code}")).words


def test_a_code_outlives_a_change_of_the_bot_s_secret_and_cannot_be_made_without_it() -> None:
    page = {"name": "Juliette", "structure": "", "start": "01/09/2026", "last": "30/09/2026"}
    told = page | {"sections": [{"key": "general", "lines": [{"label": "Ateliers", "value": 2}]}]}
    [before], after = list_codes(["a" * 32], "j", told), list_codes(["a" * 32, "b" * 32], "j", told)
    assert after[0] != before
    assert is_among(before, after)
    assert not is_among(before, list_codes(["b" * 32], "j", told))
    assert not is_among(before, list_codes(["a" * 32], "m", told))


async def test_it_is_counted_listed_and_revoked(office: Office) -> None:
    juliette = office.juliette
    form = await juliette.opens("/stats partager")
    assert (await form.fill(periode="n’importe quand").submit()).errors
    assert (await form.fill(periode="octobre 2026", duree="7").submit()).accepted
    told = await juliette.whispered("Copiez cette adresse")
    path, until = path_of(told), office.house.today + timedelta(days=7)
    [page] = await office.pages()
    assert page.key_hash == hash_token(path.removeprefix("/chiffres/"))
    assert (page.first, page.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert page.expires_at.astimezone(PARIS).date() == until + timedelta(days=1)
    assert "jamais vue" in plain(await juliette.asks("/stats pages"))
    assert (await office.asks(path, "HEAD")).status == 200
    for robot in ROBOTS:
        assert (await office.asks(path, User_Agent=robot)).status == 200
    await office.asks(path, Sec_Purpose="prefetch")
    for _ in range(2):
        await office.asks(path)
    listed = await juliette.asks("/stats pages")
    assert "octobre 2026 : jusqu’au" in plain(listed)
    assert "vue 2 fois" in plain(listed)
    other = path_of(await juliette.asks("/stats partager septembre 2026"))
    listed = await juliette.asks("/stats pages")
    of_september, of_october = listed.buttons
    assert of_october.startswith("Révoquer octobre 2026 (")
    await juliette.clicks(listed, of_september)
    after = await juliette.whispered("C’est révoqué")
    assert "septembre" not in plain(after).split("Vos pages")[1]
    assert (await office.asks(other)).status == 404
    await juliette.clicks(after, of_october)
    assert "pas de page partagée" in plain(await juliette.whispered("pas de page partagée"))
    assert (await office.asks(path)).status == 404
    await juliette.clicks(told, "Révoquer")
    assert await juliette.whispered("déjà révoquée")


async def test_two_pages_of_the_same_days_are_told_apart(office: Office) -> None:
    juliette = office.juliette
    first, second = [await juliette.asks("/stats partager septembre 2026") for _ in range(2)]
    number = re.search(r"n° [0-9]+", plain(second))
    assert number
    assert number[0] not in plain(first)
    listed = await juliette.asks("/stats pages")
    assert plain(listed).count(number[0]) == 1
    assert plain(await juliette.asks("/stats partager liste")) == plain(listed)
    [its] = [label for label in listed.buttons if number[0] in label.replace("\u00a0", " ")]
    await juliette.clicks(listed, its)
    await juliette.whispered("C’est révoqué")
    assert (await office.asks(path_of(second))).status == 404
    assert (await office.asks(path_of(first))).status == 200


async def test_an_address_that_leads_nowhere_says_the_same_whatever_it_was(office: Office) -> None:
    juliette, house = office.juliette, office.house
    lost, revoked = [
        path_of(await juliette.asks(f"/stats partager {month} 2026")) for month in ("septembre", "octobre")
    ]
    await office.expires()
    whisper = await juliette.asks("/stats partager octobre 2026")
    live = path_of(whisper)
    await juliette.clicks(whisper, "Révoquer")
    await juliette.whispered("C’est révoqué")
    never, tampered = "/chiffres/" + "A" * 24, lost[:-1] + ("A" if lost[-1] != "A" else "B")
    nothing = await office.asks(never)
    for path in (lost, revoked, live, tampered):
        with record_statements(house.bot.database) as asked:
            answer = await office.asks(path)
        assert (answer.status, answer.body) == (404, nothing.body)
        assert len([each for each in asked if "stats_share" in str(each)]) == 1
    for path in (
        f"{never}/x",
        "/chiffres/" + "A" * 5000,
        "/chiffres/%0d%0aSet-Cookie:%20a=b",
        "/chiffres/..%2f..%2fetc",
    ):
        answer = await office.asks(path)
        assert answer.status == 404
        assert "Set-Cookie" not in answer.headers
    for method in ("POST", "PUT", "DELETE"):
        assert (await office.asks(never, method)).status == 405
    ended = plain(await juliette.asks("/stats pages"))
    assert ended.count("finie le") == 2
    assert not re.search("|".join(each.removeprefix("/chiffres/") for each in (lost, revoked, live)), LOG.getvalue())
    seen = {(await office.asks(f"{never}{number}", X_Forwarded_For="198.51.100.9")).status for number in range(40)}
    assert seen == {404, 429}
    async with house.bot.database.transaction() as db:
        await retention.delete_expired(db, house.settings, house.clock() + timedelta(days=29), limit=1000)
    assert len(await office.pages()) == 2
    async with house.bot.database.transaction() as db:
        await retention.delete_expired(db, house.settings, house.clock() + timedelta(days=31), limit=1000)
    assert await office.pages() == []


async def test_the_page_of_somebody_who_has_left_leads_nowhere(office: Office) -> None:
    path, today = path_of(await office.juliette.asks("/stats partager septembre 2026")), office.house.today
    try:
        for last, status in ((today, 200), (today - timedelta(days=1), 404)):
            await office.house.registers(office.juliette, Role.CONSEILLER, left_on=last)
            assert (await office.asks(path)).status == status
    finally:
        await office.house.registers(office.juliette, Role.CONSEILLER, left_on=None)


async def test_nobody_revokes_a_page_of_somebody_else_and_there_are_not_too_many(office: Office) -> None:
    marie = await office.house.conseiller("marie", departements=["69"])
    told = await office.juliette.asks("/stats partager septembre 2026")
    await marie.clicks(told, "Révoquer")
    assert (await office.asks(path_of(told))).status == 200
    async with office.house.bot.database.transaction() as db:
        [page] = await office.pages()
        for number in range(SHARES_MAX - 1):
            db.add(SharedPage(**page.model_dump(exclude={"id", "key_hash"}), key_hash=hash_token(str(number))))
    assert "déjà 20 pages" in plain(await office.juliette.asks("/stats partager septembre 2026"))
    assert "plus anciennes" in plain(await office.juliette.asks("/stats pages"))


def test_who_only_glances_is_known_by_how_it_asks() -> None:
    assert not is_glance("GET", BROWSER)
    assert is_glance("HEAD", BROWSER)
    assert is_glance("GET", {})
    assert is_glance("GET", BROWSER | {"Purpose": "prefetch"})
    assert not is_glance("GET", {"User-Agent": "x" * 100_000 + "bot"})
