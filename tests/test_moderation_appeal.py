"""Stories: a measure is contested once; another animateur answers, within a delay that is called to mind."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.events import DirectMessage
from commands.moderation.appeals import is_answer, is_due
from storage.moderation import Appeal, CaseState
from storage.people import Role
from tests.people import Post
from tests.support.house import plain, reply_in_thread, wait_for
from tests.support.moderation import CaseStage, open_dialog, room, send_dialog

__all__ = ["room"]


async def warned(room: CaseStage, label: str = "Avertir", **fields: object) -> tuple:  # type: ignore[type-arg]
    """A case that Agathe decided, its card, and the notice."""
    case, card = await room.opened()
    room.lea.acts()
    await send_dialog(room.agathe, card, label, raison="Ces mots blessent.", **fields)
    notice = await room.lea.told("Ces mots blessent.")
    await room.house.settled()
    return case, notice


async def test_another_animateur_answers_and_the_measure_stands_or_goes(room: CaseStage) -> None:
    case, notice = await warned(room)
    form = await room.lea.opens_by(notice, "Contester")
    assert (await form.fill(mot="C’était une plaisanterie @all.").submit()).accepted
    assert "un autre animateur" in plain(await room.lea.told("C’est transmis"))
    card = await room.card(case, "contesté : réponse attendue avant")
    assert "une plaisanterie" in plain(card)
    assert "@all" not in card.text
    assert card.buttons == ["Maintenir", "Alléger", "Annuler la mesure", "Voir le contexte"]
    assert len(await room.cards(case, "contesté")) == 2, "a new one, and the old one as it is now"
    await room.agathe.clicks(card, "Maintenir")
    assert "un autre animateur répond" in plain(await room.agathe.whispered("Vous avez décidé"))
    await room.lea.clicks(notice, "Contester")
    assert "déjà contesté" in plain(await room.lea.whispered("déjà contesté"))
    room.lea.acts()
    await send_dialog(room.omar, card, "Maintenir", reponse="Elle a été lue comme une insulte.")
    told = plain(await room.lea.told("est maintenue"))
    assert "lue comme une insulte" in told
    done = await room.now(case)
    assert done.state is CaseState.CLOSED
    assert await room.acts(case) == ["moderation.avertir", "moderation.recours", "moderation.repondre"]
    await room.card(case, "répond (mesure maintenue)")
    await room.card(case, "clos")
    await room.lea.clicks(notice, "Contester")
    assert "y a répondu" in plain(await room.lea.whispered("déjà contesté"))


async def test_who_says_elsewhere_that_they_disagree_is_offered_the_window(room: CaseStage) -> None:
    await warned(room)
    channel = await room.lea.direct_channel()
    await room.lea.says("c’est pas moi", channel)
    assert (await room.lea.told("rien à annuler")).buttons[0] == "Contester"
    await room.lea.says("je ne suis pas d’accord, c’est injuste", channel)
    offered = await room.lea.told("cherchez peut-être")
    assert offered.buttons[0] == "Contester"
    form = await room.lea.opens_by(offered, "Contester")
    assert (await form.fill(mot="C’était une plaisanterie.").submit()).accepted
    await room.lea.told("C’est transmis")
    await room.lea.says("je conteste", channel)
    await room.house.settled()
    again = [post for post in await room.lea.direct() if "Contester" in post.buttons]
    assert len(again) == 3, "it is contested once"


async def test_an_answer_in_the_thread_counts_and_a_measure_is_lightened(room: CaseStage) -> None:
    case, notice = await warned(room, "Suspendre l’écriture", duree="3j")
    await reply_in_thread(room.lea, notice, "Je conteste, voici pourquoi.")
    await room.lea.told("C’est transmis")
    card = await room.card(case, "Je conteste")
    form = await open_dialog(room.omar, card, "Alléger")
    assert set(form.options("mesure")) == {"rappel", "avertir", "silence"}
    assert "duree" in form.names
    form = form.fill(reponse="Un jour suffit.", mesure="silence")
    assert "Dites pour combien" in (await form.submit()).errors["duree"]
    assert "plus longtemps" in (await form.fill(duree="4j").submit()).errors["duree"]
    room.lea.acts()
    assert (await form.fill(duree="1j").submit()).accepted
    told = await room.lea.told("est allégée")
    for words in ("celle-ci la remplace", "Votre écriture est suspendue jusqu’au", "**Raison :** Un jour suffit."):
        assert words in plain(told), plain(told)
    assert "vous ramène dans vos canaux" not in plain(told), "nobody promises a return before its time"
    assert "Contester" not in [*told.buttons, plain(told)], "one appeal a case: nothing offers a second"
    assert "Vous n’êtes pas d’accord" not in plain(told)
    await room.card(case, "répond (mesure allégée)")
    await room.house.settled()
    assert [p.id for p in await room.lea.direct()][-1] == told.id
    assert not [p for p in await room.lea.direct() if "Décision annulée" in plain(p)], "one message says it all"
    acts = await room.acts(case)
    assert acts[:2] == ["moderation.silence", "moderation.recours"]
    assert {"moderation.annuler", "moderation.silence", "moderation.repondre"} == set(acts[2:])
    await room.lea.clicks(notice, "Contester")
    assert "y a répondu" in plain(await room.lea.whispered("déjà contesté")), "one appeal a case"


async def test_the_answer_to_an_appeal_is_the_second_opinion_and_who_proposed_gives_none(room: CaseStage) -> None:
    sara = await room.house.someone(Role.ANIMATEUR, "sara")
    await room.house.site.add_members(room.room, sara)
    case, card = await room.opened()
    await send_dialog(room.agathe, card, "Suspendre l’écriture", duree="60j", raison="Ces mots blessent.")
    card = await room.card(case, "propose : écriture suspendue 60 jours")
    room.lea.acts()
    await room.omar.clicks(card, "Approuver")
    notice = await room.lea.told("Ces mots blessent.")
    form = await room.lea.opens_by(notice, "Contester")
    assert (await form.fill(mot="Soixante jours, c’est trop.").submit()).accepted
    card = await room.card(case, "Soixante jours")
    for who, why in ((room.agathe, "Vous avez proposé"), (room.omar, "Vous avez décidé")):
        for label in ("Maintenir", "Alléger", "Annuler la mesure"):
            who.acts()
            await who.clicks(card, label)
            assert "un autre animateur répond" in plain(await who.whispered(why))
    room.lea.acts()
    await send_dialog(sara, card, "Alléger", reponse="Trente jours suffisent.", mesure="silence", duree="30j")
    assert "Trente jours suffisent." in plain(await room.lea.told("est allégée, celle-ci la remplace"))
    await room.house.settled()
    done = await room.now(case)
    assert (done.state, done.proposed, done.decided_by) == (CaseState.CLOSED, {}, sara.id)
    (standing,) = await room.standing(case)
    assert (standing.entry, standing.until) == (done.entry, standing.began_at + timedelta(days=30))


async def test_a_measure_without_an_end_is_lightened_without_a_duration(room: CaseStage) -> None:
    case, notice = await warned(room, "Masquer")
    await reply_in_thread(room.lea, notice, "Je conteste, voici pourquoi.")
    form = await open_dialog(room.omar, await room.card(case, "Je conteste"), "Alléger")
    assert set(form.names) == {"mesure", "reponse"}, "no duration is asked where nothing on offer has one"
    room.lea.acts()
    assert (await form.fill(reponse="Un mot suffisait.", mesure="rappel").submit()).accepted
    assert "Un mot suffisait." in plain(await room.lea.told("est allégée"))


async def test_who_may_write_again_reads_so_with_the_lighter_measure(room: CaseStage) -> None:
    case, notice = await warned(room, "Suspendre l’écriture", duree="3j")
    await reply_in_thread(room.lea, notice, "Je conteste, voici pourquoi.")
    card = await room.card(case, "Je conteste")
    room.lea.acts()
    await send_dialog(room.omar, card, "Alléger", reponse="Un mot suffisait.", mesure="avertir")
    told = plain(await room.lea.told("est allégée, celle-ci la remplace"))
    for words in ("#### Un avertissement", "vous ramène dans vos canaux", "**Raison :** Un mot suffisait."):
        assert words in told, told
    await room.house.settled()
    assert not [p for p in await room.lea.direct() if "Décision annulée" in plain(p)]


async def test_a_measure_is_annulled_and_what_is_long_over_is_not_contested(room: CaseStage) -> None:
    case, notice = await warned(room, "Masquer")
    other, late = await warned(room)
    room.lea.acts()
    form = await room.lea.opens_by(notice, "Contester")
    assert (await form.fill(mot="Rendez-le-moi.").submit()).accepted
    card = await room.card(case, "Rendez-le-moi")
    room.lea.acts()
    await send_dialog(room.omar, card, "Annuler la mesure", reponse="C’est vrai.")
    told = plain(await room.lea.told("est annulée"))
    for words in ("est republié par le bot, à votre nom", "C’est vrai."):
        assert words in told, told
    await room.house.settled()
    assert not [p for p in await room.lea.direct() if "Décision annulée" in plain(p)], "one message says it all"
    assert "moderation.annuler" in await room.acts(case)
    room.house.clock.goes_to(room.house.clock() + timedelta(days=31))
    await room.lea.clicks(late, "Contester")
    assert "plus de trente jours" in plain(await room.lea.whispered("trente jours"))
    assert await room.appeal(other) is None


@pytest.mark.both_databases
async def test_an_appeal_is_called_to_mind(room: CaseStage) -> None:
    case, notice = await warned(room)
    form = await room.lea.opens_by(notice, "Contester")
    assert (await form.fill(mot="Non.").submit()).accepted
    appeal = await wait_for(lambda: room.appeal(case))
    begin, half = appeal.at, timedelta(days=3, hours=12)
    room.house.clock.goes_to(begin + half + timedelta(minutes=5))
    for _ in range(2):
        await room.runs("remind")
    assert len(await reminders(room, case.id)) == 1
    room.house.clock.goes_to(begin + timedelta(days=7, minutes=5))
    await room.runs("remind")
    assert "qui était promise" in plain((await reminders(room, case.id))[-1])


async def reminders(room: CaseStage, number: int | None) -> list[Post]:
    """What the room was told of an appeal."""
    said = [p for p in await room.agathe.reads(room.room) if "Le recours sur" in plain(p)]
    return [p for p in said if f"dossier n° {number}]" in plain(p)]


def test_each_time_is_said_once() -> None:
    begin = datetime(2026, 11, 2, 9, tzinfo=UTC)
    appeal = Appeal(entry=1, case_id=1, user_id="x", word="", at=begin, due_at=begin + timedelta(days=7))
    said = []
    for hour in range(24 * 30):
        now = begin + timedelta(hours=hour)
        if is_due(appeal, now):
            appeal.reminded_at = now
            said.append(hour / 24)
    assert said == [3.5, 6, 7, 10, 14]


@pytest.mark.parametrize(
    ("root_id", "text", "contests"), [("avis", "Je conteste.", True), ("avis", " \n", False), ("", "Bonjour", False)]
)
def test_only_words_in_a_thread_contest_something(root_id: str, text: str, contests: bool) -> None:
    where = {"channel_id": "direct", "user_id": "lea", "post_id": "mot"}
    assert is_answer(DirectMessage(root_id=root_id, text=text, **where)) is contests
