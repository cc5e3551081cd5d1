"""Stories: a message is reported by its link; what cannot be reported is said so; several reports are one case."""

from pathlib import Path

import pytest

from bot.french.dates import say_hour
from storage import canaux
from storage.moderation import CaseState
from storage.people import Role
from tests.people import unique
from tests.support.house import PARIS, plain, react, wait_for
from tests.support.moderation import CaseStage, room, send_dialog

__all__ = ["room"]


async def test_a_message_is_reported_by_several_and_they_hear_the_outcome_once(room: CaseStage) -> None:
    await room.writes("Avant", room.paul)
    post = await room.writes()
    await room.writes("Après", room.paul)
    form = await room.juliette.opens(f"/signaler {room.link(post)}")
    assert post.text[:20] in form.introduction
    answer = await form.fill(motif="propos", mot="Cela blesse @all **beaucoup**").submit()
    assert answer.accepted, answer
    assert "Votre nom n’est montré" in plain(await room.juliette.whispered("dossier"))
    case = await room.case(post)
    card = await room.card(case)
    for shown in (post.text, "lea", "à décider", "par 1 personne", "Propos blessants", "avertissement", "beaucoup"):
        assert shown in plain(card), shown
    assert "@all" not in card.text
    assert "juliette" not in str(card)
    assert card.buttons == ["Rien à faire", "Masquer", "Voir le contexte"]
    assert card.menus == ["Autre mesure…"], "four in all: on a phone each takes a line"
    assert next(iter(card.action("Autre mesure…").options.values())) == "Rappel de la charte"
    again = await room.juliette.asks(f"/signaler {room.link(post)}")
    assert "déjà signalé" in plain(again)
    await room.reports(room.paul, post, "autre")
    card = await room.card(case, "par 2 personnes")
    assert len(await room.cards(case)) == 1
    await room.agathe.clicks(card, "Voir le contexte")
    around = plain(await room.agathe.whispered("tel qu’il a été signalé"))
    assert around.index(f"@{room.paul.username}, ") < around.index("Avant")
    assert around.index("Avant") < around.index(post.text) < around.index("Après")
    for person in (room.juliette, room.paul, room.lea):
        person.acts()
    await send_dialog(room.agathe, card, "Rien à faire", avis="infonde", raison="Une plaisanterie.")
    await room.card(case, "décidé")
    for person in (room.juliette, room.paul):
        assert "rien à faire" in plain(await person.told(f"dossier n° {case.id}".replace("n° ", "n°\u00a0")))
    await room.house.settled()
    assert {one.was_right for one in await room.reported(case)} == {False}
    done = await room.now(case)
    assert (done.state, done.act, done.decided_by) == (CaseState.DECIDED, "moderation.classer", room.agathe.id)
    assert not [p for p in await room.lea.direct() if "dossier" in p.text], "nothing was done to her"
    assert "rien n’y a changé" in plain(await room.juliette.asks(f"/signaler {room.link(post)}"))


async def test_what_is_personal_in_the_words_of_who_reports_is_masked(room: CaseStage) -> None:
    post = await room.writes()
    told = await room.reports(room.juliette, post, mot="Il cite Mme Dupont, 06 12 34 56 78")
    assert "personnelles de votre mot y sont masquées" in plain(told)
    case = await room.case(post)
    card = await room.card(case)
    assert "Il cite Mme Dupont" in plain(card)
    assert "06 12 34 56 78" not in plain(card)
    await react(room.paul, post, "triangular_flag_on_post")
    flagged = await room.paul.told("est signalé")
    await send_dialog(room.paul, flagged, "Préciser", motif="donnees", mot="Son numéro est le 06 12 34 56 78")
    assert "personnelles de votre mot y sont masquées" in plain(await room.paul.told("y sont masquées"))
    assert "06 12 34 56 78" not in plain(await room.card(case, "Son numéro est"))
    assert not [report for report in await room.reported(case) if "06 12" in report.word]


async def test_what_cannot_be_reported_is_said_kindly(room: CaseStage) -> None:
    site = room.house.site
    own = await room.writes(who=room.juliette)
    hidden = await room.lea.api.post("/channels/direct", [room.lea.id, room.paul.id])
    apart = await room.lea.says("Entre nous", str(hidden["id"]))
    closed = await room.house.site.channel(unique("ferme"), kind="P")
    await site.add_members(closed, room.lea)
    secret = await room.lea.says("Chez nous", closed)
    gone = await room.writes()
    await room.lea.api.delete(f"/posts/{gone.id}")
    said = {
        f"/signaler {room.link(own)}": "C’est votre message",
        f"/signaler {room.link(apart)}": "hors de portée",
        f"/signaler {room.link(secret)}": "ne trouve pas ce message",
        f"/signaler {room.link(gone)}": "ne trouve pas ce message",
        "/signaler n’importe quoi": "Donnez le lien du message",
        f"/signaler https://ailleurs.fr/equipe/pl/{'z' * 26}": "un autre serveur",
    }
    for line, sentence in said.items():
        assert sentence in plain(await room.juliette.asks(line)), line
    window = await room.juliette.opens(f"/signaler {room.link(await room.writes())} c’est blessant")
    assert window.values["mot"] == "c’est blessant"
    form = await room.juliette.opens("/signaler")
    assert form.introduction.endswith("ni dans le dossier.")
    assert "un appui long" in str(form.element("lien")["help_text"]), "a phone has nothing to hover with"
    answer = await form.fill(lien=room.link(own), motif="autre").submit()
    assert "C’est votre message" in answer.errors["lien"]
    post = await room.writes()
    answer = await form.fill(lien=room.link(post)).submit()
    assert answer.accepted, answer
    assert (await room.case(post)).state is CaseState.OPEN


@pytest.mark.both_databases
async def test_everybody_may_report_in_a_public_channel_but_not_what_the_bot_says(room: CaseStage) -> None:
    post = await room.writes()
    outside = await room.house.conseiller("nina", timezone="Indian/Reunion")
    await room.reports(outside, post)
    case = await room.case(post)
    assert len(await room.reported(case)) == 1
    card = await room.card(case)
    assert case.posted_at
    assert f"à {say_hour(case.posted_at.astimezone(PARIS))} (" in card.text, "not by the clock of who reported it"
    assert "du bot" in plain(await room.agathe.asks(f"/signaler {room.link(card)}"))


@pytest.mark.newest_only
async def test_a_charter_that_cannot_be_read_keeps_nobody_waiting(room: CaseStage, tmp_path: Path) -> None:
    (tmp_path / "charte.tsv").write_text("n’importe quoi", "utf-8")
    house, usual = room.house, room.house.settings
    house.settings = usual.model_copy(update={"charter": tmp_path / "charte.tsv"})
    await house.restart()
    try:
        _, card = await room.opened()
        assert "La charte propose" not in plain(card), "in safe mode nothing is proposed"
    finally:
        house.settings = usual
        await house.restart()


@pytest.mark.both_databases
async def test_each_animateur_has_the_card_where_the_room_is_not_for_it_or_not_known(room: CaseStage) -> None:
    aaron = await room.house.someone(Role.ANIMATEUR, "aaron")
    post = await room.writes(who=room.agathe)
    aaron.acts()
    await room.reports(room.juliette, post)
    case = await room.case(post)
    card = await aaron.told(f"Dossier n°\u00a0{case.id}")
    await room.house.settled()
    assert not [p for p in await room.agathe.direct() if f"{case.id}," in plain(p)], "it is about her"
    assert not [p for p in await room.agathe.reads(room.room) if plain(p).startswith(f"**Dossier n° {case.id},")]
    await send_dialog(aaron, card, "Rien à faire")

    async def is_decided() -> bool:
        return (await room.now(case)).state is CaseState.DECIDED

    await wait_for(is_decided)
    async with room.house.bot.database.transaction() as db:
        await canaux.forget_channel(db, "moderation")
    post = await room.writes()
    aaron.acts()
    await room.reports(room.juliette, post)
    assert post.text in plain(await aaron.told("à décider"))
