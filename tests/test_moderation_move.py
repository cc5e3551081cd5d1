"""Stories: a thread goes to another channel with names, hours and files, and comes back."""

import asyncio

import pytest

from storage.journal import AuditAct
from tests.people import Person, Post, unique
from tests.support.house import plain, wait_for
from tests.support.moderation import MeasureStage, assert_files, bench, known, post_file

__all__ = ["bench", "known"]


async def a_thread(bench: MeasureStage) -> tuple[Post, list[str]]:
    """A question of Lea’s in the public channel with a file, and two answers of Juliette’s; their words."""
    words = [unique(word) for word in ("Question", "Réponse", "Précision")]
    question = f"**{words[0]}** @all https://exemple.fr/x"
    root = await post_file(bench.lea, bench.place, question, "note.txt", b"une note")
    for word in words[1:]:
        await answers(bench.juliette, root, word)
    return root, words


async def answers(who: Person, root: Post, words: str) -> Post:
    """Somebody answers in a thread."""
    body = {"channel_id": root.channel_id, "message": words, "root_id": root.id}
    return Post.read(await who.api.post("/posts", body))


async def moved(bench: MeasureStage, root: Post) -> None:
    """Agathe moves it to the private channel."""
    asked = await bench.agathe.asks(f"/moderer deplacer {bench.link(root)} 69 c’est local")
    assert "3 messages, 1 fichier, 2 auteurs" in plain(asked)
    await bench.agathe.clicks(asked, "Déplacer 3 messages")
    await bench.said(bench.place, "a été déplacé vers")
    await bench.house.settled()


async def test_it_goes_with_names_hours_and_files_and_comes_back(bench: MeasureStage) -> None:
    root, words = await a_thread(bench)
    bench.lea.acts()
    await moved(bench, root)
    posts = [p for p in await bench.agathe.reads(bench.club) if not p.type]
    copies = [next(p for p in posts if word in p.text) for word in words]
    assert [p.root_id for p in copies] == ["", copies[0].id, copies[0].id]
    assert plain(copies[0]).startswith(f"**@{bench.lea.username}, le ")
    assert "**Question" in copies[0].text
    assert "@all" not in copies[0].text
    assert f"@{bench.lea.username}" not in copies[0].text, "nobody is called once more"
    assert "https://exemple.fr/x" in copies[0].text
    await assert_files(bench.agathe, copies[0], {"note.txt": b"une note"})
    assert f"@{bench.juliette.username}" in plain(copies[1])
    await bench.stands(root, there=False)
    pointer = await bench.said(bench.place, f"/pl/{copies[0].id}")
    assert "a été déplacé vers" in pointer.text
    assert "c’est local" in pointer.text
    told = await bench.lea.told("Votre fil a été déplacé")
    assert "Contester" not in told.buttons
    measure = (await bench.measures(bench.lea))[-1]
    assert len(await bench.entries(AuditAct.MOVE, bench.lea)) == 1

    await bench.moderates(f"annuler {measure.entry}")
    await bench.stands(copies[0], there=False)
    await bench.house.settled()
    here = [p for p in await bench.agathe.reads(bench.place) if not p.type]
    back = [next(p for p in here if word in p.text) for word in words]
    assert back[0].id == pointer.id
    assert [p.root_id for p in back] == ["", pointer.id, pointer.id]
    (files,) = [p for p in here if p.root_id == pointer.id and p.file_ids]
    await assert_files(bench.agathe, files, {"note.txt": b"une note"})
    left = await bench.reads(bench.club)
    assert not any(word in text for word in words for text in left)


@pytest.mark.both_databases
async def test_once_over_a_restart_and_what_is_answered_meanwhile_goes_along(bench: MeasureStage) -> None:
    root, words = await a_thread(bench)
    asked = await bench.agathe.asks(f"/moderer deplacer {bench.link(root)} 69")
    late = unique("Tardive")
    await answers(bench.lea, root, late)
    await asyncio.gather(bench.agathe.clicks(asked, "Déplacer 3 messages"), answers(bench.lea, root, late + "-bis"))
    await bench.house.restart()
    await bench.said(bench.place, "a été déplacé vers")
    await bench.house.settled()
    texts = await bench.reads(bench.club)
    for word in [*words, late + "-bis"]:
        assert len([text for text in texts if word in text]) == 1, word
    measure = (await bench.measures(bench.lea))[-1]
    copy = next(p for p in await bench.agathe.reads(bench.club) if words[0] in p.text)
    await answers(bench.juliette, copy, unique("Sous la copie"))
    bench.agathe.acts()
    await bench.moderates(f"annuler {measure.entry}")

    async def said_so() -> bool:
        return any("il y reste" in plain(post) for post in await bench.agathe.direct())

    await wait_for(said_so)
    await bench.stands(copy, there=True)
    assert any(words[0] in text for text in await bench.reads(bench.place))


@pytest.mark.newest_only
async def test_a_private_thread_stays_private(bench: MeasureStage) -> None:
    post = await bench.lea.says(unique("Entre nous"), bench.club)
    assert "canal privé" in await bench.moderates(f"deplacer {bench.link(post)} ~ressourcerie")
