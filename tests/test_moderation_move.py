"""Stories: a thread goes to another channel with names, hours and files, and comes back."""

import asyncio

import pytest

from storage.journal import AuditAct
from tests.people import Person, Post, unique
from tests.support.house import plain, wait_for
from tests.support.moderation import MeasureStage, assert_files, known, measure_stage, post_file

__all__ = ["known", "measure_stage"]


async def a_thread(stage: MeasureStage) -> tuple[Post, list[str]]:
    """A question of Lea’s in the public channel with a file, and two answers of Juliette’s; their words."""
    words = [unique(word) for word in ("Question", "Réponse", "Précision")]
    question = f"**{words[0]}** @all https://exemple.fr/x"
    root = await post_file(stage.lea, stage.place, question, "note.txt", b"une note")
    for word in words[1:]:
        await answers(stage.juliette, root, word)
    return root, words


async def answers(who: Person, root: Post, words: str) -> Post:
    """Somebody answers in a thread."""
    body = {"channel_id": root.channel_id, "message": words, "root_id": root.id}
    return Post.read(await who.api.post("/posts", body))


async def moved(stage: MeasureStage, root: Post) -> None:
    """Agathe moves it to the private channel."""
    asked = await stage.agathe.asks(f"/moderer deplacer {stage.link(root)} 69 c’est local")
    assert "3 messages, 1 fichier, 2 auteurs" in plain(asked)
    await stage.agathe.clicks(asked, "Déplacer 3 messages")
    await stage.said(stage.place, "a été déplacé vers")
    await stage.house.settled()
    await stage.agathe.clicks(asked, "Déplacer 3 messages")
    await stage.agathe.whispered("il est déjà déplacé, ou retiré")


async def test_it_goes_with_names_hours_and_files_and_comes_back(stage: MeasureStage) -> None:
    root, words = await a_thread(stage)
    stage.lea.acts()
    await moved(stage, root)
    posts = [p for p in await stage.agathe.reads(stage.club) if not p.type]
    copies = [next(p for p in posts if word in p.text) for word in words]
    assert [p.root_id for p in copies] == ["", copies[0].id, copies[0].id]
    assert plain(copies[0]).startswith(f"**@{stage.lea.username}, le ")
    assert "**Question" in copies[0].text
    assert "@all" not in copies[0].text
    assert f"@{stage.lea.username}" not in copies[0].text, "nobody is called once more"
    assert "https://exemple.fr/x" in copies[0].text
    await assert_files(stage.agathe, copies[0], {"note.txt": b"une note"})
    assert f"@{stage.juliette.username}" in plain(copies[1])
    await stage.stands(root, there=False)
    pointer = await stage.said(stage.place, f"/pl/{copies[0].id}")
    assert "a été déplacé vers" in pointer.text
    assert "c’est local" in pointer.text
    told = await stage.lea.told("Votre fil a été déplacé")
    assert "Contester" not in told.buttons
    measure = (await stage.measures(stage.lea))[-1]
    assert len(await stage.entries(AuditAct.MOVE, stage.lea)) == 1

    await stage.moderates(f"annuler {measure.entry}")
    await stage.stands(copies[0], there=False)
    await stage.house.settled()
    here = [p for p in await stage.agathe.reads(stage.place) if not p.type]
    back = [next(p for p in here if word in p.text) for word in words]
    assert back[0].id == pointer.id
    assert [p.root_id for p in back] == ["", pointer.id, pointer.id]
    (files,) = [p for p in here if p.root_id == pointer.id and p.file_ids]
    await assert_files(stage.agathe, files, {"note.txt": b"une note"})
    left = await stage.reads(stage.club)
    assert not any(word in text for word in words for text in left)


@pytest.mark.both_databases
async def test_once_over_a_restart_and_what_is_answered_meanwhile_goes_along(stage: MeasureStage) -> None:
    root, words = await a_thread(stage)
    asked = await stage.agathe.asks(f"/moderer deplacer {stage.link(root)} 69")
    late = unique("Tardive")
    await answers(stage.lea, root, late)
    await asyncio.gather(stage.agathe.clicks(asked, "Déplacer 3 messages"), answers(stage.lea, root, late + "-bis"))
    await stage.house.restart()
    await stage.said(stage.place, "a été déplacé vers")
    await stage.house.settled()
    texts = await stage.reads(stage.club)
    for word in [*words, late + "-bis"]:
        assert len([text for text in texts if word in text]) == 1, word
    measure = (await stage.measures(stage.lea))[-1]
    copy = next(p for p in await stage.agathe.reads(stage.club) if words[0] in p.text)
    await answers(stage.juliette, copy, unique("Sous la copie"))
    stage.agathe.acts()
    await stage.moderates(f"annuler {measure.entry}")

    async def said_so() -> bool:
        return any("il reste où il est" in plain(post) for post in await stage.agathe.direct())

    await wait_for(said_so)
    await stage.stands(copy, there=True)
    assert any(words[0] in text for text in await stage.reads(stage.place))


@pytest.mark.newest_only
async def test_a_private_thread_stays_private(stage: MeasureStage) -> None:
    post = await stage.lea.says(unique("Entre nous"), stage.club)
    assert "canal privé" in await stage.moderates(f"deplacer {stage.link(post)} ~ressourcerie")
