"""« /aide »: all features, as they are shown to somebody, and the useful links, by the operator’s table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import structlog
from pydantic import BaseModel

from bot.admission import find_access, refuse_role
from bot.command_lines import CommandIndex
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.events import Spoken
from bot.features import Feature, Front, Trigger
from bot.menus import Choosing, Menu
from bot.pages import cut_page
from bot.plain_text import shorten
from bot.registry import is_enabled, list_at_home, list_waiting
from bot.replies import Button, Message, PlainTextReply, Redirect, Replies, RunCommand, Whisper, WordedButton
from bot.texts import link, quote, render, require
from config import liens
from config.text import fold
from dialogs.plain_words.proposals import PROPOSALS, propose
from storage.annuaire import NETWORK
from storage.people import Person, Role, list_to_ask, transitions

log = structlog.get_logger()
LABEL_MAX = 60
"""The most characters of a button’s label, which a phone shows in full."""


class ShowLinks(BaseModel):
    """Button « Liens utiles »: shows all links of the operator’s table."""


class MakeLink(BaseModel):
    """Button of a link that contains the name of whoever clicks; ``key`` names it in the operator’s table."""

    key: str


def read_links(ctx: Context) -> Mapping[str, liens.UsefulLink]:
    """Read the links that have an address, by key; empty while the operator’s table cannot be read."""
    try:
        return {key: each for key, each in liens.read(ctx.settings.links).items() if each.address}
    except (OSError, ValueError) as problem:
        log.warning("links_unreadable", why=str(problem))
        return {}


async def show_links(ctx: ReadingContext, _: object) -> Replies:
    """Show the links that are the same for all, and a button for each of the others."""
    links = read_links(ctx).values()
    shown = [link(each.title, each.address) for each in links if not each.is_personal]
    buttons = [Button(each.title, MakeLink(key=each.key)) for each in links if each.is_personal]
    return Whisper(render("aide/links", links=shown, is_more=bool(buttons)), buttons)


async def make_link(ctx: ReadingContext, click: MakeLink) -> Replies:
    """Make the personal link of whoever clicked, with the account’s name if the register has none."""
    found = require(read_links(ctx).get(click.key), "aide/link_gone")
    prenom, nom = ctx.user.prenom or "", ctx.user.nom or ""
    if not (prenom or nom):
        prenom, nom = await _read_account_names(ctx)
    return Whisper(render("aide/link", link=link(found.title, found.make_address(prenom, nom, ctx.user.username))))


async def _read_account_names(ctx: ReadingContext) -> tuple[str, str]:
    try:
        account = await ctx.chat.user(ctx.user.id)
    except ChatError:
        return "", ""
    return account.first_name, account.last_name


class OpenDoor(Choosing):
    """Menu « Ouvrir… » of the home: presses the chosen one of ``doors``, the buttons for which there was no room."""

    doors: dict[str, WordedButton]


async def open_door(ctx: Context, click: OpenDoor) -> Replies:
    """Press the button that was chosen in the menu of the home."""
    door = click.doors[click.chosen]
    return Redirect(door.name, door.data)


SHOWN_MAX = 5
"""How many features one screen lists, a line each."""
WAITING_MAX = 3
"""How many waiting things are shown."""
OPENED_MAX = 10
"""How many waiting things the buttons and the menu lead to."""
DOORS_MAX = 4
"""The most buttons of one screen, with the menu: on a phone each takes a line."""
PROPOSED_MAX = 3
ASKS_TEAM = "hotline"
"""The command that is offered for texts longer than a sentence."""
OPENING = frozenset({"cra", "cra coordination", ASKS_TEAM})
"""The commands that plain words may run: they open a window, or store only what may be lost."""
PAGES = {
    "moderer exclure": "aide moderer",
    "moderer nettoyer": "aide moderer",
    "membres depart": "aide membres",
    "canaux archiver": "aide canaux",
}
"""The page that is offered in place of a command that cannot be undone."""


@dataclass(frozen=True)
class Home:
    """The home page: all features, whether or not the reader may use them."""

    features: Sequence[Feature]

    @cached_property
    def lines(self) -> CommandIndex:
        """Index all commands, including those of features that are switched off."""
        return CommandIndex.of(trigger for feature in self.features for trigger in feature.commands)

    @cached_property
    def triggers(self) -> Mapping[str, Trigger]:
        """All commands, by what is typed."""
        return {trigger.key[1]: trigger for feature in self.features for trigger in feature.commands}

    def is_harmless(self, trigger: Trigger | None) -> bool:
        """Return whether a command changes nothing, or opens a window."""
        return trigger is None or trigger.key[1] in OPENING or not (trigger.writes or trigger.asks)

    def tame(self, line: str) -> tuple[str, Trigger | None]:
        """Return the line to run and its command; for a command that cannot be undone, the help page about it."""
        name = self.lines.find(line)[0]
        if page := PAGES.get(name):
            return page, self.triggers.get(self.lines.find(page)[0])
        return line.removeprefix("/"), self.triggers.get(name)

    async def hear(self, ctx: ReadingContext, message: Spoken) -> Sequence[PlainTextReply] | None:
        """Ask the enabled features what they make of a message in plain words; None as soon as one takes it."""
        on = [feature for feature in self.features if is_enabled(feature, ctx.settings.features)]
        heard = list[PlainTextReply]()
        for hook in (hook for feature in on for hook in feature.words):
            heard.append(await hook(ctx, message))
            if heard[-1].is_its:
                return None
        return heard

    def list_off(self, ctx: Context) -> Sequence[Feature]:
        """List the features that are switched off."""
        return [feature for feature in self.features if not is_enabled(feature, ctx.settings.features)]

    async def seen_by(self, ctx: Context) -> "FeatureList":
        """List the features that are on, as this person may use them."""
        on = [f for f in self.features if is_enabled(f, ctx.settings.features)]
        return FeatureList([FeatureHelp(f, ctx.user, mine) for f in on if (mine := await _list_usable(f, ctx))])


@dataclass(frozen=True)
class FeatureHelp:
    """A feature as one person may use it."""

    feature: Feature
    person: Person
    commands: Sequence[Trigger]

    @property
    def front(self) -> Front:
        """Return how the feature presents itself; by default, by its first command."""
        first = self.commands[0]
        name = first.key[1]
        return self.feature.front or Front(name.capitalize(), first.help, lambda _: name)

    @property
    def start(self) -> str:
        """The command line that the feature’s button runs."""
        return self.front.start(self.person)

    @property
    def is_open(self) -> bool:
        """Whether the person may run the command of the feature’s button."""
        return any(f"{self.start} ".startswith(f"{trigger.key[1]} ") for trigger in self.commands)

    @property
    def words(self) -> set[str]:
        """Return the names by which people may call the feature."""
        return {fold(w) for w in (self.feature.name, self.front.title, *(t.key[1].split()[0] for t in self.commands))}


@dataclass(frozen=True)
class FeatureList:
    """The features that somebody may use."""

    chapters: Sequence[FeatureHelp]

    @property
    def commands(self) -> Mapping[str, Trigger]:
        """The commands, by what is typed."""
        return {trigger.key[1]: trigger for chapter in self.chapters for trigger in chapter.commands}

    @property
    def shown(self) -> Sequence[FeatureHelp]:
        """The features that the home page shows: those whose first command the person may run. The bot’s own parts
        appear only among what waits."""
        return [chapter for chapter in self.chapters if chapter.is_open and not chapter.feature.always]


TO_ONESELF = frozenset({"moi", "moi stp", "moi svp", "moi s il vous plait", "stp", "svp"})
"""What may follow « aide » without naming a feature, folded."""


async def answer_help(home: Home, ctx: ReadingContext, about: str) -> Message:
    """Draw the home, or what is asked about."""
    view, word = await home.seen_by(ctx), fold(about.strip(" ?!./"))
    if not word or word in TO_ONESELF or word.isdecimal():
        return await _draw_home(home, view, ctx, int(word[:3]) if word.isdecimal() else 1)
    found = next((chapter for chapter in view.chapters if {word, word.split()[0]} & chapter.words), None)
    if found is not None:
        return _draw_feature(found, word)
    if name := next((f.name for f in home.list_off(ctx) if fold(f.name) == word.split()[0]), None):
        raise UserError(render("refus/off", command=name, kept=False))
    if reserved := next((t for f in home.features for t in f.commands if t.key[1] == word.split()[0]), None):
        access = find_access(home.features)
        raise await refuse_role(ctx, reserved, access)
    return propose_commands(view, about)


async def _draw_home(home: Home, view: FeatureList, ctx: ReadingContext, number: int) -> Message:
    """Draw what waits, and a screen of features; the last button leads to the next screen."""
    is_first = number == 1
    waiting = await list_waiting(home.features, ctx) if is_first else []
    page = cut_page(view.shown, number, SHOWN_MAX)
    leading = [each.leads or each.button for each in waiting[:OPENED_MAX]]
    doors = [each for at, each in enumerate(leading) if each not in leading[:at]]
    doors += [Button(chapter.front.title, RunCommand(line=chapter.start)) for chapter in page.rows]
    doors += [Button("Liens utiles", ShowLinks())] if is_first and ctx.user.may(NETWORK) and read_links(ctx) else []
    doors += page.draw_next(lambda following: RunCommand(line=f"aide {following}"), "Voir la suite")
    buttons, menus = _arrange(doors)
    said = {
        "waiting": waiting[:WAITING_MAX],
        "more": len(waiting) - WAITING_MAX,
        "shown": await list_at_home(home.features, ctx) if is_first else [],
        "chapters": page.rows,
        "page": page.number,
        "pages": page.pages,
        "following": page.number + 1 if page.number < page.pages else 0,
    }
    return Message(
        render("aide/home", user=ctx.user, contacts=await _list_contacts(ctx, view), **said), buttons, menus=menus
    )


def _arrange(doors: Sequence[Button]) -> tuple[Sequence[Button], Sequence[Menu]]:
    """Keep the first doors as buttons; if there are too many, a menu takes the others."""
    if len(doors) <= DOORS_MAX:
        return doors, []
    others = {str(number): door.word() for number, door in enumerate(doors[DOORS_MAX - 1 :])}
    menu = Menu("Ouvrir…", OpenDoor(doors=others), {number: door.label for number, door in others.items()})
    return doors[: DOORS_MAX - 1], [menu]


async def _list_contacts(ctx: Context, view: FeatureList) -> Sequence[str]:
    """Return whom to ask for help; for a guest without another contact, the animateurs, since they may be a guest by
    mistake."""
    if ctx.settings.contact or (view.shown and ctx.user.role is not Role.INVITE):
        return [ctx.settings.contact] if ctx.settings.contact else []
    return [f"@{person.username}" for person in await list_to_ask(ctx.db, ctx.today)]


def _draw_feature(chapter: FeatureHelp, asked: str) -> Message:
    """Draw the help of a feature, or of the subcommand that is asked about."""
    sub = [t for t in chapter.commands if f"{fold(t.key[1])} ".startswith(f"{asked} ")] if " " in asked else []
    commands = sub or chapter.commands
    text = render("aide/feature", title=chapter.front.title, about=chapter.front.about, commands=commands)
    return Message(text, [Button(f"/{chapter.start}", RunCommand(line=chapter.start), "primary")])


def propose_commands(view: FeatureList, said: str) -> Message:
    """Propose, as buttons, the commands most similar to what was said; if none is similar, the ones to begin with."""
    lines = CommandIndex(t.key[1] for chapter in view.chapters for t in chapter.commands)
    titles = {chapter.front.title: chapter.start for chapter in view.shown}
    near = lines.near(said, titles, PROPOSED_MAX)
    offered = near or [*(chapter.start for chapter in view.shown[: PROPOSED_MAX - 1]), "aide"]
    buttons = [Button(f"/{quote(line)}", RunCommand(line=line)) for line in offered]
    return Message(render("aide/near", said=quote(said), is_near=bool(near)), buttons)


async def find_erasure_undo(ctx: Context) -> str:
    """Return the line that keeps somebody’s data, where they asked for their erasure and it is to come; else ""."""
    waiting = await transitions.find_waiting_erasure(ctx.db, ctx.user.id)
    return "/mes-donnees annuler" if waiting and not waiting.asleep else ""


async def _list_usable(feature: Feature, ctx: Context) -> list[Trigger]:
    """Return the commands that somebody may type: by their role, or because the feature admits them."""
    commands = feature.commands
    mine = [trigger for trigger in commands if ctx.user.may(trigger.roles)]
    return commands if len(mine) < len(commands) and feature.lets_in and await feature.lets_in(ctx) else mine


def say_line(line: str, trigger: Trigger | None) -> str:
    """Say a line in words; a subcommand that has none is said as the help says it, with its details."""
    name = trigger.key[1] if trigger else ""
    if trigger is None or " " not in name or name in PROPOSALS:
        return propose(line)
    details = line.split(maxsplit=name.count(" ") + 1)[name.count(" ") + 1 :]
    return "\u00a0: ".join((trigger.help, *(quote(each) for each in details)))


def say_verb(proposal: str) -> str:
    """Describe what a proposal does, without its details."""
    return shorten(re.split(r"\s:\s", proposal)[0], LABEL_MAX)
