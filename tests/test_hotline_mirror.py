"""Stories: what one side writes, changes, takes away, attaches and ticks is on the other side; and nothing else is."""

import pytest

from tests.people import Person, Post
from tests.support.hotline import Hotline, desk
from tests.support.house import edit_post, plain, react, reply_in_thread, wait_for

__all__ = ["desk"]


async def thread(who: Person, root: Post) -> list[str]:
    """What stands in the thread of a post, the bot’s and everybody’s."""
    return [plain(p) for p in await who.reads(root.channel_id) if p.root_id == root.id]


async def eventually(who: Person, root: Post, words: str, *, there: bool = True) -> None:
    """Wait until the words stand in a thread, or do no more."""

    async def is_so() -> bool:
        return any(words in text for text in await thread(who, root)) is there

    await wait_for(is_so)


@pytest.mark.every_mode
async def test_changes_and_deletions_are_mirrored_both_ways(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Une ligne change")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    mine = await reply_in_thread(desk.juliette, receipt, "première version")
    await desk.under(desk.agathe, card, "première version")
    await edit_post(desk.juliette, mine, "seconde version")
    await eventually(desk.agathe, card, "seconde version")
    await eventually(desk.agathe, card, "première version", there=False)
    await desk.juliette.api.delete(f"/posts/{mine.id}")
    await eventually(desk.agathe, card, "seconde version", there=False)

    theirs = await reply_in_thread(desk.agathe, card, "une réponse")
    await desk.under(desk.juliette, receipt, "une réponse")
    await edit_post(desk.agathe, theirs, "! entre nous")
    await eventually(desk.juliette, receipt, "une réponse", there=False)
    await edit_post(desk.agathe, theirs, "finalement pour vous")
    await eventually(desk.juliette, receipt, "finalement pour vous")
    await edit_post(desk.agathe, theirs, "pour vous, corrigé")
    await eventually(desk.juliette, receipt, "pour vous, corrigé")
    await desk.agathe.api.delete(f"/posts/{theirs.id}")
    await eventually(desk.juliette, receipt, "pour vous", there=False)
    assert not any("entre nous" in text for text in await thread(desk.juliette, receipt))


@pytest.mark.every_mode
async def test_files_and_ticks_go_along(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Une capture")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    capture = await desk.juliette.api.upload(receipt.channel_id, "capture.png", b"\x89PNG une image")
    mine = await reply_in_thread(desk.juliette, receipt, "voici l’écran", (capture,))
    twin = await desk.under(desk.agathe, card, "voici l’écran")
    assert await desk.agathe.files(twin) == {"capture.png": b"\x89PNG une image"}
    await desk.is_known(twin)
    await react(desk.agathe, twin, "white_check_mark")
    await _ticked(desk.juliette, mine)
    line = await reply_in_thread(desk.agathe, card, "merci")
    back = await desk.under(desk.juliette, receipt, "merci")
    await desk.is_known(back)
    await react(desk.juliette, back, "white_check_mark")
    await _ticked(desk.agathe, line)


async def _ticked(who: Person, post: Post) -> None:
    async def is_so() -> bool:
        found = await who.api.get(f"/posts/{post.id}/reactions") or []
        return any(one["emoji_name"] == "white_check_mark" and one["user_id"] == who.site.bot_id for one in found)

    await wait_for(is_so)


async def test_a_mirror_never_echoes_itself(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Sans écho")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    for number in range(3):
        await reply_in_thread(desk.juliette, receipt, f"question {number}")
        await reply_in_thread(desk.agathe, card, f"réponse {number}")
    for number in range(3):
        await desk.under(desk.agathe, card, f"question {number}")
        await desk.under(desk.juliette, receipt, f"réponse {number}")
    await desk.house.settled()
    for who, root in ((desk.agathe, card), (desk.juliette, receipt)):
        said = await thread(who, root)
        for words in [f"{kind} {number}" for kind in ("question", "réponse") for number in range(3)]:
            assert len([text for text in said if words in text]) == 1, (words, said)


@pytest.mark.every_mode
async def test_what_is_personal_is_masked_until_its_author_says_otherwise(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Un numéro", details="Appelez-moi au 06 12 34 56 78.")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    assert "06 12 34 56 78" not in plain(card)
    assert "▮▮▮" in plain(card)
    assert receipt.buttons == ["Masquer", "Garder"]
    await desk.juliette.clicks(receipt, "Garder")
    await desk.card(ticket, "06 12 34 56 78")
    mine = await reply_in_thread(desk.juliette, receipt, "Mon adresse : juliette.petit@orange.fr")
    twin = await desk.under(desk.agathe, card, "Mon adresse")
    assert "orange.fr" not in twin.text
    asked = await desk.under(desk.juliette, receipt, "une adresse électronique")
    await edit_post(desk.juliette, mine, "Mon adresse est juliette.petit@orange.fr")
    await eventually(desk.agathe, card, "Mon adresse est")
    assert not any("orange.fr" in text for text in await thread(desk.agathe, card))
    await desk.juliette.clicks(asked, "Garder")
    await eventually(desk.agathe, card, "juliette.petit@orange.fr")


async def test_words_beside_the_thread_are_added_by_a_click(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Hors du fil")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    await desk.juliette.says("bonjour, ça ne s’ouvre pas non plus ce soir", await desk.juliette.direct_channel())
    offered = await desk.juliette.told()
    label = f"Ajouter à la demande n° {ticket.number}"
    assert label in [b.replace("\u00a0", " ") for b in offered.buttons]
    await desk.juliette.clicks(offered, next(b for b in offered.buttons if str(ticket.number) in b))
    await desk.under(desk.agathe, card, "ça ne s’ouvre pas non plus")
    await reply_in_thread(desk.juliette, receipt, "stats")
    await desk.under(desk.agathe, card, "stats")
