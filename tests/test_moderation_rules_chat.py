"""Stories: rules are tuned in chat, find what is said, and leave what becomes of it to the animateurs."""

from datetime import timedelta

import pytest

from bot.work import steps
from storage import journal
from storage.journal import AuditAct
from storage.moderation import CaseSource, CaseState
from tests.people import Post, unique
from tests.support.house import edit_post, plain, wait_for
from tests.support.moderation import RuleStage, rule_stage

__all__ = ["rule_stage"]


NIR = "1 84 12 76 451 089 46"


async def test_a_flood_is_one_case_and_a_false_alarm_is_counted(stage: RuleStage) -> None:
    told = plain(await stage.tunes("flood proposer 4 en 1h"))
    assert "Règle flood : proposer (4 en 1 h)" in told.replace("*", "").replace("`", "")
    posts = [await stage.lea.says(f"Message {number}", stage.place) for number in range(4)]
    case = await stage.case(posts[3])
    assert (case.source, case.state, case.author_id, case.message) == (
        CaseSource.RULE,
        CaseState.OPEN,
        stage.lea.id,
        "Message 3",
    )
    posts += [await stage.lea.says(f"Encore {number}", stage.place) for number in range(4)]

    async def all_of_it() -> bool:
        return [hit.case_id for hit in await stage.hits()] == [case.id, case.id]

    await wait_for(all_of_it)
    await stage.house.settled()
    assert len(await stage.cases(stage.lea)) == 1, "what goes on is no other case"
    card = await stage.said("beaucoup de messages en peu de temps (2 fois)")
    standing = {post.id for post in await stage.lea.reads(stage.place)}
    assert standing.issuperset(post.id for post in posts), "nothing was done"
    await stage.ana.clicks(card, "Fausse alerte")
    await stage.said("(fausse alerte)")
    (case,) = await stage.cases(stage.lea)
    assert (case.state, case.decided_by) == (CaseState.CLOSED, stage.ana.id)
    async with stage.house.bot.database.transaction(writes=False) as db:
        entry = await journal.get(db, case.entry or 0)
        tuned = await journal.list_of_things(db, ["regle:flood"])
    assert entry
    assert (entry.act, entry.actor_id, entry.target_id) == (AuditAct.DISMISS, stage.ana.id, stage.lea.id)
    assert (tuned[0].act, tuned[0].before["mode"], tuned[0].after["count"]) == (AuditAct.RULE, "non", 4)
    listed = plain(await stage.ana.asks("/moderer regles"))
    assert "2 signalés, 2 fausses alertes" in listed


@pytest.mark.newest_only
async def test_public_channels_outside_of_the_table_are_named(stage: RuleStage) -> None:
    admin, name = stage.house.site.admin, unique("potager")
    body = {"team_id": stage.house.site.team_id, "name": name, "display_name": f"** {name} @all", "type": "O"}
    made = await admin.post("/channels", body)
    listed = await stage.ana.asks("/moderer regles")
    outside = plain(listed).partition("hors de la table des canaux : ")[2]
    assert name in outside
    assert "@all" not in listed.text
    assert "Ressourcerie" not in outside
    await admin.delete(f"/channels/{made['id']}")
    assert name not in plain(await stage.ana.asks("/moderer regles"))


@pytest.mark.newest_only
async def test_each_rule_finds_what_people_write(stage: RuleStage) -> None:
    for line in (
        "liens proposer mechant.example",
        "mots proposer casino",
        "mentions proposer 5",
        "repetition proposer 2",
    ):
        await stage.tunes(line)
    link = await stage.lea.says("Voyez https://www.mechant.example/page", stage.place)
    invitation = await stage.lea.says("Plutôt https://chat.whatsapp.com/Abc", stage.place)
    word = await stage.paul.says("Le c.a.s.i.n.o en ligne", stage.place)
    mention = await stage.paul.says("@channel venez", stage.place)
    text = f"{unique('Offre')} à ne pas manquer"
    await stage.paul.says(text, stage.place)
    again = await stage.paul.says(text.upper(), stage.place)
    later = await stage.lea.says("Un message ordinaire", stage.place)
    await edit_post(stage.lea, later, "Un casino ordinaire")
    for post in (link, invitation, word, mention, again, later):
        assert (await stage.case(post)).source == CaseSource.RULE
    assert (await stage.case(later)).message == "Un casino ordinaire"
    before = len(await stage.hits())
    await stage.ana.says("Le casino : @all https://t.me/+x", stage.place)
    await stage.lea.says("Le casino, entre nous", await stage.lea.direct_channel())
    await stage.tunes("mots non")
    await stage.paul.says("Le casino d’Enghien", stage.place)
    await stage.is_idle()
    assert len(await stage.hits()) == before, "animateurs, direct messages and what is off are left alone"


@pytest.mark.both_databases
async def test_personal_data_is_a_word_to_its_author_first(stage: RuleStage) -> None:
    await stage.tunes("donnees proposer 10min")
    stage.lea.acts()
    stage.paul.acts()
    mended = await stage.lea.says(f"Le numéro de madame Martin : {NIR}", stage.place)
    told = plain(await stage.lea.told("numéro de sécurité sociale"))
    assert "tout le canal peut le lire" in told
    assert "10 min" in told
    left = await stage.paul.says(f"Celui de monsieur Durand : {NIR}", stage.place)
    await stage.paul.told("numéro de sécurité sociale")
    assert not await stage.cases(), "nobody else hears of it"
    await edit_post(stage.lea, mended, "Le numéro de madame Martin est dans son dossier")
    await stage.is_idle()
    await stage.runs("regles.find_old")
    assert not await stage.cases(), "not yet"
    await stage.waits(timedelta(minutes=11))
    await stage.runs("regles.find_old")
    case = await stage.case(left)
    assert (case.source, case.author_id) == (CaseSource.RULE, stage.paul.id)
    await stage.said("données personnelles")
    await stage.is_idle()
    assert [case.post_id for case in await stage.cases()] == [left.id]


@pytest.mark.newest_only
async def test_a_first_message_is_one_where_mattermost_knows_of_none_before(stage: RuleStage) -> None:
    nina = await stage.house.conseiller("nina")
    await stage.house.site.add_members(stage.place, nina)
    await stage.lea.says("Je suis là depuis longtemps", stage.place)
    await stage.tunes("premier proposer")
    first = await nina.says("Regardez https://exemple.fr/photo.png", stage.place)
    await stage.case(first)
    await stage.lea.says("Et https://exemple.fr/autre.png", stage.place)
    await stage.is_idle()
    assert [case.post_id for case in await stage.cases()] == [first.id]


async def test_a_long_trial_says_which_rule_it_tries(stage: RuleStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "TOLD_AFTER", timedelta())
    monkeypatch.setattr(steps, "TOLD_EVERY", 0.0)
    stage.ana.acts()
    await stage.ana.runs(f"/moderer regle mots essai 2j {unique('brie')}")
    assert "Règle « mots »." in plain(await stage.ana.told("⏳ **Essai d’une règle**"))
    await stage.ana.runs("/moderer regle mentions essai 2j")
    assert "Règle « mentions »." in plain(await stage.ana.told("⏳ **Essai d’une règle**"))
    await stage.house.settled()


async def test_a_rule_is_tried_on_what_was_said(stage: RuleStage) -> None:
    word = unique("fromage")
    said = [await stage.lea.says(f"Le {word} n° {number}", stage.place) for number in range(7)]
    await stage.ana.says(f"Notre {word}", stage.place)
    stage.ana.acts()
    await stage.ana.runs(f"/moderer regle mots essai 2j {word}")
    told = await stage.ana.told("aurait signalé")
    assert "elle aurait signalé 7 messages sur " in plain(told)
    assert ", en voici 5." in plain(told)
    assert "\\*" not in told.text, "what the trial says is Markdown"
    assert plain(told).count("ce message") == 5
    stage.ana.acts()
    await stage.ana.runs("/moderer regle flood essai 7 en 1h")
    assert "elle aurait signalé" in plain(await stage.ana.told("flood"))
    await stage.house.settled()
    assert not await stage.cases(), "it was a trial"
    assert not await stage.hits()
    listed = plain(await stage.ana.asks("/moderer regles"))
    assert "mots non" in listed.replace("*", "").replace("`", "")
    assert said


@pytest.mark.newest_only
async def test_what_cannot_be_is_said(stage: RuleStage) -> None:
    async def refused(line: str) -> str:
        return plain(await stage.ana.asks(f"/moderer regle {line}"))

    assert "Les règles sont : flood" in await refused("inconnue proposer")
    assert "proposer, pas agir" in await refused("donnees agir")
    assert "1 à 30 jours" in await refused("mots essai 90j")
    assert "le nombre va de 3 à 30" in await refused("flood proposer 900 en 10s")
    assert "animateur" in plain(await stage.lea.asks("/moderer regle flood non"))
    assert "Complétez la ligne" in await refused("mots ajouter")
    assert "Complétez la ligne" in await refused("mots remplacer")
    assert "n’a pas « roulette »" in await refused("mots retirer roulette")
    assert "Sa liste est vide : elle ne trouve rien" in await refused("mots proposer")
    await refused("mots non")
    shown = await refused("mots")
    assert "Elle ne cherche rien." in shown
    assert "regle mots essai 7j" in shown
    assert "regle mots proposer" in shown, "what to do next"
    assert isinstance(await stage.ana.asks("/moderer regles"), Post)


@pytest.mark.both_databases
async def test_a_rule_that_acts_hides_and_its_author_is_told(stage: RuleStage) -> None:
    await stage.tunes("mots agir casino")
    stage.paul.acts()
    post = await stage.paul.says("Le casino en ligne", stage.place)
    case = await stage.case(post)
    assert (case.state, case.act, case.decided_by, case.message) == (CaseState.DECIDED, AuditAct.HIDE, "", post.message)

    async def is_gone() -> bool:
        return post.id not in {each.id for each in await stage.paul.reads(stage.place)}

    await wait_for(is_gone)
    await stage.paul.told("Règle automatique")
    await stage.said(f"Dossier n° {case.number}, décidé")
