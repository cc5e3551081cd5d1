"""Stories: what an animateur decides, by which window; a message that changed since; an advice, a hand-over."""

from sandbox.faults import Faults
from storage.moderation import CaseState
from storage.people import Role
from tests.people import Post
from tests.support.house import edit_post, plain
from tests.support.moderation import CaseStage, open_dialog, room

__all__ = ["room"]


def read_fact(card: Post, name: str) -> str:
    """A short field of a card."""
    fields = [field for shown in card.cards for field in shown.get("fields") or ()]
    return next(str(field["value"]) for field in fields if field["title"] == name)


async def test_each_window_knows_what_the_charter_says_and_one_of_two_decides(room: CaseStage) -> None:
    case, card = await room.opened()
    assert "avertissement" in plain(card), "the charter proposes so"
    assert read_fact(card, "Sur douze mois") == "rien d’autre"
    listed = plain(await room.agathe.asks("/moderer"))
    assert "à décider)" not in listed
    assert "\n\n\n" not in listed
    form = await open_dialog(room.agathe, card, "Avertir")
    assert "Propos blessants" in form.shown("raison")
    other = await open_dialog(room.omar, card, "Suspendre l’écriture")
    assert other.shown("duree") == "7j"
    room.lea.acts()
    room.omar.acts()
    assert (await form.fill(raison="Ces mots blessent.").submit()).accepted
    notice = await room.lea.told("Ces mots blessent.")
    assert notice.buttons == ["Contester"]
    card = await room.card(case, "Avertissement, par")
    assert card.buttons == ["Voir le contexte", "Annuler"]
    assert (await other.submit()).accepted
    assert f"@{room.agathe.username} a déjà décidé : avertissement" in plain(await room.omar.told("déjà décidé"))
    assert read_fact(card, "Sur douze mois") == "rien d’autre", "its own measure is none of before"
    assert (await room.acts(case)) == ["moderation.avertir"]
    assert (await room.now(case)).state is CaseState.DECIDED
    room.lea.acts()
    await room.omar.clicks(card, "Annuler")
    assert "est annulé" in plain(await room.omar.whispered("est annulé"))
    assert "ne compte pas" in plain(await room.lea.told("Décision annulée"))
    assert (await room.card(case, "clos")).buttons == ["Voir le contexte"]


async def test_what_became_of_the_message_is_said_to_who_decides_and_hiding_it_does_no_harm(room: CaseStage) -> None:
    case, card = await room.opened()
    kept = case.message
    post = next(p for p in await room.lea.reads(room.place) if p.id == case.post_id)
    await edit_post(room.lea, post, "Rien du tout")
    form = await open_dialog(room.agathe, card, "Masquer")
    assert "modifié depuis" in form.introduction
    await form.cancel()
    await room.lea.api.delete(f"/posts/{post.id}")
    await room.agathe.clicks(card, "Voir le contexte")
    seen = plain(await room.agathe.whispered("tel qu’il a été signalé"))
    assert kept in seen
    assert "supprimé depuis" in seen
    form = await open_dialog(room.agathe, card, "Masquer")
    assert "supprimé depuis" in form.introduction
    assert (await form.submit()).accepted
    assert "n’était déjà plus là" in plain(await room.agathe.told("décidé"))
    assert kept in plain(await room.card(case, "Message masqué"))


async def test_a_card_says_under_way_until_the_message_is_gone(room: CaseStage, faults: Faults) -> None:
    case, card = await room.opened()
    faults.slow = f"/posts/{case.post_id}/thread"
    form = await open_dialog(room.agathe, card, "Masquer")
    assert (await form.submit()).accepted
    await room.card(case, "Message masqué (en cours)")
    assert case.post_id in {post.id for post in await room.lea.reads(room.place)}
    faults.slow = ""
    await room.card(case, "Message masqué, par")
    assert case.post_id not in {post.id for post in await room.lea.reads(room.place)}


async def test_a_warning_quotes_what_it_is_about_and_the_card_says_when_it_is_undone(room: CaseStage) -> None:
    case, card = await room.opened()
    form = await open_dialog(room.agathe, card, "Avertir")
    room.lea.acts()
    assert (await form.submit()).accepted
    told = await room.lea.told("Un avertissement")
    assert case.message in plain(told)
    assert "/pl/" not in told.text, "Mattermost would show who reported it by a reaction"
    entry = (await room.now(case)).entry
    await room.agathe.asks(f"/moderer annuler {entry}")
    await room.card(case, "a annulé cette mesure")


async def test_an_advice_and_a_hand_over_stay_among_those_who_may(room: CaseStage) -> None:
    carla = await room.house.site.person("carla")
    await room.house.registers(carla, Role.COORDINATEUR, departements=["69"])
    case, card = await room.opened()
    form = await open_dialog(room.agathe, card, "Demander l’avis")
    assert (await form.fill(question="Qu’en penses-tu ? @all", a=room.lea.id).submit()).errors["a"]
    assert (await form.fill(a=room.omar.id).submit()).accepted
    asked = await room.under(card, "Qu’en penses-tu")
    assert f"@{room.omar.username}" in asked.text
    assert "@all" not in asked.text
    form = await open_dialog(room.agathe, card, "Transmettre")
    assert carla.id in form.options("a")
    carla.acts()
    assert (await form.fill(a=carla.id, mot="Tu la connais.").submit()).accepted
    handed = await carla.told("Tu la connais.")
    assert case.message in plain(handed)
    assert not handed.buttons
    await room.under(card, "transmet ce dossier")
    assert (await room.now(case)).state is CaseState.OPEN
    assert await room.acts(case) == ["moderation.consulter", "moderation.transmettre"]
    listed = await room.omar.asks("/moderer dossiers")
    assert "à décider" in plain(listed)
    for line in (f"/moderer {case.number}", f"/moderer dossiers {case.number}"):
        assert f"Dossier n° {case.number}" in plain(await room.omar.asks(line))
    assert "Il n’y a pas de dossier n° 999999" in plain(await room.omar.asks("/moderer 999999"))
    told = await room.juliette.asks("/moderer dossiers")
    assert "Aucun" not in plain(told)
    assert "dossier n°" not in plain(told)


async def test_a_thread_is_moved_where_it_belongs(room: CaseStage) -> None:
    elsewhere = await room.house.site.channel("aide-metier", kind="O")
    await room.house.site.add_members(elsewhere, room.agathe, room.juliette)
    case, card = await room.opened(motif="hors-sujet")
    form = await open_dialog(room.agathe, card, "Déplacer")
    room.juliette.acts()
    assert (await form.fill(canal=elsewhere, raison="On en parle là-bas.").submit()).accepted
    await room.juliette.told("donné suite")
    await room.card(case, "Fil déplacé, par")
    await room.house.settled()
    assert any(case.message in plain(post) for post in await room.juliette.reads(elsewhere))
    assert (await room.now(case)).state is CaseState.DECIDED
