"""Stories: a number is drafted the day before, read over, approved, and comes out once at its hour."""

import pytest

from storage.actus.digests import DigestState
from storage.actus.items import ItemKind, NewsSection
from tests.support.actus import DigestStage, newsroom
from tests.support.house import plain
from tests.test_actus_editing import plain_text

__all__ = ["newsroom"]


BUTTONS = ["Approuver", "Aperçu", "Modifier…", "Reporter"]


@pytest.mark.every_mode
async def test_drafted_the_day_before_approved_and_out_once_at_its_hour(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un guide paraît", "Une loi change")
    assert card.buttons == BUTTONS
    assert "2 éléments. Il sortira vendredi 4 décembre 2026 à 9 h dans" in plain(card)
    assert "#### Vu dans la presse" in card.message
    assert "- **[Un guide paraît](<https://exemple.fr/a>)**" in card.message
    await newsroom.agathe.clicks(card, "Approuver")
    assert "sortira vendredi 4 décembre 2026 à 9 h" in plain(await newsroom.agathe.whispered("approuvé"))
    assert (await newsroom.card(digest, "approuvé")).buttons == [
        "Reprendre",
        "Aperçu",
        "Reporter",
        "Publier maintenant",
    ]
    assert await newsroom.all_said("Un guide paraît", "actualites") == []
    for _ in range(3):
        await newsroom.keeps(2026, 12, 4, 9, 0)
    (out,) = await newsroom.all_said("Un guide paraît", "actualites")
    assert plain(out).startswith(f"### Les actus du vendredi n° {digest.number}\n\nVendredi 4 décembre 2026")
    files = await newsroom.agathe.files(out)
    (name,) = files
    assert name == f"actus_n{digest.number}_04-12-2026.pdf"
    assert files[name].startswith(b"%PDF")
    assert (await newsroom.now(digest)).state is DigestState.PUBLISHED
    assert (await newsroom.said("est sorti dans")) is not None
    assert (await newsroom.card(digest, "sorti")).buttons == ["Corriger…", "Retirer"]


@pytest.mark.every_mode
async def test_approved_it_may_come_out_now_by_a_click_or_a_word(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un guide paraît")
    window = await newsroom.agathe.opens_by(card, "Reporter")
    answer = await window.fill(quand="maintenant").submit()
    assert "n’est pas approuvé" in plain_text(answer.error or str(answer.errors))
    await newsroom.agathe.clicks(card, "Approuver")
    card = await newsroom.card(digest, "approuvé")
    window = await newsroom.omar.opens_by(card, "Reporter")
    assert (await window.fill(quand="Maintenant").submit()).accepted
    await newsroom.settled()
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    await newsroom.finds("Une loi change")
    await newsroom.keeps(2026, 12, 10, 9, 1)
    second = await newsroom.latest()
    await newsroom.agathe.clicks(await newsroom.card(second), "Approuver")
    await newsroom.omar.clicks(await newsroom.card(second, "approuvé"), "Publier maintenant")
    await newsroom.settled()
    assert len(await newsroom.all_said("Une loi change", "actualites")) == 1


@pytest.mark.every_mode
async def test_the_preview_is_what_comes_out(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un guide paraît")
    newsroom.agathe.acts()
    await newsroom.agathe.clicks(card, "Aperçu")
    shown = await newsroom.agathe.told("Un guide paraît")
    await newsroom.agathe.clicks(card, "Approuver")
    await newsroom.keeps(2026, 12, 4, 9, 2)
    (out,) = await newsroom.all_said("Un guide paraît", "actualites")
    assert out.message == shown.message
    assert f"n° {digest.number}" in plain(out)


async def test_what_nobody_approved_is_reminded_of_then_held_then_out_late_on_purpose(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un guide paraît")
    await newsroom.keeps(2026, 12, 3, 15, 55)
    assert await newsroom.all_said("personne ne l’a encore approuvé") == []
    for minute in (0, 5, 10):
        await newsroom.keeps(2026, 12, 3, 16, minute)
    assert len(await newsroom.all_said("personne ne l’a encore approuvé")) == 1
    for minute in (0, 5):
        await newsroom.keeps(2026, 12, 4, 9, minute)
    (held,) = await newsroom.all_said("il est retenu")
    assert held.buttons == ["Approuver et publier", *BUTTONS[1:]]
    assert (await newsroom.now(digest)).state is DigestState.HELD
    assert await newsroom.all_said("Un guide paraît", "actualites") == []
    card = await newsroom.card(digest, "retenu")
    assert card.buttons == ["Approuver et publier", *BUTTONS[1:]]
    await newsroom.omar.clicks(card, "Approuver et publier")
    await newsroom.settled()
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1


async def test_the_edition_may_say_that_it_comes_out_unapproved(newsroom: DigestStage) -> None:
    said = await newsroom.agathe.asks("/actus programmer vendredi publier")
    assert "publié quand même" in plain(said)
    digest, card = await newsroom.drafted("Un guide paraît")
    assert "même si personne ne l’approuve" in plain(card)
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert len(await newsroom.all_said("il sort quand même")) == 1
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    assert (await newsroom.now(digest)).approved_by == ""


async def test_a_bot_that_was_down_catches_up_within_the_day_and_else_says_so(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un guide paraît")
    await newsroom.agathe.clicks(card, "Approuver")
    await newsroom.card(digest, "approuvé")
    await newsroom.house.stop()
    newsroom.goes_to(2026, 12, 4, 17, 31)
    await newsroom.house.start()
    await newsroom.keeps()
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    await newsroom.finds("Une autre")
    await newsroom.keeps(2026, 12, 10, 9, 0)
    second = await newsroom.latest()
    await newsroom.agathe.clicks(await newsroom.card(second), "Approuver")
    await newsroom.card(second, "approuvé")
    await newsroom.house.stop()
    newsroom.goes_to(2026, 12, 12, 8, 0)
    await newsroom.house.start()
    for _ in range(2):
        await newsroom.keeps()
    assert len(await newsroom.all_said("le bot était arrêté ce jour-là")) == 1
    assert (await newsroom.now(second)).state is DigestState.HELD
    assert await newsroom.all_said("Une autre", "actualites") == []


async def test_a_number_missed_altogether_is_held_and_told(newsroom: DigestStage) -> None:
    await newsroom.keeps(2026, 12, 2, 15, 0)
    await newsroom.house.stop()
    newsroom.goes_to(2026, 12, 5, 10, 0)
    await newsroom.house.start()
    await newsroom.finds("Un guide paraît")
    await newsroom.keeps()
    digest = await newsroom.latest()
    assert (digest.day.isoformat(), digest.state) == ("2026-12-04", DigestState.HELD)
    assert len(await newsroom.all_said("il est retenu")) == 1
    await newsroom.keeps(2026, 12, 5, 10, 5)
    assert len(await newsroom.all_said("il est retenu")) == 1


async def test_what_comes_late_goes_into_the_next(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un guide paraît")
    await newsroom.finds("Juste avant")
    await newsroom.keeps(2026, 12, 3, 11, 0)
    assert await newsroom.titles(digest) == ["Un guide paraît", "Juste avant"]
    await newsroom.agathe.clicks(await newsroom.card(digest, "Juste avant"), "Approuver")
    await newsroom.card(digest, "approuvé")
    newsroom.goes_to(2026, 12, 3, 12, 0)
    await newsroom.finds("Trop tard")
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert await newsroom.titles(digest) == ["Un guide paraît", "Juste avant"]
    await newsroom.keeps(2026, 12, 10, 9, 0)
    assert await newsroom.titles(await newsroom.latest()) == ["Trop tard"]


async def test_the_best_come_first_within_bounds_and_what_people_propose_always(newsroom: DigestStage) -> None:
    newsroom.goes_to(2026, 12, 3, 8, 0)
    for n in range(12):
        await newsroom.finds(f"Article {n:02}", score=n)
    await newsroom.finds("Proposé", kind=ItemKind.PROPOSAL)
    await newsroom.finds("Une fiche", section=NewsSection.RESOURCES)
    await newsroom.finds(
        "Chiffres d’une autre", kind=ItemKind.FIGURES, section=NewsSection.FIGURES, key="chiffres:nouvelles:2026-12-04"
    )
    digest, _ = await newsroom.drafted()
    found = await newsroom.titles(digest)
    assert found[0] == "Proposé"
    assert found[1:8] == [f"Article {n:02}" for n in range(11, 4, -1)]
    assert found[8:] == ["Une fiche"]
