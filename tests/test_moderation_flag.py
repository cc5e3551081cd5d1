"""Stories: 🚩 under a message reports it; the bot takes the flag off where it may, and says so where it may not."""

import pytest

from tests.people import Person, Post
from tests.support.house import plain, react, wait_for
from tests.support.mattermost import override_account_roles
from tests.support.moderation import CaseStage, room, send_dialog

__all__ = ["room"]


FLAG = "triangular_flag_on_post"


async def flags(who: Person, post: Post) -> list[str]:
    """The emojis under a post."""
    return [each["emoji_name"] for each in await who.api.get(f"/posts/{post.id}/reactions") or []]


async def test_a_flag_reports_and_shows_who_set_it_where_the_bot_may_not_take_it_off(room: CaseStage) -> None:
    post = await room.writes()
    room.juliette.acts()
    await react(room.juliette, post, FLAG)
    told = await room.juliette.told("/signaler")
    assert "n’a pas le droit de le retirer" in plain(told)
    assert told.buttons == ["Préciser"]
    case = await room.case(post)
    card = await room.card(case)
    assert "Autre chose" in plain(card)
    form = await room.juliette.opens_by(told, "Préciser")
    assert (await form.fill(motif="publicite", mot="Encore").submit()).accepted
    card = await room.card(case, "Publicité")
    assert "Encore" in plain(card)
    assert room.juliette.username not in str(card)
    await react(room.juliette, post, "smile")
    await react(room.paul, post, FLAG)
    await room.card(case, "par 2 personnes")
    room.juliette.acts()
    await send_dialog(room.agathe, card, "Rappel de la charte")
    assert "et y ont donné suite" in plain(await room.juliette.told("donné suite"))
    await room.house.settled()
    assert {one.was_right for one in await room.reported(case)} == {True}
    form = await room.juliette.opens_by(told, "Préciser")
    assert "déjà décidé" in plain_text((await form.submit()).error)


async def test_a_bot_that_may_takes_the_flag_off_and_own_messages_are_not_reported(room: CaseStage) -> None:
    site = room.house.site
    async with override_account_roles(site, "system_user system_admin"):
        post, own = await room.writes(), await room.writes(who=room.paul)
        room.juliette.acts()
        await react(room.juliette, post, FLAG)
        assert "le bot l’a retiré" in plain(await room.juliette.told("/signaler"))
        assert await flags(room.lea, post) == []
        room.paul.acts()
        await react(room.paul, own, FLAG)
        assert "C’est votre message" in plain(await room.paul.told("n’est pas signalé"))

        async def is_off() -> bool:
            return not await flags(room.lea, own)

        await wait_for(is_off)


def plain_text(text: str) -> str:
    """With plain spaces."""
    return text.replace("\u00a0", " ")


@pytest.mark.both_databases
async def test_a_flag_twice_is_one_report(room: CaseStage) -> None:
    post = await room.writes()
    await room.reports(room.juliette, post)
    room.juliette.acts()
    await react(room.juliette, post, FLAG)
    assert "déjà signalé" in plain(await room.juliette.told("n’est pas signalé"))
    assert len(await room.reported(await room.case(post))) == 1
