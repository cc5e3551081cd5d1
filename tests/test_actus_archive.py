"""Stories: what came out is corrected everywhere, withdrawn, found again; editions are programmed; all is counted."""

import pytest

from storage.actus.digests import Digest, DigestState
from storage.actus.items import ItemKind, NewsSection
from tests.support.actus import THURSDAY, DigestStage, fill_step, go_on, newsroom
from tests.support.house import PARIS, plain, wait_for

__all__ = ["newsroom"]


async def published(newsroom: DigestStage, *titles: str) -> Digest:
    """Friday’s, which came out."""
    digest, card = await newsroom.drafted(*titles)
    await newsroom.agathe.clicks(card, "Approuver")
    await newsroom.card(digest, "approuvé")
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert (await newsroom.now(digest)).state is DigestState.PUBLISHED
    return digest


async def reads(newsroom: DigestStage, *titles: str) -> None:
    """Wait until the channel says all of these, and nothing before that."""

    async def true() -> bool:
        said = await newsroom.all_said("Les actus du vendredi", "actualites")
        return bool(said) and all(title in post.message for title in titles for post in said)

    await wait_for(true)


@pytest.mark.every_mode
async def test_corrected_wherever_it_stands(newsroom: DigestStage) -> None:
    digest = await published(newsroom, "Un guyde paraît", "Deux")
    window = await newsroom.omar.opens(f"/actus corriger n° {digest.number}")
    window = await go_on(newsroom.omar, window, "Un guyde", "corriger", by_line=True)
    assert (await fill_step(window, titre="Un guide paraît")).accepted
    assert f"le n° {digest.number}" in plain(await newsroom.omar.whispered("change partout")), "where it was asked"
    await reads(newsroom, "Un guide paraît", "Deux")
    window = await newsroom.omar.opens_by(await newsroom.card(digest, "sorti"), "Corriger…")
    await go_on(newsroom.omar, window, "Deux", "ecarter")
    await newsroom.settled()
    (out,) = await newsroom.all_said("Un guide paraît", "actualites")
    assert "[Deux]" not in out.message
    assert (await newsroom.now(digest)).corrected == 2
    shown = await newsroom.juliette.asks(f"/actus {digest.number}")
    assert shown.text == out.text


async def test_a_correction_that_needs_one_post_less_and_one_more(newsroom: DigestStage) -> None:
    newsroom.goes_to(*THURSDAY)
    for n in range(20):
        await newsroom.finds(f"Long {n:02}", text="mot " * 450, kind=ItemKind.PROPOSAL)
    digest = await published(newsroom)
    assert len(await newsroom.all_said("Les actus du vendredi", "actualites")) == 3
    for n in range(8):
        window = await newsroom.omar.opens(f"/actus corriger {digest.number}")
        await go_on(newsroom.omar, window, f"Long {n:02}", "ecarter")
    await newsroom.settled()
    left = await newsroom.all_said("Les actus du vendredi", "actualites")
    assert len(left) == 2
    assert "(suite, 2 sur 2)" in plain(left[1])
    refused = ""
    for n in range(8):
        window = await newsroom.omar.opens(f"/actus corriger {digest.number}")
        listed = window.options("quoi")
        quoi = next(value for value, text in listed.items() if f"Long {n:02}" in text)
        refused = refused or (await window.fill(quoi=quoi, faire="remettre").submit()).error
    assert "ne tient plus dans les messages qui sont sortis" in refused.replace("\u00a0", " ")
    await newsroom.settled()
    assert len(await newsroom.all_said("Les actus du vendredi", "actualites")) == 2


@pytest.mark.every_mode
async def test_withdrawn_everywhere_and_the_archive_says_so(newsroom: DigestStage) -> None:
    digest = await published(newsroom, "Un guide paraît")
    asked = await newsroom.agathe.asks(f"/actus retirer {digest.number}")
    assert f"Retirer le n° {digest.number} de" in plain(asked)
    await newsroom.agathe.clicks(asked, "Retirer partout")
    await newsroom.settled()
    assert await newsroom.all_said("Un guide paraît", "actualites") == []
    assert "a été retiré" in plain(await newsroom.juliette.asks(f"/actus n° {digest.number}"))
    assert "Rien dans les anciens numéros" in plain(await newsroom.juliette.asks("/actus cherche guide"))
    assert "déjà retiré" in plain(await newsroom.agathe.asks(f"/actus retirer {digest.number}"))
    assert "a été retiré" in plain(await newsroom.agathe.asks(f"/actus corriger {digest.number}"))


async def test_what_came_out_early_and_is_withdrawn_leaves_its_day_to_another(newsroom: DigestStage) -> None:
    newsroom.goes_to(2026, 11, 30, 10, 0)
    await newsroom.finds("Un guide paraît")
    await newsroom.agathe.runs("/actus brouillon nouvelles", newsroom.rooms["animation"])
    first = await newsroom.latest("nouvelles")
    await newsroom.agathe.clicks(await newsroom.card(first), "Approuver")
    await newsroom.agathe.clicks(await newsroom.card(first, "approuvé"), "Publier maintenant")
    await newsroom.settled()
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    asked = await newsroom.agathe.asks(f"/actus retirer {first.number}")
    await newsroom.agathe.clicks(asked, "Retirer partout")
    await newsroom.settled()
    assert await newsroom.all_said("Un guide paraît", "actualites") == []
    await newsroom.keeps(2026, 12, 1, 9, 1)
    second = await newsroom.latest("nouvelles")
    assert (second.day.isoformat(), second.number != first.number) == ("2026-12-02", True)
    assert await newsroom.titles(second) == ["Un guide paraît"], "what it had is news again"
    await newsroom.omar.clicks(await newsroom.card(first, "retiré"), "Restaurer")
    card = await newsroom.card(first, "Brouillon")
    assert "mercredi 2 décembre 2026 à 9 h" in plain(card)
    assert card.buttons[0] == "Approuver"


@pytest.mark.every_mode
async def test_withdrawn_and_restored_it_comes_out_again_once(newsroom: DigestStage) -> None:
    digest = await published(newsroom, "Un guide paraît")
    await newsroom.agathe.clicks(await newsroom.agathe.asks(f"/actus retirer {digest.number}"), "Retirer partout")
    await newsroom.settled()
    await newsroom.omar.clicks(await newsroom.card(digest, "retiré"), "Restaurer")
    card = await newsroom.card(digest, "retenu")
    assert card.buttons[0] == "Approuver et publier"
    assert "est de nouveau un brouillon" in plain(await newsroom.omar.whispered("de nouveau"))
    await newsroom.omar.clicks(card, "Approuver et publier")
    await newsroom.settled()
    (out,) = await newsroom.all_said("Un guide paraît", "actualites")
    assert len(out.file_ids) == 1
    window = await newsroom.omar.opens(f"/actus corriger {digest.number}")
    await go_on(newsroom.omar, window, "Un guide", "monter", by_line=True)
    await newsroom.settled()
    assert (await newsroom.now(digest)).state is DigestState.PUBLISHED


@pytest.mark.every_mode
async def test_read_again_and_found_by_words(newsroom: DigestStage) -> None:
    await newsroom.agathe.opens("/actus programmer")
    digest, card = await newsroom.drafted("L’été numérique", *(f"Guide {n}" for n in range(7)))
    for line in ("/actus n° 999", f"/actus {digest.number}"):
        said = plain(await newsroom.juliette.asks(line))
        assert "dans l’archive" in said, "a draft is not read"
        assert "/actus` montre le dernier" in said
    await newsroom.agathe.clicks(card, "Approuver")
    await newsroom.card(digest, "approuvé")
    await newsroom.keeps(2026, 12, 4, 9, 0)
    (out,) = await newsroom.all_said("L’été numérique", "actualites")
    for said in (f"n° {digest.number}", str(digest.number), f"n°{digest.number}", f"numéro {digest.number}"):
        assert (await newsroom.juliette.asks(f"/actus {said}")).text == out.text
    found = await newsroom.juliette.asks("/actus cherche ETE")
    assert f"Les actus du vendredi n° {digest.number}, vendredi 4 décembre 2026" in plain(found)
    assert "**été**" in found.message
    assert plain(await newsroom.juliette.asks("/actus ETE")) == plain(found), "words are looked for, not refused"
    assert "/actus proposer" in plain(await newsroom.juliette.asks("/actus archives"))
    found = await newsroom.juliette.asks("/actus cherche guide")
    assert "7 résultats" in plain(found)
    assert found.message.count("**Guide**") == 5
    await newsroom.juliette.clicks(found, "Voir la suite")
    assert "**Guide**" in (await newsroom.juliette.whispered("**Guide**")).message
    shown = await newsroom.juliette.asks("/actus")
    assert f"n° {digest.number}, vendredi 4 décembre 2026" in plain(shown)
    assert "chaque vendredi à 9 h, le prochain le 11 décembre" in plain(shown)
    assert "le premier mercredi du mois à 9 h, le prochain le 6 janvier 2027" in plain(shown)
    assert shown.buttons == ["Lire le dernier", "Proposer une actu"]
    assert (await newsroom.agathe.asks("/actus")).buttons == [
        "Lire le dernier",
        "Proposer une actu",
        "Voir le brouillon",
    ]
    assert "Vouliez-vous dire" in plain(await newsroom.juliette.asks("/actus chrche guide"))


@pytest.mark.every_mode
async def test_programmed_by_line_and_the_draft_moves_along(newsroom: DigestStage) -> None:
    digest, _ = await newsroom.drafted("Un guide paraît")
    said = await newsroom.agathe.asks("/actus programmer vendredi chaque lundi à 10 h")
    assert "Les actus du vendredi : chaque lundi à 10 h, le prochain le 7 décembre." in plain(said)
    assert "Ensuite : 14 décembre et 21 décembre." in plain(said)
    assert "7 décembre 2026 à 10 h" in plain(await newsroom.card(digest, "7 décembre"))
    await newsroom.keeps(2026, 12, 4, 9, 0)
    assert (await newsroom.now(digest)).state is DigestState.DRAFT
    await newsroom.agathe.clicks(await newsroom.card(digest), "Approuver")
    await newsroom.card(digest, "approuvé")
    await newsroom.keeps(2026, 12, 7, 10, 0)
    assert len(await newsroom.all_said("Un guide paraît", "actualites")) == 1
    said = await newsroom.agathe.asks("/actus programmer vendredi chaque vendredi à 9 h")
    assert "Ensuite : 18 décembre et 24 décembre (le 25 est férié)." in plain(said)
    for line, refusal in (
        ("lune chaque lundi", "Il n’y a pas d’édition"),
        ("vendredi de temps en temps", "n’est pas un rythme"),
        ("vendredi chaque lundi à 2 h 30", "pas entre 2 h et 3 h"),
        ("vendredi dans la lune", "n’est ni"),
        ("vendredi dans role:animateur", "dans des canaux"),
    ):
        assert refusal in plain(await newsroom.agathe.asks(f"/actus programmer {line}")), line
    assert "réservé" in plain(await newsroom.juliette.asks("/actus programmer vendredi publier")).lower()


async def test_what_was_put_off_stays_when_its_edition_is_programmed_anew(newsroom: DigestStage) -> None:
    digest, card = await newsroom.drafted("Un guide paraît")
    window = await newsroom.agathe.opens_by(card, "Reporter")
    assert (await window.fill(quand="8 décembre 14h").submit()).accepted
    await newsroom.card(digest, "8 décembre")
    said = plain(await newsroom.agathe.asks("/actus programmer vendredi chaque lundi à 10 h"))
    assert f"Le n° {digest.number}, reporté, ne bouge pas : il sortira mardi 8 décembre 2026 à 14 h." in said
    now = await newsroom.now(digest)
    assert (now.at.astimezone(PARIS).isoformat(), now.day.isoformat()) == ("2026-12-08T14:00:00+01:00", "2026-12-04")


@pytest.mark.every_mode
async def test_programmed_by_a_window(newsroom: DigestStage) -> None:
    newsroom.goes_to(*THURSDAY)
    window = await newsroom.agathe.opens("/actus programmer")
    answer = await window.fill(
        edition="nouvelles", rythme="2e mardi du mois à 14h", ou="national, 69", sans="publier"
    ).submit()
    assert answer.accepted, answer
    said = plain(await newsroom.agathe.whispered("On vient aux nouvelles"))
    assert "le deuxième mardi du mois à 14 h, le prochain le 8 décembre" in said
    assert "publié quand même" in said
    window = await newsroom.agathe.opens("/actus programmer")
    answer = await window.fill(edition="nouvelles", ou="lune").submit()
    assert "n’est ni" in str(answer.errors)


async def test_counted_without_saying_who_reads(newsroom: DigestStage) -> None:
    newsroom.goes_to(*THURSDAY)
    await newsroom.finds("Proposé", kind=ItemKind.PROPOSAL, section=NewsSection.TOP, proposed_by=newsroom.juliette.id)
    digest = await published(newsroom, "Un guide paraît")
    said = plain(await newsroom.agathe.asks("/actus stats"))
    assert "- Décembre 2026 : 1 numéro, 2 éléments, 0 correction. Accord :" in said
    assert "agathe" in said.lower()
    assert "- Décembre 2026 : 1 proposition, de 1 personne." in said
    assert "La lecture n’est pas suivie" in said
    assert digest.number
    assert "réservé" in plain(await newsroom.juliette.asks("/actus stats")).lower()
