"""Talking with the bot in tests: words and their answer; a feature with dialogs of three steps and menus; refusals."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from bot.context import Context
from bot.errors import UserError
from bot.features import Feature
from bot.forms import ChannelPicker, Choice, Form, Hidden, Number, PersonPicker
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Direct, Replies, Update, Whisper
from commands import FEATURES
from tests.people import Dialog, Person, Post, unique
from tests.support.cra import fill_workshop, read_mistake
from tests.support.house import House, wait_until

HOME = "Voir ce que je sais faire"
"""The button to all that somebody can do."""
LINE = "atelier 8p 1h30 mail 69120 hier +60 retraités"
"""A report that lacks nothing."""


@pytest.fixture(autouse=True)
async def hearing(house: House) -> None:
    """Wait until the bot hears: one that has just begun on an empty database reads nothing up."""
    await wait_until(lambda: house.bot.events.connected)


async def writes(person: Person, words: str) -> Post:
    """Say something to the bot, where nobody else reads along."""
    return await person.says(words, await person.direct_channel())


async def answered(person: Person, words: str, containing: str = "") -> Post:
    """Say something to the bot, and return its answer, which stays."""
    await writes(person, words)
    return await person.told(containing)


async def is_quiet(house: House, person: Person, said: Sequence[Post]) -> bool:
    """Tell whether the bot has said nothing more than this."""
    await house.settled()
    return [post.id for post in await person.direct()] == [post.id for post in said]


async def bot_name(house: House) -> str:
    """Read what the bot’s account is called."""
    return str((await house.site.admin.get(f"/users/{house.site.bot_id}"))["username"])


async def channel_with(house: House, *people: Person, kind: str = "O") -> str:
    """Make a channel of these people and the bot that no feature watches."""
    channel = await house.site.channel(unique("rhone"), "Rhône et alentours", kind)
    await house.site.add_members(channel, *people)
    return channel


BROKEN_PARTICIPANTS = 300


async def open_refused_dialog(person: Person) -> Dialog:
    """Send a dialog that the bot refuses, and return it, still open."""
    form = await fill_workshop(person, participants=BROKEN_PARTICIPANTS, recurrents=4)
    read_mistake(await form.submit(), "participants")
    return form


def assert_as_left(form: Dialog) -> None:
    """Check that the dialog still shows what was typed."""
    assert (form.shown("activite"), str(form.shown("participants"))) == ("collectif", str(BROKEN_PARTICIPANTS))
    assert (str(form.shown("recurrents")), form.shown("duree"), form.shown("statut")) == ("4", "90", "retraite")
    assert form.shown("commune") == "69120 Vaulx-en-Velin"
    assert set(form.chosen("themes")) == {"internet", "courriel"}


feature = Feature("trial")

KINDS = {"atelier": "Atelier", "visite": "Visite"}
COLOURS = {"r": "Rouge", "v": "Vert", "b": "Bleu"}
MANY = {str(n): f"Numéro {n}" for n in range(40)}


class Outing(Form):
    """The first step of a form."""

    title = "Une sortie"

    kind: Annotated[str, Choice(KINDS)] = Field(title="Sorte")
    guide: Annotated[str, PersonPicker()] = Field(title="Qui")
    channel: Annotated[str, ChannelPicker()] = Field("", title="Canal")
    note: str = Field("", title="Note")


class Places(Form):
    """The second step; its field « note » is not that of the first."""

    title = "Les places"

    places: Annotated[int, Number()] = Field(title="Places")
    note: str = Field("", title="Note")
    told: Hidden[str] = ""


class Sure(Form):
    """The last step."""

    title = "C’est sûr ?"

    word: str = Field(title="Mot")
    told: Hidden[str] = ""


@feature.command("aide sortie", help="Proposer une sortie")
async def start(ctx: Context, line: str) -> Replies:
    """Open the first step, which may have somebody filled in."""
    return Ask(Outing.draft(guide=line) if line else Outing.draft())


@feature.submit(Outing)
async def submit_outing(ctx: Context, form: Outing) -> Replies:
    """Go on to the second step."""
    return Ask(Places.draft(places=8, told=f"{form.kind} {form.guide} {form.channel or '-'} {form.note or '-'}"))


@feature.submit(Places, writes=False)
async def submit_places(ctx: Context, form: Places) -> Replies:
    """Go on to the last step without writing; what was sent is kept all the same."""
    if form.places > 100:
        raise UserError(fields={"places": "Cent places au plus."})
    return Ask(Sure.draft(told=f"{form.told} {form.places} {form.note or '-'}"))


@feature.submit(Sure)
async def submit_sure(ctx: Context, form: Sure) -> Replies:
    """Take the last step, and tell all that the steps said."""
    return Direct(f"Sortie {form.told} {form.word}", user_id=ctx.user.id)


class Paint(Choosing):
    """A menu with a short list."""


class Count(Choosing):
    """A menu with a long list."""


class Thank(Choosing):
    """A menu of one thing, with a value of its own."""

    why: str = ""


class Go(Choosing):
    """A menu that opens a dialog."""


class Again(BaseModel):
    """A button beside the menus."""


MENUS = (
    Menu("Couleur", Paint(), COLOURS),
    Menu("Nombre", Count(), MANY),
    Menu("Merci", Thank(why="merci"), {"vous": "À vous", "tous": "À tous", "elle": "À elle"}),
    Menu("Aller", Go(), {"vite": "Vite", "bien": "Bien"}),
)


@feature.command("aide menus", help="Montrer des menus")
async def show(ctx: Context, line: str) -> Replies:
    """Show the menus of these names in a whisper; after « direct », in a direct message."""
    where, _, names = line.partition(" ")
    menus = [menu for menu in MENUS if menu.label in names.split()]
    if where == "direct":
        return Direct("Choisissez", [Button("Encore", Again())], user_id=ctx.user.id, menus=menus)
    return Whisper("Choisissez", [Button("Encore", Again())], menus=menus)


@feature.button(Again, writes=False)
async def repeat(ctx: Context, click: Again) -> Replies:
    """Answer the button beside menus."""
    return Whisper("Encore")


async def _tell(ctx: Context, click: Choosing) -> Replies:
    return Whisper(f"Choisi {type(click).__name__} {click.chosen} {getattr(click, 'why', '')}".strip())


feature.button(Count, writes=False)(_tell)


@feature.button(Thank)
async def thank(ctx: Context, click: Thank) -> Replies:
    """Write to the database, as the handler of a menu may."""
    return Direct(f"Choisi Thank {click.chosen} {click.why}", user_id=ctx.user.id)


@feature.button(Paint)
async def paint(ctx: Context, click: Paint) -> Replies:
    """Replace the message."""
    if click.chosen == "b":
        raise UserError("Pas de bleu.")
    return Update(f"Choisi Paint {click.chosen}")


@feature.button(Go, writes=False)
async def go(ctx: Context, click: Go) -> Replies:
    """Open a dialog about what was chosen."""
    return Ask(Sure.draft(told=click.chosen))


@pytest.fixture(scope="module")
async def trial(house: House) -> AsyncIterator[None]:
    """The trial feature, on for these stories and those between them: two starts for each took a third of its time."""
    house.features = (*FEATURES, feature)
    await house.restart()
    yield
    house.features = FEATURES
    await house.restart()


async def send_step(form: Dialog) -> Dialog:
    """Fill and send a step; return the next one, in the same window or behind « Continuer »."""
    answer = await form.submit()
    assert not answer.errors, answer
    assert not answer.error, answer
    if form.is_open:
        return form
    news = await form.person.whispered("Il reste une étape")
    return await form.person.opens_by(news, "Continuer")


def name_field(form: Dialog, name: str) -> str:
    """Return the name of a field in this step."""
    (found,) = (n for n in form.names if n == name or n.partition("_")[2] == name)
    return found


def fill_step(form: Dialog, **values: object) -> Dialog:
    """Fill a step, by the form’s own names."""
    return form.fill(**{name_field(form, name): value for name, value in values.items()})


async def make_own_channel(person: Person, kind: str) -> dict[str, str]:
    """Make a channel as somebody: O(pen) or P(rivate)."""
    name = unique("salon")
    body = {"team_id": person.site.team_id, "name": name, "display_name": name, "type": kind}
    made: dict[str, str] = await person.api.post("/channels", body)
    return made


async def make_team_room(house: House, animateur: Person) -> str:
    """Make a private channel that the bot is in and takes for the animateurs’ room; return its id."""
    place = (await make_own_channel(animateur, "P"))["id"]
    await house.site.admin.post(f"/channels/{place}/members", {"user_id": house.site.bot_id})
    await house.remembers({"animation": place})
    return place


async def list_by_bot(house: House, person: Person, channel: str) -> list[Post]:
    """What the bot said in a channel."""
    return [post for post in await person.reads(channel) if post.user_id == house.site.bot_id and not post.type]


MORE = "Ouvrir…"
"""The menu of a screen of the home, for what has no button of its own."""


async def doors(person: Person, home: Post) -> list[str]:
    """All that a screen of the home leads to: its buttons, and what its menu offers."""
    found = [label for label in home.buttons if label != MORE]
    if MORE in home.buttons:
        found += (await person.opens_by(home, MORE)).options("chosen").values()
    return found


async def takes(person: Person, home: Post, label: str) -> Dialog | Post:
    """Take one of the ways that a screen of the home leads to, and return where it leads."""
    if label in home.buttons:
        await person.clicks(home, label)
        return await person.answered()
    menu = await person.opens_by(home, MORE)
    values = {text: value for value, text in menu.options("chosen").items()}
    taken = await menu.fill(chosen=values[label]).submit()
    assert not taken.error, taken
    return await person.answered() if taken.closed else menu
