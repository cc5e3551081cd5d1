"""Stories: rules are tuned in chat, find what is said, and leave what becomes of it to the animateurs."""

from datetime import timedelta

import pytest

from storage import journal
from storage.journal import AuditAct
from storage.moderation.cases import CaseSource, CaseState
from tests.people import Post, unique
from tests.support.house import edit_post, plain, wait_for
from tests.support.moderation import RuleStage, watch

__all__ = ["watch"]


NIR = "1 84 12 76 451 089 46"


async def test_a_flood_is_one_case_and_a_false_alarm_is_counted(watch: RuleStage) -> None:
    told = plain(await watch.tunes("flood proposer 4 en 1h"))
    assert "Règle flood : proposer (4 en 1 h)" in told.replace("*", "").replace("`", "")
    posts = [await watch.lea.says(f"Message {number}", watch.place) for number in range(4)]
    case = await watch.case(posts[3])
    assert (case.source, case.state, case.author_id, case.message) == (
        CaseSource.RULE,
        CaseState.OPEN,
        watch.lea.id,
        "Message 3",
    )
    posts += [await watch.lea.says(f"Encore {number}", watch.place) for number in range(4)]

    async def all_of_it() -> bool:
        return [hit.case_id for hit in await watch.hits()] == [case.id, case.id]

    await wait_for(all_of_it)
    await watch.house.settled()
    assert len(await watch.cases(watch.lea)) == 1, "what goes on is no other case"
    card = await watch.said("beaucoup de messages en peu de temps (2 fois)")
    standing = {post.id for post in await watch.lea.reads(watch.place)}
    assert standing.issuperset(post.id for post in posts), "nothing was done"
    await watch.ana.clicks(card, "Fausse alerte")
    await watch.said("(fausse alerte)")
    (case,) = await watch.cases(watch.lea)
    assert (case.state, case.decided_by) == (CaseState.CLOSED, watch.ana.id)
    async with watch.house.bot.database.transaction(writes=False) as db:
        entry = await journal.get(db, case.entry or 0)
        tuned = await journal.list_of_things(db, ["regle:flood"])
    assert entry
    assert (entry.act, entry.actor_id, entry.target_id) == (AuditAct.DISMISS, watch.ana.id, watch.lea.id)
    assert (tuned[0].act, tuned[0].before["mode"], tuned[0].after["count"]) == (AuditAct.RULE, "non", 4)
    listed = plain(await watch.ana.asks("/moderer regles"))
    assert "2 signalés, 2 fausses alertes" in listed


@pytest.mark.newest_only
async def test_public_channels_outside_of_the_table_are_named(watch: RuleStage) -> None:
    admin, name = watch.house.site.admin, unique("potager")
    body = {"team_id": watch.house.site.team_id, "name": name, "display_name": f"** {name} @all", "type": "O"}
    made = await admin.post("/channels", body)
    listed = await watch.ana.asks("/moderer regles")
    outside = plain(listed).partition("hors de la table des canaux : ")[2]
    assert name in outside
    assert "@all" not in listed.text
    assert "Ressourcerie" not in outside
    await admin.delete(f"/channels/{made['id']}")
    assert name not in plain(await watch.ana.asks("/moderer regles"))


@pytest.mark.newest_only
async def test_each_rule_finds_what_people_write(watch: RuleStage) -> None:
    for line in (
        "liens proposer mechant.example",
        "mots proposer casino",
        "mentions proposer 5",
        "repetition proposer 2",
    ):
        await watch.tunes(line)
    link = await watch.lea.says("Voyez https://www.mechant.example/page", watch.place)
    invitation = await watch.lea.says("Plutôt https://chat.whatsapp.com/Abc", watch.place)
    word = await watch.paul.says("Le c.a.s.i.n.o en ligne", watch.place)
    mention = await watch.paul.says("@channel venez", watch.place)
    text = f"{unique('Offre')} à ne pas manquer"
    await watch.paul.says(text, watch.place)
    again = await watch.paul.says(text.upper(), watch.place)
    later = await watch.lea.says("Un message ordinaire", watch.place)
    await edit_post(watch.lea, later, "Un casino ordinaire")
    for post in (link, invitation, word, mention, again, later):
        assert (await watch.case(post)).source == CaseSource.RULE
    assert (await watch.case(later)).message == "Un casino ordinaire"
    before = len(await watch.hits())
    await watch.ana.says("Le casino : @all https://t.me/+x", watch.place)
    await watch.lea.says("Le casino, entre nous", await watch.lea.direct_channel())
    await watch.tunes("mots non")
    await watch.paul.says("Le casino d’Enghien", watch.place)
    await watch.is_idle()
    assert len(await watch.hits()) == before, "animateurs, direct messages and what is off are left alone"


@pytest.mark.both_databases
async def test_personal_data_is_a_word_to_its_author_first(watch: RuleStage) -> None:
    await watch.tunes("donnees proposer 10min")
    watch.lea.acts()
    watch.paul.acts()
    mended = await watch.lea.says(f"Le numéro de madame Martin : {NIR}", watch.place)
    told = plain(await watch.lea.told("numéro de sécurité sociale"))
    assert "tout le canal peut le lire" in told
    assert "10 min" in told
    left = await watch.paul.says(f"Celui de monsieur Durand : {NIR}", watch.place)
    await watch.paul.told("numéro de sécurité sociale")
    assert not await watch.cases(), "nobody else hears of it"
    await edit_post(watch.lea, mended, "Le numéro de madame Martin est dans son dossier")
    await watch.is_idle()
    await watch.runs("regles.find_old")
    assert not await watch.cases(), "not yet"
    await watch.waits(timedelta(minutes=11))
    await watch.runs("regles.find_old")
    case = await watch.case(left)
    assert (case.source, case.author_id) == (CaseSource.RULE, watch.paul.id)
    await watch.said("données personnelles")
    await watch.is_idle()
    assert [case.post_id for case in await watch.cases()] == [left.id]


@pytest.mark.newest_only
async def test_a_first_message_is_one_where_mattermost_knows_of_none_before(watch: RuleStage) -> None:
    nina = await watch.house.conseiller("nina")
    await watch.house.site.add_members(watch.place, nina)
    await watch.lea.says("Je suis là depuis longtemps", watch.place)
    await watch.tunes("premier proposer")
    first = await nina.says("Regardez https://exemple.fr/photo.png", watch.place)
    await watch.case(first)
    await watch.lea.says("Et https://exemple.fr/autre.png", watch.place)
    await watch.is_idle()
    assert [case.post_id for case in await watch.cases()] == [first.id]


async def test_a_rule_is_tried_on_what_was_said(watch: RuleStage) -> None:
    word = unique("fromage")
    said = [await watch.lea.says(f"Le {word} n° {number}", watch.place) for number in range(7)]
    await watch.ana.says(f"Notre {word}", watch.place)
    watch.ana.acts()
    await watch.ana.runs(f"/moderer regle mots essai 2j {word}")
    told = await watch.ana.told("aurait signalé")
    assert "elle aurait signalé 7 messages sur " in plain(told)
    assert ", en voici 5." in plain(told)
    assert plain(told).count("ce message") == 5
    watch.ana.acts()
    await watch.ana.runs("/moderer regle flood essai 7 en 1h")
    assert "elle aurait signalé" in plain(await watch.ana.told("flood"))
    await watch.house.settled()
    assert not await watch.cases(), "it was a trial"
    assert not await watch.hits()
    listed = plain(await watch.ana.asks("/moderer regles"))
    assert "mots non" in listed.replace("*", "").replace("`", "")
    assert said


@pytest.mark.newest_only
async def test_what_cannot_be_is_said(watch: RuleStage) -> None:
    async def refused(line: str) -> str:
        return plain(await watch.ana.asks(f"/moderer regle {line}"))

    assert "Les règles sont : flood" in await refused("inconnue proposer")
    assert "proposer, pas agir" in await refused("donnees agir")
    assert "1 à 30 jours" in await refused("mots essai 90j")
    assert "le nombre va de 3 à 30" in await refused("flood proposer 900 en 10s")
    assert "animateur" in plain(await watch.lea.asks("/moderer regle flood non"))
    shown = await refused("mots")
    assert "Elle ne cherche rien." in shown
    assert isinstance(await watch.ana.asks("/moderer regles"), Post)


@pytest.mark.both_databases
async def test_a_rule_that_acts_hides_and_its_author_is_told(watch: RuleStage) -> None:
    await watch.tunes("mots agir casino")
    watch.paul.acts()
    post = await watch.paul.says("Le casino en ligne", watch.place)
    case = await watch.case(post)
    assert (case.state, case.act, case.decided_by, case.message) == (CaseState.DECIDED, AuditAct.HIDE, "", post.message)

    async def is_gone() -> bool:
        return post.id not in {each.id for each in await watch.paul.reads(watch.place)}

    await wait_for(is_gone)
    await watch.paul.told("Règle automatique")
    await watch.said(f"Dossier n° {case.number}, décidé")
