"""Stories: a warning, a hidden message, an exclusion by two animateurs; what is missing or impossible is said."""

import asyncio

import pytest

from storage.journal import AuditAct
from storage.moderation import CaseState
from storage.people import Role
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, bench, known

__all__ = ["bench", "known"]


async def test_a_warning_says_who_why_and_how_to_contest(bench: MeasureStage) -> None:
    bench.lea.acts()
    said = await bench.moderates(f"avertir @{bench.lea.username} propos **blessants** dans Général")
    measure = await bench.last(bench.lea)
    assert f"acte n° {measure.entry}" in said
    told = await bench.lea.told("avertissement")
    assert "propos \\*\\*blessants\\*\\* dans Général" in told.text
    assert "l’équipe de modération" in told.text
    assert bench.agathe.username not in told.text
    assert told.buttons == ["Contester"]
    (entry,) = await bench.entries(AuditAct.WARN, bench.lea)
    assert (entry.id, entry.actor, entry.target) == (measure.entry, bench.agathe.username, bench.lea.username)
    assert f"avertissement, @{bench.lea.username}" in plain(await bench.said(bench.room, f"acte n° {measure.entry}"))[
        20:
    ].replace("**", "")
    (case,) = await bench.cases(bench.lea)
    assert (case.state, case.act, case.entry) == (CaseState.DECIDED, AuditAct.WARN, measure.entry)


async def test_a_hidden_message_is_kept_and_its_author_has_the_text(bench: MeasureStage) -> None:
    words = unique("Mme Dupont, 06 12 34 56 78")
    post = await bench.lea.says(words, bench.place)
    bench.lea.acts()
    said = await bench.moderates(f"masquer {bench.link(post)} données personnelles")
    assert "retiré" in said
    told = await bench.lea.told("a été retiré")
    assert words in plain(told)
    assert "Ressourcerie" in plain(told)
    assert told.buttons == ["Contester"]
    await bench.stands(post, there=False)
    (case,) = await bench.cases(bench.lea)
    assert (case.message, case.post_id, case.state) == (words, post.id, CaseState.DECIDED)
    assert "déjà décidé" not in said
    again = await bench.moderates(f"masquer {bench.link(post)} encore")
    assert "ne trouve pas ce message" in again


async def test_a_thread_is_hidden_only_on_purpose_and_answers_go_back_to_who_wrote_them(bench: MeasureStage) -> None:
    post = await bench.lea.says(unique("Une pique"), bench.place)
    answer = {"channel_id": bench.place, "message": "Une réponse bien sage", "root_id": post.id}
    await bench.juliette.api.post("/posts", answer)
    asked = await bench.agathe.asks(f"/moderer masquer {bench.link(post)} propos blessants")
    assert "1 réponse d’autres personnes" in plain(asked)
    await bench.stands(post, there=True)
    bench.juliette.acts()
    await bench.agathe.clicks(asked, "Masquer tout le fil")
    back = await bench.juliette.told("Une réponse bien sage")
    assert "n’est pas en cause" in back.text
    assert "Contester" not in back.buttons
    await bench.stands(post, there=False)


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_of_two_animateurs_at_once_one_decides(bench: MeasureStage) -> None:
    post = await bench.lea.says(unique("Une insulte"), bench.place)
    line = f"masquer {bench.link(post)} insultes"
    said = await asyncio.gather(*(bench.moderates(line, who) for who in (bench.agathe, bench.omar)))
    assert len([text for text in said if "est en train d’être retiré" in text]) == 1
    await bench.stands(post, there=False)
    assert len(await bench.measures(bench.lea)) == 1
    assert len(await bench.entries(AuditAct.HIDE, bench.lea)) == 1


async def test_an_exclusion_takes_two_animateurs(bench: MeasureStage) -> None:
    line = f"exclure @{bench.lea.username} 69 propos blessants, malgré deux avertissements"
    said = await bench.moderates(line)
    assert "second animateur" in said
    (case,) = await bench.cases(bench.lea)
    assert (case.state, case.proposed["by"]) == (CaseState.SECOND, bench.agathe.id)
    assert not await bench.measures(bench.lea)
    assert await bench.is_in(bench.lea, bench.club)
    (entry,) = await bench.entries(AuditAct.PROPOSE, bench.lea)
    assert entry.reason.startswith("propos blessants")


@pytest.mark.both_databases
async def test_what_cannot_be_is_said_kindly(bench: MeasureStage) -> None:
    chief = await bench.house.someone(Role.ADMINISTRATEUR, "chef")
    server_admin = (await bench.house.site.admin.get("/users/me"))["username"]
    lea = f"@{bench.lea.username}"
    post = await bench.lea.says("Bonjour", bench.place)
    direct = await bench.lea.says("Un mot au bot", await bench.lea.direct_channel())
    cases = {
        f"avertir {lea}": "Dites pourquoi",
        "avertir": "Dites de qui il s’agit",
        "avertir @personne-ici pas gentil": "Personne ne s’appelle @personne-ici",
        f"avertir @{bench.agathe.username} moi-même": "On ne se modère pas soi-même",
        f"avertir @{chief.username} pas content": "contre un administrateur",
        f"avertir @{server_admin} pas content": "contre un administrateur",
        f"silence {lea} toujours insultes": "pour combien de temps",
        f"silence {lea} 0j insultes": "pour combien de temps",
        f"silence {lea} 900j insultes": "un an au plus",
        f"silence {lea} 3j": "Dites pourquoi",
        f"exclure {lea} nulle-part insultes": "dans aucun canal « nulle-part »",
        f"exclure {lea} ~town-square insultes": "Personne ne peut être retiré",
        "masquer bonjour": "Donnez le lien du message",
        f"masquer {bench.link(post)}": "Dites pourquoi",
        f"masquer {bench.link(direct)} insultes": "hors de portée",
        "annuler": "Donnez le numéro",
        "annuler 999999": "Il n’y a pas d’acte",
        "averti @x bonjour": "Vouliez-vous dire",
        "danser": "n’est pas un geste de modération",
        "verrouiller ~ressourcerie": "pour combien de temps",
        "deverrouiller ~ressourcerie": "n’est pas verrouillé",
        f"nettoyer {lea} beaucoup": "combien de messages",
        f"deplacer {bench.link(post)} ~ressourcerie": "déjà dans ce canal",
    }
    for line, words in cases.items():
        assert words in await bench.moderates(line), line
    assert not await bench.measures(bench.lea)
    refused = await bench.juliette.asks(f"/moderer avertir {lea} non")
    assert "animateur" in plain(refused)


@pytest.mark.newest_only
async def test_the_overview_shows_what_waits_and_what_is_in_force(bench: MeasureStage) -> None:
    await bench.moderates(f"silence @{bench.lea.username} 3j publicité répétée")
    await bench.moderates(f"exclure @{bench.juliette.username} 69 publicité", bench.omar)
    shown = await bench.moderates("")
    assert "attend un second animateur" in shown
    assert f"écriture suspendue, @{bench.lea.username}" in shown
    assert "/moderer nettoyer @nom 10" in shown
    assert "hors de portée" in shown
