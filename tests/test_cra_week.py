"""A week of one conseiller, five reports a day in the shortest way, replayed: the keystrokes and clicks that it takes,
now and before a line made several reports or was like another one. Both are printed (`pytest -s`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tests.people import Person
from tests.support.house import House

MORNING = "3 individuels 30 min mail +60 retraités puis 2 ponctuels 15 min caf 35-60 sans emploi"
WORKSHOP = "atelier 8p 2h internet +60 retraités puis 4 ponctuels 15 min caf 35-60 sans emploi"
CALLS = "2 individuels 45 min cv 18-35 sans emploi à distance puis 3 ponctuels 15 min ameli +60 retraités"
NOW: Sequence[Sequence[str]] = [
    [MORNING],
    ["comme hier"],
    [WORKSHOP],
    [CALLS],
    ["comme {monday}"],
]
"""What is typed each day from Monday on, after « /cra »."""

MAIL = "indiv 30 min mail +60 retraités"
CAF = "ponctuel 15 min caf 35-60 sans emploi"
CV = "indiv 45 min cv 18-35 sans emploi à distance"
AMELI = "ponctuel 15 min ameli +60 retraités"
NET = "atelier 8p 2h internet +60 retraités"
BEFORE: Sequence[Sequence[str]] = [
    [MAIL] * 3 + [CAF] * 2,
    [MAIL] * 3 + [CAF] * 2,
    [NET] + [CAF] * 4,
    [CV] * 2 + [AMELI] * 3,
    [MAIL] * 3 + [CAF] * 2,
]
"""The same reports, each in a line of its own."""


@dataclass
class Effort:
    """What somebody’s hands did: keys for what is typed and « Entrée », clicks on buttons."""

    keys: int = 0
    clicks: int = 0


async def replay(house: House, person: Person, week: Sequence[Sequence[str]], monday: date) -> Effort:
    """Type and save what was done each day, in the evening of that day."""
    effort = Effort()
    for number, lines in enumerate(week):
        day = monday + timedelta(days=number)
        house.clock.goes_to(house.clock().replace(year=day.year, month=day.month, day=day.day, hour=17, minute=0))
        for line in lines:
            typed = f"/cra {line.format(monday=f'{monday:%d/%m}')}"
            preview = await person.asks(typed)
            save = next(label for label in preview.buttons if "nregistrer" in label)
            await person.clicks(preview, save)
            await person.whispered("nregistré")
            effort.keys += len(typed) + 1
            effort.clicks += 1
    return effort


async def test_a_week_takes_less_than_half_of_what_it_took(house: House) -> None:
    monday = house.today - timedelta(days=house.today.weekday() + 14)
    paul, marie = await house.conseillers("paul", "marie")
    before = await replay(house, paul, BEFORE, monday)
    now = await replay(house, marie, NOW, monday)

    mine, theirs = await house.reports(marie), await house.reports(paul)
    told = [
        [(c.date, c.activite, c.minutes, c.themes, c.canal, c.age_plus_60) for c in each] for each in (mine, theirs)
    ]
    assert len(mine) == 25
    assert sorted(told[0]) == sorted(told[1]), "the same reports are stored both ways"
    print(f"\nbefore: {before.keys} keys, {before.clicks} clicks; now: {now.keys} keys, {now.clicks} clicks")
    assert now.keys * 2 < before.keys
    assert now.clicks * 4 < before.clicks


async def test_what_is_usual_stands_in_the_form_and_the_line(house: House, juliette: Person) -> None:
    """A duration used more than five times comes first in the form’s list, and is offered where a line says none."""
    for _ in range(3):
        preview = await juliette.asks("/cra 2 individuels 45 min mail +60 retraités à domicile 69500")
        await juliette.clicks(preview, "Tout enregistrer")
        await juliette.whispered("nregistré")
    house.bot.people.forget(juliette.id)  # as a minute later

    form = await juliette.opens("/cra")
    assert (form.shown("canal"), str(form.shown("duree"))) == ("domicile", "45")
    assert "Bron" in form.shown("commune")
    assert next(iter(form.options("duree"))) == "45"
    assert len(form.options("duree")) == 20, "the others are all there"
    preview = await juliette.asks("/cra indiv caf +60 retraités")
    assert "à domicile" in preview.text.replace("\u00a0", " ")
    assert "Enregistrer" not in preview.buttons, "no duration is assumed"
    await juliette.clicks(preview, next(label for label in preview.buttons if label.startswith("45")))
    await juliette.clicks(await juliette.whispered("Aperçu"), "Enregistrer")
    await juliette.whispered("nregistré")
    assert [(c.minutes, c.canal) for c in await house.reports(juliette)][-1] == (45, "domicile")


async def test_a_doubtful_commune_is_chosen_and_not_copied(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra individuel 30 min mail vaulx +60 retraités")
    assert "Enregistrer" not in preview.buttons
    label = "69120 Vaulx-en-Velin" if "69120 Vaulx-en-Velin" in preview.buttons else "Choisir la commune"
    if label == "Choisir la commune":
        form = await juliette.opens_by(preview, label)
        await form.fill(chosen="69120 Vaulx-en-Velin").submit()
    else:
        await juliette.clicks(preview, label)
    preview = await juliette.whispered("Aperçu")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    assert [c.commune for c in await house.reports(juliette)] == ["69256"]


async def test_words_that_say_nothing_are_left_out_by_a_click(house: House, juliette: Person) -> None:
    preview = await juliette.asks("/cra individuel 30 min mail 69120 +60 retraités avec zorglub")
    text = preview.text.replace("\u00a0", " ")
    assert text.startswith("Je n’ai pas compris : « zorglub ».")
    assert preview.buttons == ["Compléter", "Ignorer ces mots", "Annuler"]
    await juliette.clicks(preview, "Ignorer ces mots")
    preview = await juliette.whispered("Aperçu")
    assert "zorglub" not in preview.text
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    assert len(await house.reports(juliette)) == 1


async def test_a_sentence_that_begins_with_aide_is_a_report(juliette: Person) -> None:
    preview = await juliette.asks("/cra aide pour ants carte grise 30 min 69120 monsieur 40 ans en emploi")
    assert "Démarche en ligne" in preview.text
    assert "Enregistrer" in preview.buttons


async def test_what_was_shortened_or_assumed_is_said(juliette: Person) -> None:
    shown = (await juliette.asks("/cra ponctuel 10 min caf 35-60")).text.replace("\u00a0", " ")
    assert "10 min compte pour 15 min." in shown
    assert "J’ai mis : aujourd’hui, 69120 Vaulx-en-Velin (la dernière commune utilisée), lieu de rattachement" in shown
    assert "statut non renseigné. À corriger ?" in shown
