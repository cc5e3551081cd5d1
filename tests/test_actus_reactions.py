"""Stories: 📰 under a message, and a link given to the bot by its name: proposed once, in public channels only."""

import asyncio

import pytest

from storage import claims
from storage.actus.items import ItemKind
from tests.people import Post, unique
from tests.support.actus import NewsStage, news_stage
from tests.support.house import edit_post, plain, wait_for
from tests.support.servers import answer_too_late, answer_with

__all__ = ["news_stage"]


async def reactions(newsroom: NewsStage, post: Post) -> list[str]:
    """The emojis of the bot under a post."""
    found = await newsroom.juliette.api.get(f"/posts/{post.id}/reactions") or []
    return [each["emoji_name"] for each in found if each["user_id"] == newsroom.house.site.bot_id]


async def mention(newsroom: NewsStage, words: str) -> str:
    """A message to the bot."""
    bot = await newsroom.house.site.admin.get(f"/users/{newsroom.house.site.bot_id}")
    return f"@{bot['username']} {words}"


@pytest.mark.every_mode
async def test_newspaper_proposes_a_message_and_its_author_may_say_no(newsroom: NewsStage) -> None:
    word = unique("idée")
    post = await newsroom.lea.says(f"Une {word} pour les ateliers de janvier", newsroom.place)
    newsroom.lea.acts()
    await newsroom.heard(newsroom.juliette, post)
    receipt = await newsroom.juliette.told(word)
    assert receipt.buttons == ["Modifier", "Retirer"]
    item = await newsroom.found(post)
    assert (item.kind, item.proposed_by, item.author_id) == (ItemKind.PROPOSAL, newsroom.juliette.id, newsroom.lea.id)
    told = await newsroom.lea.told(word)
    await newsroom.heard(newsroom.ana, post)
    assert "C’est déjà proposé" in plain(await newsroom.ana.told(word))
    await newsroom.lea.clicks(told, "Plutôt pas")
    await newsroom.withdrawn(post)
    paul = await newsroom.house.conseiller("paul")
    await newsroom.house.site.add_members(newsroom.place, paul)
    await newsroom.heard(paul, post)
    assert "ne souhaite pas être citée" in plain(await paul.told())
    assert (await newsroom.of_post(post)).withdrawn  # type: ignore[union-attr]


@pytest.mark.every_mode
async def test_newspaper_taken_back_and_put_again(newsroom: NewsStage) -> None:
    word = unique("hésite")
    post = await newsroom.lea.says(f"Ce qui {word} encore un peu", newsroom.place)
    await newsroom.heard(newsroom.juliette, post)
    receipt = await newsroom.juliette.told(word)
    await newsroom.takes_back(newsroom.juliette, post)
    await newsroom.withdrawn(post)
    assert "est retirée" in plain(await newsroom.juliette.rewritten(receipt, "retirée"))
    await newsroom.heard(newsroom.juliette, post)
    await newsroom.found(post)
    assert len(await newsroom.told(newsroom.juliette, word)) == 1
    await newsroom.places(await newsroom.found(post))
    await newsroom.takes_back(newsroom.juliette, post)
    await wait_for(newsroom.is_idle)
    await newsroom.house.settled()
    assert not (await newsroom.found(post)).withdrawn, "editors have it in hand"


async def test_who_wrote_it_needs_no_word_of_their_own_newspaper(newsroom: NewsStage) -> None:
    word = unique("moi")
    post = await newsroom.lea.says(f"Ce que je fais {word} chaque semaine", newsroom.place)
    await newsroom.heard(newsroom.lea, post)
    assert len(await newsroom.told(newsroom.lea, word)) == 1
    assert (await newsroom.found(post)).proposed_by == newsroom.lea.id


@pytest.mark.every_mode
async def test_nothing_leaves_a_private_channel(newsroom: NewsStage) -> None:
    post = await newsroom.ana.says(f"{unique('secret')} entre nous, vraiment", newsroom.room)
    await newsroom.heard(newsroom.ana, post)
    first = len(await newsroom.told(newsroom.ana, "Ce canal est privé"))
    other = await newsroom.ana.says(await mention(newsroom, "https://exemple.fr/interne à lire"), newsroom.room)
    await wait_for(newsroom.is_idle)
    await newsroom.heard(newsroom.ana, other)
    assert len(await newsroom.told(newsroom.ana, "Ce canal est privé")) == first == 1
    assert not [i for i in await newsroom.items() if i.post_id in {post.id, other.id} or "interne" in i.url]


async def test_what_may_not_be_quoted_is_not(newsroom: NewsStage) -> None:
    personal = await newsroom.lea.says("Appelez madame Martin au 06 12 34 56 78 pour la suite", newsroom.place)
    await newsroom.heard(newsroom.juliette, personal)
    assert "un numéro de téléphone" in plain(await newsroom.juliette.told("ne va pas dans les actus"))
    empty = await newsroom.lea.says("👍", newsroom.place)
    await newsroom.heard(newsroom.juliette, empty)
    await newsroom.juliette.told("pas de texte à citer")
    await newsroom.lea.asks("/actus discret")
    quiet = await newsroom.lea.says("Une chose dont je ne veux pas qu’on parle", newsroom.place)
    await newsroom.heard(newsroom.juliette, quiet)
    assert "ne souhaite pas être citée" in plain(await newsroom.juliette.told())
    posts = {personal.id, empty.id, quiet.id}
    assert not [item for item in await newsroom.items() if item.post_id in posts]


async def test_newspaper_under_what_no_person_wrote_does_nothing(newsroom: NewsStage) -> None:
    before = len(await newsroom.items())
    joined = next(post for post in await newsroom.lea.reads(newsroom.place) if post.type)
    await newsroom.heard(newsroom.juliette, joined)
    await newsroom.juliette.asks("/actus discret non", newsroom.place)
    assert len(await newsroom.items()) == before


@pytest.mark.every_mode
async def test_a_message_that_changes_is_quoted_as_it_is_and_one_that_is_gone_is_not(newsroom: NewsStage) -> None:
    word = unique("mot")
    post = await newsroom.lea.says(f"Un premier {word} sur la table", newsroom.place)
    await newsroom.heard(newsroom.juliette, post)
    await newsroom.found(post)
    await edit_post(newsroom.lea, post, f"Un second {word} sur la table")
    await newsroom.titled(f"Un second {word} sur la table")
    await newsroom.lea.api.delete(f"/posts/{post.id}")
    await newsroom.withdrawn(post)


async def test_a_channel_that_becomes_private_takes_its_messages_with_it(newsroom: NewsStage) -> None:
    post = await newsroom.lea.says(f"{unique('Ouvert')} à tous pour le moment", newsroom.place)
    await newsroom.heard(newsroom.juliette, post)
    await newsroom.found(post)
    admin = newsroom.house.site.admin
    await admin.put(f"/channels/{newsroom.place}/privacy", {"privacy": "P"})
    try:
        await newsroom.withdrawn(post)
    finally:
        await admin.put(f"/channels/{newsroom.place}/privacy", {"privacy": "O"})


@pytest.mark.every_mode
async def test_a_link_given_by_name_is_proposed_and_checked(newsroom: NewsStage) -> None:
    word = unique("page")
    post = await newsroom.lea.says(
        await mention(newsroom, f"**Le guide {word}** : https://exemple.fr/{word}?utm_source=x @all"), newsroom.place
    )
    await wait_for(lambda: _checked(newsroom, post))
    item = next(item for item in await newsroom.items() if item.url == f"https://exemple.fr/{word}")
    assert item.title.startswith(f"Le guide {word}")
    assert (item.proposed_by, item.post_id, item.credit) == (newsroom.lea.id, "", "exemple.fr")
    bare = await newsroom.juliette.says(await mention(newsroom, f"https://exemple.fr/{word}"), newsroom.place)
    await wait_for(lambda: _checked(newsroom, bare))
    assert len([item for item in await newsroom.items() if word in item.url]) == 1
    assert not await newsroom.told(newsroom.juliette, word), "✅ is all there is to say"


async def _checked(newsroom: NewsStage, post: Post) -> bool:
    return await reactions(newsroom, post) == ["white_check_mark"]


async def test_other_mentions_and_links_are_none_of_its_business(newsroom: NewsStage) -> None:
    before = len(await newsroom.items())
    words = [
        await mention(newsroom, "bonjour, comment vas-tu ?"),
        f"@{newsroom.juliette.username} regarde https://exemple.fr/{unique('autre')}",
        "Une adresse : https://exemple.fr/@profil",
        await mention(newsroom, "http://localhost/x et rien d’autre"),
    ]
    for each in words:
        post = await newsroom.lea.says(each, newsroom.place)
        await asyncio.sleep(0)
        await wait_for(newsroom.is_idle)
        await newsroom.house.settled()
        assert await reactions(newsroom, post) == []
    assert len(await newsroom.items()) == before


async def test_a_link_without_a_word_gets_the_title_of_its_page(newsroom: NewsStage) -> None:
    word = unique("titre")
    async with newsroom.house.outside() as web:
        page = f"<html><head><title>\n Le {word} &amp; la suite</title><title>non</title></head></html>"
        web.pages["page.example/a"] = answer_with(page.encode(), Content_Type="text/html; charset=utf-8")
        web.pages["lent.example/b"] = answer_too_late
        posts = [
            await newsroom.lea.says(await mention(newsroom, web.link(where)), newsroom.place)
            for where in ("page.example/a", "lent.example/b", "absent.example/c")
        ]
        for post in posts:
            await wait_for(lambda post=post: _checked(newsroom, post))  # type: ignore[misc]
        assert (await newsroom.items())[-1].details
        await newsroom.runs("name_links")
        found = {item.url.partition("//")[2].partition(":")[0]: item for item in (await newsroom.items())[-3:]}
        assert found["page.example"].title == f"Le {word} & la suite"
        assert found["lent.example"].title == web.link("lent.example/b").split("/")[2]
        assert not any(item.details for item in found.values())
        web.calls.clear()
        await newsroom.runs("name_links")
        assert web.calls == [], "each is asked for once"


async def test_what_is_no_news_is_not_even_claimed(newsroom: NewsStage) -> None:
    """Everybody talks in public channels: what concerns nobody costs no transaction."""
    heard = "kiosque.mentioned.Posted"
    plain_words = await newsroom.lea.says("Bonjour à tous, belle journée", newsroom.place)
    perhaps = await newsroom.lea.says(f"@{newsroom.juliette.username} https://exemple.fr/x", newsroom.place)
    await newsroom.heard(newsroom.juliette, plain_words, "heart")
    async with newsroom.house.bot.database.transaction(writes=False) as db:
        assert await claims.list_taken(db, heard, [plain_words.id, perhaps.id]) == [perhaps.id]
