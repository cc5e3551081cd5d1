"""Stories: a warning, a hidden message, an exclusion by two animateurs; what is missing or impossible is said."""

import asyncio

import pytest

from storage.journal import AuditAct
from storage.moderation import CaseState
from storage.people import Role
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, known, measure_stage

__all__ = ["known", "measure_stage"]


async def test_a_warning_says_who_why_and_how_to_contest(stage: MeasureStage) -> None:
    stage.lea.acts()
    said = await stage.moderates(f"avertir @{stage.lea.username} propos **blessants** dans Général")
    measure = await stage.last(stage.lea)
    assert f"acte n° {measure.entry}" in said
    told = await stage.lea.told("avertissement")
    assert "propos \\*\\*blessants\\*\\* dans Général" in told.text
    assert "l’équipe de modération" in told.text
    assert stage.agathe.username not in told.text
    assert told.buttons == ["Contester"]
    (entry,) = await stage.entries(AuditAct.WARN, stage.lea)
    assert (entry.id, entry.actor, entry.target) == (measure.entry, stage.agathe.username, stage.lea.username)
    assert f"avertissement, @{stage.lea.username}" in plain(await stage.said(stage.room, f"acte n° {measure.entry}"))[
        20:
    ].replace("**", "")
    (case,) = await stage.cases(stage.lea)
    assert (case.state, case.act, case.entry) == (CaseState.DECIDED, AuditAct.WARN, measure.entry)


async def test_a_hidden_message_is_kept_and_its_author_has_the_text(stage: MeasureStage) -> None:
    words = unique("Mme Dupont, 06 12 34 56 78")
    post = await stage.lea.says(words, stage.place)
    stage.lea.acts()
    said = await stage.moderates(f"masquer {stage.link(post)} données personnelles")
    assert "retiré" in said
    told = await stage.lea.told("a été retiré")
    assert words in plain(told)
    assert "Ressourcerie" in plain(told)
    assert told.buttons == ["Contester"]
    await stage.stands(post, there=False)
    (case,) = await stage.cases(stage.lea)
    assert (case.message, case.post_id, case.state) == (words, post.id, CaseState.DECIDED)
    assert "déjà décidé" not in said
    again = await stage.moderates(f"masquer {stage.link(post)} encore")
    assert f"déjà masqué (dossier n° {case.number})" in again


async def test_a_thread_is_hidden_only_on_purpose_and_answers_go_back_to_who_wrote_them(stage: MeasureStage) -> None:
    post = await stage.lea.says(unique("Une pique"), stage.place)
    answer = {"channel_id": stage.place, "message": "Une réponse bien sage", "root_id": post.id}
    await stage.juliette.api.post("/posts", answer)
    asked = await stage.agathe.asks(f"/moderer masquer {stage.link(post)} propos blessants")
    assert "Une autre personne a répondu à ce message" in plain(asked)
    await stage.stands(post, there=True)
    stage.juliette.acts()
    await stage.agathe.clicks(asked, "Masquer tout le fil")
    back = await stage.juliette.told("Une réponse bien sage")
    assert "n’est pas en cause" in back.text
    assert "Contester" not in back.buttons
    await stage.stands(post, there=False)


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_of_two_animateurs_at_once_one_decides(stage: MeasureStage) -> None:
    post = await stage.lea.says(unique("Une insulte"), stage.place)
    line = f"masquer {stage.link(post)} insultes"
    said = await asyncio.gather(*(stage.moderates(line, who) for who in (stage.agathe, stage.omar)))
    assert len([text for text in said if "est en train d’être retiré" in text]) == 1
    await stage.stands(post, there=False)
    assert len(await stage.measures(stage.lea)) == 1
    assert len(await stage.entries(AuditAct.HIDE, stage.lea)) == 1


async def test_an_exclusion_takes_two_animateurs(stage: MeasureStage) -> None:
    line = f"exclure @{stage.lea.username} 69 propos blessants, malgré deux avertissements"
    said = await stage.moderates(line)
    assert "second animateur" in said
    (case,) = await stage.cases(stage.lea)
    assert (case.state, case.proposed["by"]) == (CaseState.SECOND, stage.agathe.id)
    assert not await stage.measures(stage.lea)
    assert await stage.is_in(stage.lea, stage.club)
    (entry,) = await stage.entries(AuditAct.PROPOSE, stage.lea)
    assert entry.reason.startswith("propos blessants")


@pytest.mark.both_databases
async def test_what_cannot_be_is_said_kindly(stage: MeasureStage) -> None:
    chief = await stage.house.someone(Role.ADMINISTRATEUR, "chef")
    server_admin = (await stage.house.site.admin.get("/users/me"))["username"]
    lea = f"@{stage.lea.username}"
    post = await stage.lea.says("Bonjour", stage.place)
    direct = await stage.lea.says("Un mot au bot", await stage.lea.direct_channel())
    cases = {
        f"avertir {lea}": "Dites pourquoi",
        "avertir": "Dites de qui il s’agit",
        "avertir @personne-ici pas gentil": "Personne ne s’appelle @personne-ici",
        f"avertir @{stage.agathe.username} moi-même": "On ne se modère pas soi-même",
        f"avertir @{chief.username} pas content": "contre un administrateur",
        f"avertir @{server_admin} pas content": "contre un administrateur",
        f"silence {lea} toujours insultes": "pour combien de temps",
        f"silence {lea} 0j insultes": "pour combien de temps",
        f"silence {lea} 900j insultes": "un an au plus",
        f"silence {lea} 3j": "Dites pourquoi",
        f"silence {lea} 3j ~nulle-part insultes": "dans aucun canal « nulle-part »",
        f"nettoyer {lea} 3 ~nulle-part insultes": "dans aucun canal « nulle-part »",
        f"exclure {lea} nulle-part insultes": "dans aucun canal « nulle-part »",
        f"exclure {lea} ~town-square insultes": "Personne ne peut être retiré",
        "masquer bonjour": "Donnez le lien du message",
        f"masquer {stage.link(post)}": "Dites pourquoi",
        f"masquer {stage.link(direct)} insultes": "hors de portée",
        "annuler": "Donnez le numéro",
        "annuler 999999": "Il n’y a pas d’acte",
        "averti @x bonjour": "Vouliez-vous dire",
        "danser": "n’est pas un geste de modération",
        "verrouiller ~ressourcerie": "pour combien de temps",
        "deverrouiller ~ressourcerie": "n’est pas verrouillé",
        f"nettoyer {lea} beaucoup": "combien de messages",
        f"deplacer {stage.link(post)} ~ressourcerie": "déjà dans ce canal",
    }
    for line, words in cases.items():
        assert words in await stage.moderates(line), line
    assert not await stage.measures(stage.lea)
    refused = await stage.juliette.asks(f"/moderer avertir {lea} non")
    assert "animateur" in plain(refused)


@pytest.mark.newest_only
async def test_the_overview_shows_what_waits_and_what_is_in_force(stage: MeasureStage) -> None:
    await stage.moderates(f"silence @{stage.lea.username} 3j publicité répétée")
    await stage.moderates(f"exclure @{stage.juliette.username} 69 publicité", stage.omar)
    shown = await stage.moderates("")
    assert "attend un second animateur" in shown
    assert f"écriture suspendue, @{stage.lea.username}" in shown
    assert "/moderer nettoyer @nom 10" in shown
    assert "hors de portée" in shown
