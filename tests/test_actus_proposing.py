"""Stories: everybody proposes news: words, a link, a message; changed and taken back while nobody has them in hand."""

import pytest

from storage.actus.digests import DigestState
from storage.actus.items import ItemKind, NewsSection
from tests.people import Post, unique
from tests.support.actus import NewsStage, news_stage
from tests.support.house import plain

__all__ = ["news_stage"]


def link(newsroom: NewsStage, post: Post) -> str:
    """As « Copy link » gives it."""
    return f"{newsroom.house.site.url}/{newsroom.house.site.team}/pl/{post.id}"


@pytest.mark.every_mode
async def test_a_link_is_proposed_changed_and_taken_back(newsroom: NewsStage) -> None:
    word, juliette = unique("mail"), newsroom.juliette
    form = await juliette.opens(f"/actus proposer Le {word} : https://www.exemple.fr/{word}?utm_source=lettre")
    assert (form.shown("titre"), form.shown("lien")) == (f"Le {word}", f"https://www.exemple.fr/{word}")
    assert (await form.fill(texte="À lire.").submit()).accepted
    receipt = await juliette.told("Merci")
    assert "Votre proposition est notée pour les prochaines actus" in plain(receipt)
    assert receipt.buttons == ["Modifier", "Retirer"]
    item = await newsroom.titled(f"Le {word}")
    assert (item.kind, item.section, item.credit) == (ItemKind.PROPOSAL, NewsSection.PRESS, "exemple.fr")
    assert (item.text, item.proposed_by) == ("À lire.", juliette.id)
    form = await juliette.opens_by(receipt, "Modifier")
    assert form.shown("texte") == "À lire."
    assert (await form.fill(titre=f"Le vrai {word}", partie="une").submit()).accepted
    await juliette.rewritten(receipt, "Le vrai")
    item = await newsroom.titled(f"Le vrai {word}")
    assert item.section is NewsSection.TOP
    await juliette.clicks(await juliette.sees(receipt), "Retirer")
    gone = await juliette.rewritten(receipt, "est retirée")
    assert not gone.buttons
    assert (await newsroom.titled(f"Le vrai {word}")).withdrawn


async def test_an_address_typed_without_https_is_the_link(newsroom: NewsStage) -> None:
    form = await newsroom.juliette.opens("/actus proposer www.exemple.fr/agenda")
    assert (form.shown("titre"), form.shown("lien")) == ("", "https://www.exemple.fr/agenda")
    form = await newsroom.juliette.opens("/actus proposer une adresse : exemple.fr")
    assert (form.shown("titre"), form.shown("lien")) == ("une adresse : exemple.fr", "")


@pytest.mark.every_mode
async def test_the_same_link_is_kept_once_and_both_are_thanked(newsroom: NewsStage) -> None:
    word = unique("double")
    await newsroom.proposes(newsroom.juliette, titre=f"Un {word}", lien=f"https://exemple.fr/{word}")
    said = await newsroom.proposes(newsroom.lea, titre="Autre", lien=f"http://www.exemple.fr/{word}/?fbclid=x")
    assert "C’est déjà proposé, merci" in plain(said)
    found = [item for item in await newsroom.items() if word in item.url]
    assert [(item.title, item.proposed_by) for item in found] == [(f"Un {word}", newsroom.juliette.id)]


async def test_what_was_taken_back_may_be_proposed_by_somebody_else(newsroom: NewsStage) -> None:
    word = unique("repris")
    receipt = await newsroom.proposes(newsroom.juliette, titre=f"Un {word}", lien=f"https://exemple.fr/{word}")
    await newsroom.juliette.clicks(receipt, "Retirer")
    await newsroom.juliette.rewritten(receipt, "est retirée")
    said = await newsroom.proposes(newsroom.lea, titre=f"Le {word}", lien=f"https://exemple.fr/{word}")
    assert "est notée" in plain(said)
    item = await newsroom.titled(f"Le {word}")
    assert (item.proposed_by, item.withdrawn) == (newsroom.lea.id, False)


async def test_words_alone_are_by_who_writes_them_and_concern_whom_they_say(newsroom: NewsStage) -> None:
    title = unique("Une belle semaine")
    form = await newsroom.juliette.opens(f"/actus proposer {title}")
    assert form.shown("titre") == title
    assert form.options("concerne") == {"tous": "Tout le réseau", "69": "Rhône"}
    assert (await form.fill(texte="Bravo @all, **bravo**.", concerne="69").submit()).accepted
    item = await newsroom.titled(title)
    assert (item.section, item.departement, item.author_id) == (NewsSection.COMMUNITY, "69", newsroom.juliette.id)
    assert item.text == "Bravo @all, **bravo**."


async def test_what_is_personal_is_refused_under_its_field(newsroom: NewsStage) -> None:
    form = await newsroom.juliette.opens("/actus proposer Une actu")
    answer = await form.fill(texte="Son mot de passe est Tr0ub4dor!, son NIR 2 85 05 78 006 084 91.").submit()
    assert "donnée personnelle" in answer.errors["texte"]
    answer = await form.fill(texte="Rien.", lien="http://localhost/x").submit()
    assert "mène à un réseau privé" in answer.errors["lien"]
    answer = await form.fill(lien="", texte="x" * 1001).submit()
    assert "1000 caractères au plus" in answer.errors["texte"]


@pytest.mark.every_mode
async def test_a_message_of_a_public_channel_is_quoted_with_its_author(newsroom: NewsStage) -> None:
    word = unique("tuto")
    post = await newsroom.lea.says(f"**Un {word}** pour l’imprimante\nPas à pas, en images.", newsroom.place)
    newsroom.lea.acts()
    form = await newsroom.juliette.opens(f"/actus proposer {link(newsroom, post)}")
    assert form.shown("titre") == f"Un {word} pour l’imprimante"
    assert (await form.submit()).accepted
    item = await newsroom.found(post)
    assert (item.author_id, item.proposed_by, item.channel_id) == (
        newsroom.lea.id,
        newsroom.juliette.id,
        newsroom.place,
    )
    assert item.url == link(newsroom, post)
    told = await newsroom.lea.told(word)
    assert "propose pour les actus ce que vous avez écrit" in plain(told)
    await newsroom.house.settled()
    await newsroom.lea.clicks(told, "Plutôt pas")
    await newsroom.lea.rewritten(told, "n’ira pas dans les actus")
    assert (await newsroom.withdrawn(post)).details["refused"]
    await newsroom.house.settled()
    (receipt,) = [p for p in await newsroom.juliette.direct() if word in p.text]
    assert "ne le souhaite pas" in plain(receipt)
    assert not receipt.buttons
    refused = await newsroom.juliette.asks(f"/actus proposer {link(newsroom, post)}")
    assert "ne souhaite pas être citée" in plain(refused)


async def test_a_message_of_a_private_channel_is_not_proposed(newsroom: NewsStage) -> None:
    post = await newsroom.ana.says("Entre nous, cela ne va pas du tout", newsroom.room)
    refused = await newsroom.ana.asks(f"/actus proposer {link(newsroom, post)}")
    assert "canal privé" in plain(refused)
    direct = await newsroom.ana.says("Un mot au bot", await newsroom.ana.direct_channel())
    refused = await newsroom.ana.asks(f"/actus proposer {link(newsroom, direct)}")
    assert "canal privé" in plain(refused)
    assert not [item for item in await newsroom.items() if item.post_id in {post.id, direct.id}]


@pytest.mark.every_mode
async def test_who_is_discreet_is_not_quoted_and_what_waited_is_taken_out(newsroom: NewsStage) -> None:
    post = await newsroom.lea.says(f"{unique('Trouvaille')} à garder pour tous", newsroom.place)
    form = await newsroom.juliette.opens(f"/actus proposer {link(newsroom, post)}")
    assert (await form.submit()).accepted
    await newsroom.found(post)
    said = await newsroom.lea.asks("/actus discret")
    assert "1 message qui attendait est retiré. Pour que les prochains y aillent :" in plain(said)
    assert (await newsroom.of_post(post)).withdrawn  # type: ignore[union-attr]
    refused = await newsroom.juliette.asks(f"/actus proposer {link(newsroom, post)}")
    assert "ne souhaite pas être citée" in plain(refused)
    assert "de nouveau" in plain(await newsroom.lea.asks("/actus discret non"))
    assert await newsroom.juliette.opens(f"/actus proposer {link(newsroom, post)}")
    assert "Tapez" in plain(await newsroom.lea.asks("/actus discret peut-être"))


async def test_what_editors_have_is_theirs_and_what_came_out_stays(newsroom: NewsStage) -> None:
    titles = [unique(word) for word in ("Attend", "Brouillon", "Parue", "Écartée", "Retirée")]
    receipts = [await newsroom.proposes(newsroom.juliette, titre=title) for title in titles]
    found = [await newsroom.titled(title) for title in titles]
    draft = await newsroom.places(found[1])
    out = await newsroom.places(found[2], DigestState.PUBLISHED)
    await newsroom.places(found[3], dropped=True)
    await newsroom.juliette.clicks(receipts[4], "Retirer")
    await newsroom.juliette.rewritten(receipts[4], "est retirée")
    shown = await newsroom.juliette.asks("/actus mes propositions")
    said = plain(shown)
    (label,) = [label for label in shown.buttons if titles[0] in label]
    assert (await newsroom.juliette.opens_by(shown, label)).shown("titre") == titles[0]
    assert not [label for label in shown.buttons if any(title in label for title in titles[1:])], "those are settled"
    for title, stands in zip(
        titles,
        ["attend le prochain numéro", f"dans le n° {draft}, en préparation", f"parue dans le n° {out}",
         "pas retenue cette fois-ci", "retirée"],
        strict=True,
    ):  # fmt: skip
        assert f"« {title} » : {stands}" in said
    await newsroom.juliette.clicks(receipts[1], "Modifier")
    assert f"déjà dans les actus n° {draft}" in plain(await newsroom.juliette.whispered())
    await newsroom.juliette.clicks(receipts[2], "Retirer")
    assert f"C’est déjà paru, dans les actus n° {out}" in plain(await newsroom.juliette.whispered())
    await newsroom.juliette.clicks(receipts[1], "Retirer")
    await newsroom.juliette.rewritten(receipts[1], "est retirée")


async def test_who_proposed_nothing_is_told_how(newsroom: NewsStage) -> None:
    paul = await newsroom.house.conseiller("paul")
    said = await paul.asks("/actus mes propositions")
    assert "Vous n’avez encore rien proposé" in plain(said)
    form = await paul.opens_by(said, "Proposer une actu")
    assert form.shown("titre") == ""
    assert "Tapez" in plain(await paul.asks("/actus mes chaussures"))


@pytest.mark.parametrize(
    "title",
    [
        "@all venez https://evil.example [clic](http://evil.example)",
        "\u202eà l’envers **gras** `code`",
        "Un\u200bmot\u2066caché :tada: # ~canal",
    ],
)
async def test_hostile_words_stay_words(newsroom: NewsStage, title: str) -> None:
    form = await newsroom.juliette.opens("/actus proposer")
    word = unique("x")
    assert (await form.fill(titre=f"{title} {word}").submit()).accepted
    receipt = await newsroom.juliette.told(word)
    for harmful in ("@all", " [clic](", "://evil", "\u202e", "\u2066"):
        assert harmful not in receipt.text.partition("«")[2]
    await newsroom.juliette.asks("/actus mes propositions")
