"""Stories: a number comes out in its channels once, split cleanly, without what may not be quoted any more."""

import asyncio
import re
from contextlib import AsyncExitStack
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import utc_now
from bot.replies import POST_MAX
from bot.work import make_work
from cli.actus import NewsDesk
from commands.actus import drafts, editions
from commands.actus.drafts import PublishDigest
from commands.actus.editions import Chapter, DigestPiece, DigestSheet, clean_text
from commands.actus.formats import draw_posts
from storage import canaux, work
from storage.actus import digests, subscriptions
from storage.actus.digests import Digest, DigestState, EditionSettings
from storage.actus.items import ItemKind, NewsSection, make_post_key
from storage.database import change
from storage.people import Role
from storage.work import WorkSort
from tests.support.actus import KEEP, DigestStage, newsroom
from tests.support.databases import KINDS, UNSETTLED
from tests.support.house import list_audit, list_said, plain, wait_for, wait_until
from tests.support.membership import room
from tests.test_actus_cli import DigestWorkplace, digest_workplace

__all__ = ["digest_workplace", "newsroom", "room"]


async def approved(newsroom: DigestStage, *titles: str) -> Digest:
    """Friday’s, about to come out."""
    digest, card = await newsroom.drafted(*titles)
    await newsroom.agathe.clicks(card, "Approuver")
    await newsroom.card(digest, "approuvé")
    return digest


async def test_a_channel_that_is_not_there_keeps_the_others_from_nothing(newsroom: DigestStage) -> None:
    await newsroom.house.site.channel("rhone", kind="P")
    said = await newsroom.agathe.asks("/actus programmer vendredi dans actualites, 69, 38")
    assert "actualités, Rhône (69), Isère (38)" in plain(said)
    await approved(newsroom, "Un guide paraît")
    assert "38 - Isère" in plain(await newsroom.said("ne sortira pas partout")), "said at approval"
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    told = await newsroom.said("sort, mais pas partout")
    assert "38 - Isère" in plain(told)
    assert "est sorti dans" in plain(await newsroom.said("est sorti dans"))


async def test_nowhere_to_go_is_held_and_told(newsroom: DigestStage) -> None:
    await newsroom.agathe.asks("/actus programmer vendredi dans 38")
    digest = await approved(newsroom, "Un guide paraît")
    assert "38 - Isère" in plain(await newsroom.said("aucun canal où sortir")), "said at approval"
    await newsroom.keeps(2026, 12, 4, 9, 0)
    await newsroom.said("n’est pas sorti")
    assert (await newsroom.now(digest)).state is DigestState.HELD
    await newsroom.agathe.asks("/actus programmer vendredi dans actualites")
    await newsroom.omar.clicks(await newsroom.card(digest, "retenu"), "Approuver et publier")
    await newsroom.settled()
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    assert (await list_audit(newsroom.house, f"numero:{digest.number}"))[-2:] == [
        ("approuver", "omar"),
        ("publier", "omar"),
    ]


@pytest.mark.every_mode
async def test_what_is_no_longer_public_or_may_not_be_quoted_is_left_out(newsroom: DigestStage) -> None:
    house = newsroom.house
    salon = await house.site.channel("salon-actus", kind="O")
    quiet = await house.conseiller("lea")
    said = [await house.site.admin.post("/posts", {"channel_id": salon, "message": f"Mot {n}"}) for n in range(3)]
    newsroom.goes_to(2026, 12, 3, 8, 0)
    for title, post, author in zip(("Gardé", "Effacé", "Discret"), said, ("", "", quiet.id), strict=True):
        more = {"key": make_post_key(post["id"]), "post_id": post["id"], "channel_id": salon, "author_id": author}
        await newsroom.finds(title, kind=ItemKind.MESSAGE, section=NewsSection.COMMUNITY, **more)
    digest = await approved(newsroom)
    assert sorted(await newsroom.titles(digest)) == ["Discret", "Effacé", "Gardé"]
    await house.site.admin.delete(f"/posts/{said[1]['id']}")
    async with house.bot.database.transaction() as db:
        db.add(subscriptions.QuoteRefusal(user_id=quiet.id, at=utc_now()))
    await newsroom.keeps(2026, 12, 4, 9, 0)
    (out,) = await newsroom.all_said("Gardé", "actualites")
    assert "Effacé" not in out.message
    assert "Discret" not in out.message
    left_out = await newsroom.said("Écarté du n°")
    assert "- Effacé" in left_out.message
    async with house.bot.database.transaction() as db:
        found = await db.get(subscriptions.QuoteRefusal, quiet.id)
        await db.delete(found)


async def test_without_a_room_each_animateur_is_told(newsroom: DigestStage) -> None:
    async with newsroom.house.bot.database.transaction() as db:
        await canaux.forget_channel(db, "animation")
    # Of many animateurs the first by name are told.
    first = await newsroom.house.someone(Role.ANIMATEUR, "a0-agathe")
    first.acts()
    newsroom.goes_to(2026, 12, 3, 9, 1)
    await newsroom.finds("Un guide paraît")
    await newsroom.keeps()
    card = await first.told("Brouillon du n°")
    await first.clicks(card, "Approuver")
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    assert "est sorti dans" in plain(await first.told("est sorti dans"))


async def test_a_paper_that_cannot_be_made_keeps_nothing_from_coming_out(
    newsroom: DigestStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def breaks(sheet: DigestSheet, _: object) -> bytes:
        tried.append(sheet.number)
        raise OSError("no fonts")

    monkeypatch.setattr("commands.actus.formats.write_pdf", breaks)
    await approved(newsroom, "Un guide paraît")
    newsroom.goes_to(2026, 12, 4, 9, 0)
    await newsroom.house.bot.runs.run(KEEP, "sans-papier")
    await wait_until(lambda: bool(tried))
    newsroom.goes_to(2026, 12, 4, 9, 6)
    await newsroom.said("sort sans son PDF")
    await newsroom.settled()
    (out,) = await newsroom.all_said("Un guide paraît", "actualites")
    assert out.file_ids == ()


async def test_stopped_before_anything_is_said_it_is_held_and_comes_out_later(newsroom: DigestStage) -> None:
    digest = await approved(newsroom, "Un guide paraît")
    newsroom.goes_to(2026, 12, 4, 9, 0)
    async with newsroom.house.bot.database.transaction() as db:
        await change(db, await _locked(db, digest.number), state=DigestState.PUBLISHING)
        begun = make_work(WorkSort.STEPS, PublishDigest(digest=digest.number), "", newsroom.house.clock(), told=False)
        begun.not_before = begun.created_at + timedelta(hours=1)
        await work.add(db, [begun])
    async with newsroom.house.bot.database.transaction() as db:
        assert await work.cancel(db, begun.id, newsroom.house.clock())
    newsroom.house.bot.workers.look()
    await newsroom.said("sa publication a été arrêtée")
    assert (await newsroom.now(digest)).state is DigestState.HELD
    await newsroom.agathe.clicks(await newsroom.card(digest, "retenu"), "Approuver et publier")
    await newsroom.settled()
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1


async def _locked(db: AsyncSession, number: int) -> Digest:
    found = await digests.lock(db, number)
    assert found
    return found


async def test_three_replicas_at_nine_say_it_once(newsroom: DigestStage) -> None:
    await approved(newsroom, "Un guide paraît")
    newsroom.goes_to(2026, 12, 4, 9, 0)
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(newsroom.house.replica()) for _ in range(2)]
        bots = [newsroom.house.bot, *others]
        await asyncio.gather(*(bot.runs.run(KEEP, f"neuf-{n}") for n, bot in enumerate(bots)))
        await newsroom.settled()
    (out,) = await newsroom.all_said("Un guide paraît", "actualites")
    assert len(out.file_ids) == 1


@pytest.mark.slow
@pytest.mark.parametrize("digest_workplace", KINDS, indirect=True)
@pytest.mark.parametrize("room", ["11.2"], indirect=True)
@pytest.mark.timeout(180)
async def test_killed_at_any_step_it_comes_out_once(digest_workplace: DigestWorkplace) -> None:
    channels = [await digest_workplace.place()]
    site = digest_workplace.room.site
    for code, name in (("69", "rhone"), ("38", "isere")):
        channels.append(await site.channel(name, name))
        async with digest_workplace.transaction() as db:
            await canaux.remember_channel(db, f"departement:{code}", channels[-1], utc_now())
    async with digest_workplace.bot():
        pass
    number = await due_now(digest_workplace)
    for pause in (0.05, 0.15, 0.3, 0.45, 0.6, 0.8):
        async with digest_workplace.process():
            await asyncio.sleep(pause)
    async with digest_workplace.process():
        await wait_for(lambda: is_out(digest_workplace, number))
    for place in channels:
        (out,) = await list_said(site.admin, digest_workplace.room.bot_id, place)
        assert "Un guide paraît" in out.message


async def due_now(digest_workplace: DigestWorkplace) -> int:
    """A number whose publication has begun."""
    await digest_workplace.finds("Un guide paraît")
    async with digest_workplace.transaction() as db:
        where = ["actualites", "69", "38"]
        db.add(EditionSettings(key="vendredi", targets=where, at=utc_now()))
        await db.flush()
        desk = NewsDesk(db, digest_workplace.settings(), utc_now())
        edition = await editions.get_edition(desk, "vendredi")
        digest = await drafts.open_coming(desk, edition)
        await drafts.fill_draft(desk, digest, edition)
        await change(db, digest, state=DigestState.PUBLISHING)
        await work.add(db, [make_work(WorkSort.STEPS, PublishDigest(digest=digest.number), "", utc_now(), told=False)])
        return digest.number


async def is_out(digest_workplace: DigestWorkplace, number: int) -> bool:
    async with digest_workplace.transaction() as db:
        rests = await db.scalar(UNSETTLED)
    return not rests and (await digest_workplace.digest(number)).state is DigestState.PUBLISHED


hostile = st.text(
    st.one_of(st.characters(), st.sampled_from("@#*_[]()<>|`~\\\u202e\u200b\ufeff\n:!")), max_size=120
) | st.sampled_from(["@all", "@channel", "@here", "](http://x)", "\n# Titre", "| a |", "<!channel>", "\u202e@all"])


@given(title=hostile, text=hostile, credit=hostile, edito=hostile, name=hostile)
def test_no_words_of_anybody_call_turn_or_draw_anything(
    title: str, text: str, credit: str, edito: str, name: str
) -> None:
    piece = DigestPiece(
        1, 1, 1, " ".join(clean_text(title).split()) or "x", clean_text(text), "", " ".join(clean_text(credit).split())
    )
    sheet = DigestSheet(
        clean_text(name), 1, date(2026, 11, 27), clean_text(edito), (Chapter(NewsSection.PRESS, "Presse", (piece,)),)
    )
    for post in draw_posts(sheet):
        assert not re.search(r"@(?!\u200b)", post), "nobody is called"
        assert not re.search("[\u202a-\u202e\u2066-\u2069\ufeff]", post), "nothing turns the text"
        heads = [line for line in post.splitlines() if line.startswith("#")]
        assert len(heads) == 2, "the headings are ours"
        assert not re.search(r"(?<!\\)[|`]", post.replace("`/actus proposer`", "")), "nothing is drawn"
        assert not re.search(r"(?<!\\)\]\((?!<https?://)", post), "no link leads elsewhere"


@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=2000)), min_size=1, max_size=60))
def test_split_between_items_within_what_a_post_holds(items_of: list[tuple[str, str]]) -> None:
    pieces = tuple(
        DigestPiece(
            n,
            n,
            n,
            f"Titre{n}z " + clean_text(title).replace("\n", " "),
            clean_text(text),
            "https://e.fr/" + "x" * 900,
            "",
        )
        for n, (title, text) in enumerate(items_of, 1)
    )
    sheet = DigestSheet("Les actus", 42, date(2026, 11, 27), "", (Chapter(NewsSection.PRESS, "Presse", pieces),))
    drawn = draw_posts(sheet)
    assert all(len(post) <= POST_MAX for post in drawn)
    assert all(post.startswith("### Les actus n°\u00a042") for post in drawn)
    for n in range(1, len(pieces) + 1):
        assert sum(f"Titre{n}z" in post for post in drawn) == 1
    assert sum(post.count("x" * 900) for post in drawn) == len(pieces)
    assert all("#### Presse" in post for post in drawn if "Titre" in post)
