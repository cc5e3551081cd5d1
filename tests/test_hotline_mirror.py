"""Stories: what one side writes, changes, takes away, attaches and ticks is on the other side; and nothing else is."""

import pytest

from tests.people import Person, Post
from tests.support.hotline import Hotline, helpdesk
from tests.support.house import edit_post, plain, react, reply_in_thread, wait_for

__all__ = ["helpdesk"]


async def thread(who: Person, root: Post) -> list[str]:
    """What stands in the thread of a post, the bot’s and everybody’s."""
    return [plain(p) for p in await who.reads(root.channel_id) if p.root_id == root.id]


async def eventually(who: Person, root: Post, words: str, *, there: bool = True) -> None:
    """Wait until the words stand in a thread, or do no more."""

    async def is_so() -> bool:
        return any(words in text for text in await thread(who, root)) is there

    await wait_for(is_so)


@pytest.mark.every_mode
async def test_changes_and_deletions_are_mirrored_both_ways(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Une ligne change")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    mine = await reply_in_thread(helpdesk.juliette, receipt, "première version")
    await helpdesk.under(helpdesk.agathe, card, "première version")
    await edit_post(helpdesk.juliette, mine, "seconde version")
    await eventually(helpdesk.agathe, card, "seconde version")
    await eventually(helpdesk.agathe, card, "première version", there=False)
    await helpdesk.juliette.api.delete(f"/posts/{mine.id}")
    await eventually(helpdesk.agathe, card, "seconde version", there=False)

    theirs = await reply_in_thread(helpdesk.agathe, card, "une réponse")
    await helpdesk.under(helpdesk.juliette, receipt, "une réponse")
    await edit_post(helpdesk.agathe, theirs, "! entre nous")
    await eventually(helpdesk.juliette, receipt, "une réponse", there=False)
    await edit_post(helpdesk.agathe, theirs, "finalement pour vous")
    await eventually(helpdesk.juliette, receipt, "finalement pour vous")
    await edit_post(helpdesk.agathe, theirs, "pour vous, corrigé")
    await eventually(helpdesk.juliette, receipt, "pour vous, corrigé")
    await helpdesk.agathe.api.delete(f"/posts/{theirs.id}")
    await eventually(helpdesk.juliette, receipt, "pour vous", there=False)
    assert not any("entre nous" in text for text in await thread(helpdesk.juliette, receipt))


@pytest.mark.every_mode
async def test_files_and_ticks_go_along(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Une capture")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    capture = await helpdesk.juliette.api.upload(receipt.channel_id, "capture.png", b"\x89PNG une image")
    mine = await reply_in_thread(helpdesk.juliette, receipt, "voici l’écran", (capture,))
    twin = await helpdesk.under(helpdesk.agathe, card, "voici l’écran")
    assert await helpdesk.agathe.files(twin) == {"capture.png": b"\x89PNG une image"}
    await helpdesk.is_known(twin)
    await react(helpdesk.agathe, twin, "white_check_mark")
    await _ticked(helpdesk.juliette, mine)
    line = await reply_in_thread(helpdesk.agathe, card, "merci")
    back = await helpdesk.under(helpdesk.juliette, receipt, "merci")
    await helpdesk.is_known(back)
    await react(helpdesk.juliette, back, "white_check_mark")
    await _ticked(helpdesk.agathe, line)


async def _ticked(who: Person, post: Post) -> None:
    async def is_so() -> bool:
        found = await who.api.get(f"/posts/{post.id}/reactions") or []
        return any(one["emoji_name"] == "white_check_mark" and one["user_id"] == who.site.bot_id for one in found)

    await wait_for(is_so)


async def test_a_mirror_never_echoes_itself(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Sans écho")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    for number in range(3):
        await reply_in_thread(helpdesk.juliette, receipt, f"question {number}")
        await reply_in_thread(helpdesk.agathe, card, f"réponse {number}")
    for number in range(3):
        await helpdesk.under(helpdesk.agathe, card, f"question {number}")
        await helpdesk.under(helpdesk.juliette, receipt, f"réponse {number}")
    await helpdesk.house.settled()
    for who, root in ((helpdesk.agathe, card), (helpdesk.juliette, receipt)):
        said = await thread(who, root)
        for words in [f"{kind} {number}" for kind in ("question", "réponse") for number in range(3)]:
            assert len([text for text in said if words in text]) == 1, (words, said)


@pytest.mark.every_mode
async def test_what_is_personal_is_masked_until_its_author_says_otherwise(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Un numéro", details="Appelez-moi au 06 12 34 56 78.")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    assert "06 12 34 56 78" not in plain(card)
    assert "▮▮▮" in plain(card)
    assert receipt.buttons == ["Laisser masqué", "Montrer"]
    await helpdesk.juliette.clicks(receipt, "Montrer")
    await helpdesk.card(ticket, "06 12 34 56 78")
    mine = await reply_in_thread(helpdesk.juliette, receipt, "Mon adresse : juliette.petit@orange.fr")
    twin = await helpdesk.under(helpdesk.agathe, card, "Mon adresse")
    assert "orange.fr" not in twin.text
    asked = await helpdesk.under(helpdesk.juliette, receipt, "une adresse électronique")
    await edit_post(helpdesk.juliette, mine, "Mon adresse est juliette.petit@orange.fr")
    await eventually(helpdesk.agathe, card, "Mon adresse est")
    assert not any("orange.fr" in text for text in await thread(helpdesk.agathe, card))
    await helpdesk.juliette.clicks(asked, "Montrer")
    await eventually(helpdesk.agathe, card, "juliette.petit@orange.fr")


async def test_words_beside_the_thread_are_added_by_a_click(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Hors du fil")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    await helpdesk.juliette.says(
        "bonjour, ça ne s’ouvre pas non plus ce soir", await helpdesk.juliette.direct_channel()
    )
    offered = await helpdesk.juliette.told()
    label = f"Ajouter à la demande n° {ticket.number}"
    assert label in [b.replace("\u00a0", " ") for b in offered.buttons]
    await helpdesk.juliette.clicks(offered, next(b for b in offered.buttons if str(ticket.number) in b))
    await helpdesk.under(helpdesk.agathe, card, "ça ne s’ouvre pas non plus")
    await reply_in_thread(helpdesk.juliette, receipt, "stats")
    await helpdesk.under(helpdesk.agathe, card, "stats")
