"""Stories: editors move, shorten, drop, add and write; two at once do not undo each other; it is put off, taken up."""

from collections.abc import Sequence

import pytest

from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import ItemKind, NewsSection
from tests.people import Post
from tests.support.actus import DigestStage, fill_step, go_on, name_field, newsroom
from tests.support.house import plain, wait_for

__all__ = ["newsroom"]


async def stands(newsroom: DigestStage, digest: Digest, *titles: str) -> None:
    """Wait until these are in it, in this order."""

    async def true() -> bool:
        return await newsroom.titles(digest) == list(titles)

    await wait_for(true)


async def entry(newsroom: DigestStage, digest: Digest, title: str) -> DigestEntry:
    """One by its title."""
    return next(one for one in await newsroom.entries(digest, dropped=True) if one.title == title)


@pytest.mark.every_mode
async def test_moved_dropped_and_brought_back(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un", "Deux", "Trois")
    await stands(newsroom, digest, "Un", "Deux", "Trois")
    await newsroom.moves(newsroom.agathe, digest, "Trois", "monter")
    await stands(newsroom, digest, "Un", "Trois", "Deux")
    await newsroom.moves(newsroom.omar, digest, "Deux", "tete")
    await stands(newsroom, digest, "Deux", "Un", "Trois")
    await newsroom.moves(newsroom.omar, digest, "Deux", "descendre")
    await stands(newsroom, digest, "Un", "Deux", "Trois")
    await newsroom.moves(newsroom.agathe, digest, "Deux", "ecarter")
    await stands(newsroom, digest, "Un", "Trois")
    await newsroom.keeps(2026, 12, 3, 12, 0)
    assert await newsroom.titles(digest) == ["Un", "Trois"], "what was dropped does not come again"
    card = await newsroom.card(digest, "2 éléments")
    assert "[Deux]" not in card.message
    await newsroom.moves(newsroom.agathe, digest, "(écarté) Deux", "remettre")
    await stands(newsroom, digest, "Un", "Deux", "Trois")


@pytest.mark.every_mode
async def test_shortened_moved_to_another_part_added_and_prefaced(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un titre bien trop long", "Deux")
    window = await newsroom.moves(newsroom.agathe, digest, "Un titre", "corriger")
    assert window.shown(name_field(window, "titre")) == "Un titre bien trop long"
    assert (await fill_step(window, titre="Un titre", texte="Court.", partie="une")).accepted
    await newsroom.card(digest, "#### À la une")
    window = await newsroom.moves(newsroom.agathe, digest, "", "ajouter")
    assert (await fill_step(window, titre="Ajouté", lien="exemple.fr/b?utm_source=x", partie="agenda")).accepted
    card = await newsroom.card(digest, "[Ajouté](<https://exemple.fr/b>)")
    window = await newsroom.moves(newsroom.omar, digest, "", "edito")
    assert (await fill_step(window, edito="Bonne lecture @all !\nhttps://exemple.fr/c")).accepted
    card = await newsroom.card(digest, "Bonne lecture")
    assert "Bonne lecture @\u200ball\u00a0!\n<https://exemple.fr/c>" in card.message
    assert [e.section for e in await newsroom.entries(digest)] == [
        NewsSection.TOP,
        NewsSection.PRESS,
        NewsSection.AGENDA,
    ]
    again = await newsroom.moves(newsroom.omar, digest, "", "ajouter")
    answer = await fill_step(again, titre="Encore", lien="https://www.exemple.fr/b/")
    assert "déjà dans ce numéro" in plain_text(str(answer.errors))


def plain_text(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.every_mode
async def test_two_at_once_do_not_undo_each_other(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un", "Deux")
    windows = []
    for who in (newsroom.agathe, newsroom.omar, newsroom.omar):
        windows.append(await go_on(who, await who.opens_by(card, "Modifier…"), "Un", "corriger"))
    first, second, third = windows
    assert (await fill_step(first, texte="D’Agathe.")).accepted
    answer = await fill_step(second, texte="D’Omar.")
    assert "a changé pendant que vous écriviez (texte, par" in plain_text(answer.error)
    assert (await entry(newsroom, digest, "Un")).text == "D’Agathe."
    assert (await fill_step(third, credit="Le Monde")).accepted, "what is elsewhere does no harm"
    found = await entry(newsroom, digest, "Un")
    assert (found.text, found.credit) == ("D’Agathe.", "Le Monde")
    again = await newsroom.omar.opens("/brouillon")
    assert again.shown(name_field(again, "texte")) == "D’Omar."
    assert (await again.submit()).accepted
    assert (await entry(newsroom, digest, "Un")).text == "D’Omar."


async def test_what_another_dropped_meanwhile_is_told(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un", "Deux")
    window = await go_on(newsroom.omar, await newsroom.omar.opens_by(card, "Modifier…"), "Un", "corriger")
    await newsroom.moves(newsroom.agathe, digest, "Un", "ecarter")
    await stands(newsroom, digest, "Deux")
    answer = await fill_step(window, texte="D’Omar.")
    assert "a été écarté par" in plain_text(answer.error)


async def test_two_editos_at_once(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un")
    first = await go_on(newsroom.agathe, await newsroom.agathe.opens_by(card, "Modifier…"), "", "edito")
    second = await go_on(newsroom.omar, await newsroom.omar.opens_by(card, "Modifier…"), "", "edito")
    assert (await fill_step(first, edito="D’Agathe.")).accepted
    assert "(édito, par" in plain_text((await fill_step(second, edito="D’Omar.")).error)
    assert (await newsroom.now(digest)).edito == "D’Agathe."


@pytest.mark.every_mode
async def test_approved_is_what_was_seen_and_can_be_taken_up_again(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un", "Deux")
    seen = await newsroom.omar.asks("/actus brouillon vendredi")
    await newsroom.moves(newsroom.agathe, digest, "Deux", "ecarter")
    await stands(newsroom, digest, "Un")
    await newsroom.omar.clicks(seen, "Approuver")
    assert "a changé depuis ce que vous voyez" in plain(await newsroom.omar.whispered("a changé"))
    await newsroom.omar.clicks(await newsroom.card(digest, "1 élément"), "Approuver")
    approved = await newsroom.card(digest, "approuvé")
    assert approved.buttons == ["Reprendre", "Aperçu", "Reporter", "Publier maintenant"]
    await newsroom.agathe.clicks(approved, "Reprendre")
    await newsroom.card(digest, "Brouillon")
    assert (await newsroom.now(digest)).state is DigestState.DRAFT


async def test_nothing_is_approved_that_is_empty(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted()
    await newsroom.agathe.clicks(card, "Approuver")
    assert "est vide" in plain(await newsroom.agathe.whispered("est vide"))
    assert (await newsroom.now(digest)).state is DigestState.DRAFT


async def later(newsroom: DigestStage, digest: Digest, quand: str = "") -> None:
    """It is put off."""
    window = await newsroom.agathe.opens_by(await newsroom.card(digest), "Reporter")
    answer = await window.fill(quand=quand).submit()
    assert answer.accepted, answer


async def test_put_off_to_a_moment_or_to_the_next_time(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un")
    window = await newsroom.agathe.opens_by(card, "Reporter")
    assert "dans les 30 jours" in plain_text(str((await window.fill(quand="4 février 9h").submit()).errors))
    window = await newsroom.agathe.opens_by(card, "Reporter")
    assert "pas entre 2 h et 3 h" in plain_text(str((await window.fill(quand="8 décembre 2h30").submit()).errors))
    await later(newsroom, digest, "7 décembre 14h")
    assert "sortira lundi 7 décembre 2026 à 14 h" in plain(await newsroom.card(digest, "7 décembre"))
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert await newsroom.all_said("il est retenu") == []
    assert (await newsroom.latest()).number == digest.number, "Friday has no other"
    await later(newsroom, digest)
    now = await newsroom.now(digest)
    assert (now.day.isoformat(), now.number) == ("2026-12-11", digest.number)
    await newsroom.agathe.clicks(await newsroom.card(digest, "11 décembre"), "Approuver")
    await newsroom.card(digest, "approuvé")
    await newsroom.keeps(2026, 12, 11, 9, 0)
    assert (await newsroom.now(digest)).state is DigestState.PUBLISHED
    await newsroom.keeps(2026, 12, 17, 9, 0)
    assert (await newsroom.latest()).day.isoformat() == "2026-12-18"


async def test_two_drafts_for_one_day_become_one(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un")
    await later(newsroom, digest, "10 décembre 14h")
    newsroom.goes_to(2026, 12, 10, 9, 0)
    await newsroom.finds("Deux")
    await newsroom.keeps()
    both: Sequence[Post] = await newsroom.all_said("Brouillon")
    assert len(both) == 2
    second = await newsroom.latest()
    assert second.number != digest.number
    await later(newsroom, digest)
    await newsroom.said(f"Le brouillon n° {second.number} est réuni au n° {digest.number}")
    assert sorted(await newsroom.titles(digest)) == ["Deux", "Un"]
    assert (await newsroom.now(digest)).day.isoformat() == "2026-12-11"


@pytest.mark.every_mode
async def test_the_draft_at_any_time_from_anywhere(newsroom: DigestStage) -> None:
    newsroom.goes_to(2026, 11, 30, 10, 0)
    await newsroom.finds("Un")
    shown = await newsroom.agathe.asks("/actus brouillon")
    assert "Brouillon du n°" in plain(shown)
    digest = await newsroom.latest("nouvelles")
    assert digest.day.isoformat() == "2026-12-02", "the next to come out"
    shown = await newsroom.agathe.asks("/actus brouillon vendredi")
    assert "4 décembre 2026 à 9 h" in plain(shown)
    await newsroom.agathe.runs("/actus brouillon vendredi", newsroom.rooms["animation"])
    card = await newsroom.card(await newsroom.latest())
    assert card.buttons[0] == "Approuver"
    assert "Il n’y a pas d’édition" in plain(await newsroom.agathe.asks("/actus brouillon lune"))
    assert "réservé" in plain(await newsroom.juliette.asks("/actus brouillon")).lower()


async def test_figures_grow_until_somebody_edits_them(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un")
    key = f"chiffres:vendredi:{digest.day}"
    item = await newsroom.finds("10 accompagnements", kind=ItemKind.FIGURES, section=NewsSection.FIGURES, key=key)
    await newsroom.keeps(2026, 12, 3, 10, 0)
    await newsroom.becomes(item, "12 accompagnements")
    await newsroom.keeps(2026, 12, 3, 11, 0)
    assert await newsroom.titles(digest) == ["Un", "12 accompagnements"]
    window = await newsroom.moves(newsroom.agathe, digest, "12 accomp", "corriger")
    assert (await fill_step(window, titre="Une douzaine")).accepted
    await newsroom.becomes(item, "13 accompagnements")
    await newsroom.keeps(2026, 12, 3, 12, 0)
    assert await newsroom.titles(digest) == ["Un", "Une douzaine"]
