"""Stories: everybody deposits: words, a link, a message, files; the same link once; who is credited decides."""

import pytest

from bot.context import Request
from bot.spool import Submission
from config.policies import Trust, read_trust
from storage import canaux
from storage.people import Role
from storage.ressources.resources import Resource, ResourceState, begin_writing, get_resource, write_resources
from tests.people import unique
from tests.support.hotline import make_ticket, store_tickets
from tests.support.house import plain, react, read_news
from tests.support.ressources import ReviewStage, give_files, make_permalink, stage

__all__ = ["stage"]


@pytest.mark.every_mode
async def test_a_link_is_proposed_and_the_animateurs_see_it_whole(stage: ReviewStage) -> None:
    word = unique("mail")
    address = f"https://www.exemple.fr/{word}?utm_source=lettre"
    form = await stage.juliette.opens(f"/ressources ajouter {address}")
    assert form.shown("lien") == f"https://www.exemple.fr/{word}", "what tracks is dropped"
    form = form.fill(titre=f"Le {word}", themes=["courriel"], niveau="debutant", licence="CC BY-SA")
    assert (await form.submit()).accepted
    assert "le bot vous le dira" in plain(await stage.juliette.whispered("Merci"))
    resource = await stage.titled(f"Le {word}")
    assert (resource.state, resource.type, resource.auteur) == (ResourceState.PROPOSED, "lien", stage.juliette.username)
    card = await stage.card(resource)
    assert card.buttons == ["Publier", "Corriger", "Demander une précision", "Refuser"]
    for shown in ("à relire", f"(<https://www.exemple.fr/{word}>)", "Débutant", "CC BY-SA", stage.juliette.username):
        assert shown in plain(card), shown


@pytest.mark.every_mode
async def test_the_same_link_twice_is_found_at_once(stage: ReviewStage) -> None:
    word = unique("double")
    resource, _ = await stage.proposes(stage.juliette, f"Un {word}", lien=f"https://exemple.fr/{word}")
    told = await stage.juliette.asks(f"/ressources ajouter http://www.exemple.fr/{word}/?fbclid=x")
    assert f"existe déjà : n° {resource.id}" in plain(told)
    assert told.buttons == ["Ouvrir"]
    form = await stage.juliette.opens("/ressources ajouter")
    answer = await form.fill(titre="Autre", lien=f"exemple.fr/{word}").submit()
    assert f"existe déjà : n° {resource.id}, « Un {word} », elle attend" in answer.errors["lien"].replace("\u00a0", " ")


@pytest.mark.every_mode
async def test_a_line_may_have_a_link_and_a_title(stage: ReviewStage) -> None:
    word = unique("ligne")
    form = await stage.juliette.opens(f"/ressources ajouter Le scanner : https://exemple.fr/{word}?utm_source=x")
    assert (form.shown("titre"), form.shown("lien")) == ("Le scanner", f"https://exemple.fr/{word}")
    await stage.proposes(stage.juliette, "Le scanner", lien=f"https://exemple.fr/{word}")
    told = await stage.juliette.asks(f"/ressources ajouter https://exemple.fr/{word} Autre titre")
    assert "existe déjà" in plain(told)


@pytest.mark.every_mode
async def test_a_link_that_may_not_be_kept_is_no_title(stage: ReviewStage) -> None:
    form = await stage.juliette.opens("/ressources ajouter http://localhost:8065/x")
    assert (form.shown("titre"), form.shown("lien")) == ("", "http://localhost:8065/x")
    answer = await form.fill(titre="Ici").submit()
    assert "réseau privé" in answer.errors["lien"]


@pytest.mark.every_mode
async def test_who_wrote_and_proposes_is_named_once(stage: ReviewStage) -> None:
    _, card = await stage.proposes(stage.juliette, unique("Seule"), description="Pas à pas.")
    assert plain(card).count(stage.juliette.username) == 1


@pytest.mark.every_mode
async def test_what_is_missing_or_personal_is_said_under_its_field(stage: ReviewStage) -> None:
    form = await stage.juliette.opens("/ressources ajouter Mon atelier")
    assert form.shown("titre") == "Mon atelier"
    answer = await form.submit()
    assert "Donnez un lien, un fichier ou une description" in answer.errors["lien"]
    answer = await form.fill(lien="javascript:alert(1)").submit()
    assert "ne convient pas" in answer.errors["lien"]
    answer = await form.fill(lien="", description="Son IBAN : FR76 3000 6000 0112 3456 7890 189").submit()
    assert "IBAN" in answer.errors["description"]
    assert (await form.fill(titre=unique("Atelier"), description="Pas à pas.").submit()).accepted


async def test_a_name_with_a_telephone_number_is_refused_for_everybody(stage: ReviewStage) -> None:
    for who in (stage.juliette, stage.agathe):
        form = await who.opens("/ressources ajouter Mon atelier")
        for words in ("Appeler Mme Martin au 04 72 10 30 31", "Sophie Martin\n06 12 34 56 78"):
            answer = await form.fill(description=words).submit()
            assert "un nom avec un numéro de téléphone" in answer.errors["description"]
        assert (await form.fill(titre=unique("Aide"), description="France Services, 01 70 77 23 72").submit()).accepted


async def test_an_animateur_s_own_with_a_telephone_number_is_reviewed(stage: ReviewStage) -> None:
    resource, card = await stage.proposes(stage.agathe, unique("Numéro"), description="sophie au 06 12 34 56 78")
    assert resource.state is ResourceState.PROPOSED
    assert "À vérifier : elle contient un numéro de téléphone" in plain(card)


async def test_proposing_is_adding(stage: ReviewStage) -> None:
    assert (await stage.juliette.opens("/ressources proposer")).title == "Proposer une ressource"
    form = await stage.juliette.opens("/ressources proposer Le clavier")
    assert (form.title, form.shown("titre")) == ("Proposer une ressource", "Le clavier")


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest", "http://192.168.1.1/", "https://127.0.0.1", "http://box.local/x"]
)
async def test_a_link_to_a_private_network_is_refused(stage: ReviewStage, address: str) -> None:
    for command in ("/ressources ajouter", "/actus proposer"):
        answer = await (await stage.juliette.opens(command)).fill(titre=unique("Ici"), lien=address).submit()
        assert "réseau privé" in answer.errors["lien"], command


@pytest.mark.every_mode
async def test_hostile_words_stay_words_and_a_second_sending_is_the_same(stage: ReviewStage) -> None:
    titre = f"@all **gras** [ici](https://mal.fr) # {unique('t')}"
    form = await stage.juliette.opens("/ressources ajouter")
    form = form.fill(titre=titre, description="@channel\n# Gros\n```\n<img src=x>", licence="[x](https://mal.fr)")
    assert (await form.submit()).accepted
    assert (await form.submit()).accepted
    resource = await stage.titled(titre)
    card = await stage.card(resource)
    for raw in ("@all", "@channel", "**gras**", "](https://mal.fr)"):
        assert raw not in card.text
    assert len(await stage.all_said(resource.titre.split()[-1], "animation")) == 1


@pytest.mark.every_mode
async def test_files_sent_to_the_bot_are_offered_and_the_card_carries_copies(stage: ReviewStage) -> None:
    titre = unique("Fichiers")
    post = await give_files(stage.juliette, fiche_été__pdf=b"%PDF-1.4", notice__odt=b"odt")
    form = await stage.juliette.opens("/ressources ajouter")
    assert "fiche_été.pdf et 1 autre" in plain_text(form.options("fichiers")[post.id])
    assert (await form.fill(titre=titre, fichiers=post.id).submit()).accepted
    resource = await stage.titled(titre)
    assert list(resource.files.values()) == ["fiche_été.pdf", "notice.odt"]
    card = await stage.card(resource)
    assert await stage.agathe.files(card) == {"fiche_été.pdf": b"%PDF-1.4", "notice.odt": b"odt"}
    await stage.house.settled()
    await stage.juliette.api.delete(f"/posts/{post.id}")
    await stage.agathe.clicks(card, "Publier")
    shown = await stage.said(titre, root=await stage.said(titre))
    assert await stage.agathe.files(shown) == {"fiche_été.pdf": b"%PDF-1.4", "notice.odt": b"odt"}
    assert resource.type == "document"


@pytest.mark.every_mode
async def test_files_sent_in_two_messages_are_offered_apart_and_together(stage: ReviewStage) -> None:
    lea = await stage.house.conseiller("lea")
    first, second = await give_files(lea, plan__pdf=b"%PDF plan"), await give_files(lea, notice__odt=b"odt")
    form = await lea.opens("/ressources ajouter")
    offered = form.options("fichiers")
    assert {first.id, second.id} <= offered.keys()
    (both,) = [choice for choice, label in offered.items() if label.endswith("2 fichiers")]
    titre = unique("Deux")
    assert (await form.fill(titre=titre, fichiers=both).submit()).accepted
    assert list((await stage.titled(titre)).files.values()) == ["plan.pdf", "notice.odt"]


@pytest.mark.both_databases
async def test_what_is_published_in_another_channel_of_the_same_day_has_a_message_there(stage: ReviewStage) -> None:
    """What stands in the old one is no root for it; Mattermost refuses such a post for good."""
    before, _ = await stage.proposes(stage.juliette, unique("Avant"))
    await stage.agathe.clicks(await stage.card(before), "Publier")
    await stage.said(before.titre)
    old, other = stage.rooms["ressourcerie"], await stage.house.site.channel(unique("ressources"), kind="O")
    await stage.house.site.add_members(other, stage.agathe)
    await remember(stage, other)
    try:
        titre, post = unique("Après"), await give_files(stage.juliette, notice__odt=b"odt")
        after, card = await stage.proposes(stage.juliette, titre, fichiers=post.id)
        await stage.agathe.clicks(card, "Publier")
        shown = await stage.said(titre, root=await stage.said(titre))
        assert await stage.agathe.files(shown) == {"notice.odt": b"odt"}
        await withdraw(stage, before, after)
    finally:
        await remember(stage, old)


async def withdraw(stage: ReviewStage, *gone: Resource) -> None:
    """They leave the message of the day, which names fifteen at most: the stories that follow have the others."""
    async with stage.house.bot.database.transaction() as db:
        revision = await begin_writing(db)
        for resource in [await get_resource(db, each.number) for each in gone]:
            assert resource
            resource.state = ResourceState.WITHDRAWN
            await write_resources(db, [resource], revision)


async def remember(stage: ReviewStage, channel_id: str) -> None:
    """The ressourcerie is there from now on."""
    async with stage.house.bot.database.transaction() as db:
        await canaux.remember_channel(db, "ressourcerie", channel_id, stage.house.clock())
    stage.rooms["ressourcerie"] = channel_id


async def test_a_file_that_is_too_large_is_said(stage: ReviewStage, monkeypatch: pytest.MonkeyPatch) -> None:
    post = await give_files(stage.juliette, gros__pdf=b"x" * 3000)

    async def largest(_: object) -> int:
        return 2000

    monkeypatch.setattr(type(stage.house.bot.chat), "largest_file", largest)
    form = await stage.juliette.opens("/ressources ajouter")
    answer = await form.fill(titre=unique("Gros"), fichiers=post.id).submit()
    assert "« gros.pdf » pèse 1 Mo, 1 Mo au plus : donnez plutôt un lien." in plain_text(answer.errors["fichiers"])


@pytest.mark.every_mode
async def test_another_s_message_is_credited_and_its_author_may_prefer_not(stage: ReviewStage) -> None:
    lea, titre = await stage.house.conseiller("lea"), unique("Astuce")
    message = await lea.says(f"{titre} : https://exemple.fr/{titre}\nÀ montrer en atelier.")
    form = await stage.juliette.opens(f"/ressources ajouter {make_permalink(stage, message)}")
    assert form.shown("titre") == titre
    assert form.shown("lien") == f"https://exemple.fr/{titre}"
    assert form.shown("description") == "À montrer en atelier."
    assert form.shown("auteur") == lea.id
    lea.acts()
    assert (await form.submit()).accepted
    resource = await stage.titled(titre)
    assert (resource.auteur, resource.auteur_id, resource.source_post) == (lea.username, lea.id, message.id)
    asked = await lea.told(titre)
    assert asked.buttons == ["Je préfère que non"]
    again = await stage.juliette.asks(f"/ressources ajouter {make_permalink(stage, message)}")
    assert f"existe déjà : n° {resource.id}" in plain(again)
    stage.juliette.acts()
    await lea.clicks(asked, "Je préfère que non")
    assert "ne le souhaite pas" in plain(await read_news(stage.juliette, titre))
    assert (await stage.now(resource)).state is ResourceState.WITHDRAWN
    await stage.card(resource, "retirée")


async def test_who_is_credited_hears_that_it_is_published(stage: ReviewStage) -> None:
    lea, titre = await stage.house.conseiller("lea"), unique("Trouvaille")
    message = await lea.says(f"{titre}\nÀ garder.")
    form = await stage.juliette.opens(f"/ressources ajouter {make_permalink(stage, message)}")
    assert (await form.submit()).accepted
    resource = await stage.titled(titre)
    lea.acts()
    await stage.agathe.clicks(await stage.card(resource), "Publier")
    for person in (lea, stage.juliette):
        assert titre in plain(await read_news(person, "est publiée"))


@pytest.mark.every_mode
async def test_books_under_a_message_offer_a_window_once(stage: ReviewStage) -> None:
    place, titre = stage.rooms["ressourcerie"], unique("Trouvé")
    lea = await stage.house.conseiller("lea")
    await stage.house.site.add_members(place, lea, stage.juliette)
    message = await lea.says(f"{titre}\nTout est là.", place)
    stage.juliette.acts()
    await react(stage.juliette, message, "books")
    offered = await stage.juliette.told(titre)
    assert offered.buttons == ["En faire une fiche", "Non merci"]
    form = await stage.juliette.opens_by(offered, "En faire une fiche")
    assert (form.shown("titre"), form.shown("description")) == (titre, "Tout est là.")
    await stage.juliette.api.delete(f"/users/{stage.juliette.id}/posts/{message.id}/reactions/books")
    await react(stage.juliette, message, "books")
    await stage.house.settled()
    assert len([p for p in await stage.juliette.direct() if titre in p.text]) == 1
    await stage.juliette.clicks(offered, "Non merci")
    await stage.juliette.rewritten(offered, "cela reste un message")


async def test_a_guest_deposits_too_and_trusted_people_publish_at_once(stage: ReviewStage) -> None:
    ines = await stage.house.someone(Role.INVITE, "ines")
    guest, _ = await stage.proposes(ines, unique("Invitée"))
    assert guest.state is ResourceState.PROPOSED
    titre = unique("Confiance")
    await stage.deposits(stage.agathe, titre=titre, description="Écrire à aide@exemple.fr")
    assert f"ressource n° {(await stage.titled(titre)).id}" in plain(await stage.agathe.whispered("publié"))
    assert (await stage.titled(titre)).state is ResourceState.PUBLISHED
    await stage.said(titre)


async def test_a_demand_for_help_becomes_one_for_who_had_a_part_in_it(stage: ReviewStage) -> None:
    who, solved = stage.juliette, {"subject": unique("Export"), "solution": "Vider le cache."}
    row = make_ticket(stage.house.clock(), author_id=who.id, username=who.username, **solved)
    (number,) = await store_tickets(stage.house.bot.database, row)
    form = await who.opens(f"/ressources ajouter demande {number}")
    assert (form.shown("titre"), form.shown("description")) == (solved["subject"], solved["solution"])
    assert (await form.submit()).accepted
    assert (await stage.titled(solved["subject"])).ticket == number
    lea = await stage.house.conseiller("lea")
    for line in (f"demande n° {number}", "demande 999999"):
        assert "elle n’est pas à vous" in plain(await lea.asks(f"/ressources ajouter {line}"))


async def test_what_is_sent_while_mattermost_is_away_has_its_card_later_and_once(stage: ReviewStage) -> None:
    assert stage.house.sandbox
    titre, key = unique("Panne"), unique("key")
    sent = Submission("ressources.DepositResource", key, stage.juliette.id, {"titre": titre, "description": "Là."}, {})
    request = Request("submit", sent.form, stage.juliette.id, key=key)
    stage.house.sandbox.faults.status = 503
    try:
        for _ in range(2):
            await stage.house.bot.dispatcher.run(request, sent)
    finally:
        stage.house.sandbox.faults.status = None
    await stage.card(await stage.titled(titre))
    await stage.house.settled()
    assert len(await stage.all_said(titre, "animation")) == 1


@pytest.mark.parametrize("text", ["chef", "5|6", "0", "conseiller|x"])
def test_what_says_nothing_of_whom_to_trust_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rôle|nombre"):
        read_trust(text)


async def test_who_published_enough_is_trusted_but_with_addresses(stage: ReviewStage) -> None:
    assert read_trust("Coordinateur | 5") == Trust(frozenset({"coordinateur", "animateur", "administrateur"}), 5)
    before = stage.house.settings
    stage.house.settings = before.model_copy(update={"trusted": read_trust("1")})
    await stage.house.restart()
    try:
        first, card = await stage.proposes(stage.juliette, unique("Premier"))
        assert first.state is ResourceState.PROPOSED
        await stage.agathe.clicks(card, "Publier")
        titre = unique("Second")
        await stage.deposits(stage.juliette, titre=titre, description="Là.")
        assert (await stage.titled(titre)).state is ResourceState.PUBLISHED
        named, card = await stage.proposes(stage.juliette, unique("Contact"), description="paul.martin@exemple.fr")
        assert named.state is ResourceState.PROPOSED
        assert "À vérifier : elle contient" in plain(card)
    finally:
        stage.house.settings = before
        await stage.house.restart()


def plain_text(text: str) -> str:
    return text.replace("\u00a0", " ")
