"""A feature of the tests’ own: a dialog of three steps, pickers, circles and menus, which no feature has yet."""

from typing import Annotated

from pydantic import BaseModel, Field

from bot.context import Context
from bot.errors import UserError
from bot.features import Feature
from bot.forms import ChannelPicker, Form, Hidden, Number, PersonPicker, Radio
from bot.menus import Choosing, ChoosingChannel, ChoosingPerson, Menu
from bot.replies import Ask, Button, Direct, Replies, Update, Whisper

feature = Feature("trial")

KINDS = {"atelier": "Atelier", "visite": "Visite"}
COLOURS = {"r": "Rouge", "v": "Vert", "b": "Bleu"}
MANY = {str(n): f"Numéro {n}" for n in range(40)}


class Outing(Form):
    """The first step."""

    title = "Une sortie"

    kind: Annotated[str, Radio(KINDS)] = Field(title="Sorte")
    guide: Annotated[str, PersonPicker()] = Field(title="Qui")
    channel: Annotated[str, ChannelPicker()] = Field("", title="Canal")
    note: str = Field("", title="Note")


class Places(Form):
    """The second step; « note » is another one than that of the first."""

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
    """The first step, which may know somebody beforehand."""
    return Ask(Outing.draft(guide=line) if line else Outing.draft())


@feature.submit(Outing)
async def first(ctx: Context, form: Outing) -> Replies:
    """One step, and on to the next."""
    return Ask(Places.draft(places=8, told=f"{form.kind} {form.guide} {form.channel or '-'} {form.note or '-'}"))


@feature.submit(Places, writes=False)
async def second(ctx: Context, form: Places) -> Replies:
    """A step that only reads keeps what was sent as well."""
    if form.places > 100:
        raise UserError(fields={"places": "Cent places au plus."})
    return Ask(Sure.draft(told=f"{form.told} {form.places} {form.note or '-'}"))


@feature.submit(Sure)
async def last(ctx: Context, form: Sure) -> Replies:
    """All of it."""
    return Direct(f"Sortie {form.told} {form.word}", user_id=ctx.user.id)


class Paint(Choosing):
    """A menu of a short list."""


class Count(Choosing):
    """A menu of a long list."""


class Thank(ChoosingPerson):
    """A menu of people."""

    why: str = ""


class Visit(ChoosingChannel):
    """A menu of channels."""


class Go(Choosing):
    """A menu that opens a dialog."""


class Again(BaseModel):
    """A button beside menus."""


MENUS = (
    Menu("Couleur", Paint(), COLOURS),
    Menu("Nombre", Count(), MANY),
    Menu("Personne", Thank(why="merci")),
    Menu("Canal", Visit()),
    Menu("Aller", Go(), {"vite": "Vite", "bien": "Bien"}),
)


@feature.command("aide menus", help="Montrer des menus")
async def show(ctx: Context, line: str) -> Replies:
    """The menus of these names, in a whisper; with « direct » before them in a direct message."""
    where, _, names = line.partition(" ")
    menus = [menu for menu in MENUS if menu.label in names.split()]
    if where == "direct":
        return Direct("Choisissez", [Button("Encore", Again())], user_id=ctx.user.id, menus=menus)
    return Whisper("Choisissez", [Button("Encore", Again())], menus=menus)


@feature.button(Again, writes=False)
async def repeat(ctx: Context, click: Again) -> Replies:
    """Nothing much."""
    return Whisper("Encore")


async def _tell(ctx: Context, click: Choosing) -> Replies:
    return Whisper(f"Choisi {type(click).__name__} {click.chosen} {getattr(click, 'why', '')}".strip())


for _model in (Count, Visit):
    feature.button(_model, writes=False)(_tell)


@feature.button(Thank)
async def thank(ctx: Context, click: Thank) -> Replies:
    """What a menu of people does may write."""
    return Direct(f"Choisi Thank {click.chosen} {click.why}", user_id=ctx.user.id)


@feature.button(Paint)
async def paint(ctx: Context, click: Paint) -> Replies:
    """The message becomes another."""
    if click.chosen == "b":
        raise UserError("Pas de bleu.")
    return Update(f"Choisi Paint {click.chosen}")


@feature.button(Go, writes=False)
async def go(ctx: Context, click: Go) -> Replies:
    """A dialog of what was chosen."""
    return Ask(Sure.draft(told=click.chosen))
