"""What people say to the bot in their own words: understood, done or proposed, and answered in private."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.account_status import is_active
from bot.actions import React
from bot.command_lines import HELP, SAID_MAX, RunCommand
from bot.context import Context, ReadingContext
from bot.events import Addressed, DirectMessage, Spoken
from bot.features import Feature, Right, Trigger
from bot.permalinks import make_permalink
from bot.plain_text import shorten
from bot.replies import Button, Direct, Perform, Question, Redirect, Replies, Reply, Whisper, WordedButton
from bot.texts import Markdown, link, quote, render
from commands.aide.home import FeatureList, Home, answer_help
from commands.aide.links import MakeLink, ShowLinks, make_link, show_links
from commands.aide.question import find_asked
from dialogs.plain_words import Intention, Reading, understand
from dialogs.plain_words.answers import Answer, read_answer
from dialogs.plain_words.interpreter import read_typed
from dialogs.plain_words.proposals import propose
from storage import questions
from storage.annuaire import NETWORK

PROPOSED_MAX = 3
LABEL_MAX = 60
"""Characters of a button: a phone shows so many."""
HELP_WORDS = 2
"""Words of « aide cra »."""
STARTS_MAX = 2
"""Features that a greeting is answered with."""
ASKS_TEAM = "hotline"
"""The command to which a text goes that is more than a sentence."""
OPENING = frozenset({"cra", ASKS_TEAM})
"""Commands that write down no more than what may be lost, or open a window: plain words may run them."""
PAGES = {
    "mes-donnees effacer": "mes-donnees",
    "mes-donnees annuler": "mes-donnees",
    "moderer exclure": "aide moderer",
    "moderer nettoyer": "aide moderer",
    "membres depart": "aide membres",
    "canaux archiver": "aide canaux",
}
"""What cannot be undone is not even proposed: in its place there is the page about it."""
COMING = {
    Intention.VISIO: "des visioconférences",
    Intention.IDEE: "des idées d’évolution",
    Intention.KIT: "du kit et de la tenue",
}
"""What is understood before there is a command for it; where there is one, that is led to."""
HELLO = frozenset({"bonjour", "bonsoir", "salut", "coucou", "hello", "hey", "bjr", "slt", "yo"})
BYE = frozenset({"bonne", "bon", "au", "ciao", "bye", "adieu"})
SMILE = "slightly_smiling_face"


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said, without the bot’s name.

    ``view`` are the features that they may use, ``off`` the commands that are switched off; ``intro`` names the channel
    in which it was said, ``direct`` is the one in which it is answered then; ``added`` is what features offer for it.
    """

    message: Spoken
    words: str
    view: FeatureList
    off: Collection[str] = ()
    intro: str = ""
    direct: str = ""
    added: Sequence[Button] = ()

    @property
    def is_long(self) -> bool:
        """Whether it is more than a sentence: several lines, files, or too much to be read as one."""
        return len(self.words) > SAID_MAX or "\n" in self.words.strip() or bool(self.message.file_ids)

    def answer(self, text: str, buttons: Sequence[Button] = (), question: Question | None = None) -> Direct:
        """An answer to it, in private."""
        told = Markdown(f"{self.intro}\n{text}" if self.intro else text)
        root = "" if isinstance(self.message, Addressed) else self.message.root_id
        return Direct(told, buttons, question=question, user_id=self.message.user_id, root_id=root)

    def perform(self, line: str, label: str = "") -> list[Reply]:
        """A command that stands for it, as if it had been typed in the direct channel."""
        run = Perform(line, label=label, channel_id=self.direct)
        return [self.answer(""), run] if self.intro else [run]


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered; ``settles`` is the place whose question that settles."""

    replies: Sequence[Reply] = field(default=())
    settles: str | None = None


class Conversation:
    """Understands what is said to the bot; only reads, and may ask Mattermost."""

    def __init__(self, home: Home) -> None:
        self._home = home

    @cached_property
    def _triggers(self) -> Mapping[str, Trigger]:
        return {trigger.key[1]: trigger for feature in self._home.features for trigger in feature.commands}

    async def answer(self, ctx: ReadingContext, message: Spoken) -> Answered | None:
        """Answer plain words; None where they are for somebody else, or nobody is there to be answered."""
        if not await is_active(ctx, message.user_id):
            return None
        claimed = await self._home.hear(ctx, message)
        if any(each.is_its for each in claimed):
            return None
        heard = await self._hear(ctx, message, [button for each in claimed for button in each.buttons])
        if isinstance(message, Addressed) and not message.by_name:
            return self._answer_under_post(ctx, heard)
        if not heard.message.file_ids and (word := read_answer(heard.words)):
            return await self._answer_word(ctx, heard, word)
        return await self._answer_sentence(ctx, heard)

    async def _hear(self, ctx: ReadingContext, message: Spoken, added: Sequence[Button]) -> Heard:
        name = (await ctx.chat.me()).username
        words = re.sub(rf"(?<![\w@.+-])@{re.escape(name)}(?![\w-])[ ,:]*", " ", message.text, flags=re.IGNORECASE)
        off = {t.key[1] for feature in self._home.list_off(ctx) for t in feature.commands}
        heard = Heard(message, words.strip(), await self._home.seen_by(ctx), off, added=added)
        if not isinstance(message, Addressed):
            return heard
        channel = await ctx.chat.channel(message.channel_id)
        place = link(f"~{channel.display_name}", make_permalink(ctx.settings, message.post_id))
        direct = await ctx.chat.direct_channel(message.user_id)
        return replace(heard, intro=render("aide/written_in", place=place, said=quote(heard.words)), direct=direct)

    def _read(self, ctx: Context, heard: Heard) -> Reading:
        """Read a sentence; what is switched off is understood, too, and says so when it is run."""
        off = {name for name in heard.off if ctx.user.may(self._triggers[name].roles)}
        return understand(heard.words, ctx.today, self._home.lines, {*heard.view.commands, *off})

    def _find_typed(self, words: str) -> str:
        """The command that was typed without its bar; « aide » and a subject is one, too."""
        if (typed := read_typed(words, self._home.lines)) and typed.sure:
            return typed.line.removeprefix("/")
        line = self._home.lines.call(words)
        return line if len(line.split()) == HELP_WORDS and self._home.lines.find(line)[0] == HELP else ""

    def _answer_under_post(self, ctx: Context, heard: Heard) -> Answered | None:
        """Answer who did not call the bot by its name only where that is surely a request: people talk to each other
        under its posts."""
        reading = self._read(ctx, heard)
        asks = reading.sure and reading.line and not heard.is_long
        return Answered(self._do(heard, reading)) if asks else None

    async def _answer_sentence(self, ctx: ReadingContext, heard: Heard) -> Answered:
        if line := self._find_typed(heard.words):
            return Answered(heard.perform(line))
        reading = self._read(ctx, heard) if heard.words else Reading(Intention.POLITESSE, "", sure=True)
        match reading.intention:
            case Intention.POLITESSE if not heard.is_long and (not heard.words or _find_words(heard.words)):
                return await self._answer_manners(ctx, heard)
            case Intention.ANNULER if not heard.is_long:
                return await self._answer_word(ctx, heard, Answer.NO)
        is_sure = reading.sure and not heard.is_long and not (heard.added and reading.line.startswith(f"/{ASKS_TEAM}"))
        if is_sure and reading.line:
            return Answered(self._do(heard, reading))
        return Answered([self._propose(ctx, heard, reading)])

    def _do(self, heard: Heard, reading: Reading) -> Sequence[Reply]:
        """Do at once what changes nothing, or opens a window; propose the rest."""
        line, trigger = self._tame(reading.line)
        if trigger is None or trigger.key[1] in OPENING | {*heard.off} or not (trigger.writes or trigger.asks):
            return heard.perform(line, _say_verb(_say_line(line, trigger)))
        return [self._offer(heard, [self._make_proposal(reading)])]

    def _tame(self, line: str) -> tuple[str, Trigger | None]:
        """The line to run, and its command; the page about it where it cannot be undone."""
        name = self._home.lines.find(line)[0]
        if page := PAGES.get(name):
            return page, self._triggers.get(self._home.lines.find(page)[0])
        return line.removeprefix("/"), self._triggers.get(name)

    def _make_proposal(self, reading: Reading) -> Button:
        """A reading in words, as a button."""
        line, trigger = self._tame(reading.line)
        return Button(shorten(_say_line(line, trigger), LABEL_MAX), RunCommand(line=line), "primary")

    def _propose(self, ctx: Context, heard: Heard, reading: Reading) -> Direct:
        """Offer what may have been meant; a long text goes to the team whole, or is none of the bot’s business."""
        read = [each for each in (reading, *reading.others) if each.line and self._is_on(heard, each)]
        offered = list({self._tame(each.line)[0]: self._make_proposal(each) for each in read}.values())
        if heard.is_long:
            offered = [each for each in offered if not _asks_team(each)][:1]
            offered = [*self._offer_whole(ctx, heard), *offered]
        offered = [*heard.added, *offered][:PROPOSED_MAX] if offered else list(heard.added)
        if not offered:
            coming = "" if reading.line else COMING.get(reading.intention, "")
            told = render("aide/not_for_us", said=quote(heard.words), coming=coming)
            return heard.answer(told, [_other("Voir ce que je sais faire")])
        return self._offer(heard, offered)

    def _is_on(self, heard: Heard, reading: Reading) -> bool:
        trigger = self._tame(reading.line)[1]
        return trigger is not None and trigger.key[1] not in heard.off

    def _offer(self, heard: Heard, offered: Sequence[Button]) -> Direct:
        only = Question(yes=offered[0] if len(offered) == 1 else None)
        text = render("aide/perhaps", is_long=heard.is_long, files=len(heard.message.file_ids), count=len(offered))
        return heard.answer(text, [*offered, _other("Autre chose")], only)

    def _offer_whole(self, ctx: Context, heard: Heard) -> Sequence[Button]:
        """Offer to ask the team with the whole message, its files too, and to share the files."""
        source = make_permalink(ctx.settings, heard.message.post_id)
        offered = {
            ASKS_TEAM: Button("Demander de l’aide à l’équipe", RunCommand(line=f"{ASKS_TEAM} {source}"), "primary")
        }
        if heard.message.file_ids:
            offered["ressources ajouter"] = Button("Proposer une ressource", RunCommand(line="ressources ajouter"))
        return [button for command, button in offered.items() if command in heard.view.commands]

    async def _answer_manners(self, ctx: ReadingContext, heard: Heard) -> Answered:
        """Answer politeness briefly, and what follows it by an emoji."""
        asked = await find_asked(ctx, heard.message)
        if asked and asked.was_polite(ctx.now):
            return Answered(_smile(heard))
        words = _find_words(heard.words)
        manner = "hello" if HELLO & words or not words else "bye" if BYE & words else "thanks"
        starts = heard.view.shown[:STARTS_MAX] if manner == "hello" else []
        buttons = [Button(chapter.front.title, RunCommand(line=chapter.start)) for chapter in starts]
        buttons += [_other("Autre chose")] if buttons else []
        text = render("aide/manners", manner=manner, prenom=ctx.user.prenom or "")
        return Answered([heard.answer(text, buttons, Question(polite=True))])

    async def _answer_word(self, ctx: ReadingContext, heard: Heard, word: Answer) -> Answered:
        """Answer « oui », « non » and « merci », which mean what they mean after the bot’s last question."""
        asked = await find_asked(ctx, heard.message)
        if asked is None or asked.question.polite:
            return self._answer_nothing(heard, word, is_more=bool(asked and asked.was_polite(ctx.now)))
        if word is Answer.THANKS or not asked.is_last:
            text = render("aide/still_open", thanks=word is Answer.THANKS)
            return Answered([heard.answer(text, asked.buttons, asked.again)])
        pressed = asked.yes if word is Answer.YES else asked.no
        if pressed:
            return Answered([asked.press(pressed)], settles=asked.question.place)
        if word is Answer.NO and asked.yes:
            return Answered([heard.answer(render("aide/left_there"))], settles=asked.question.place)
        return Answered([heard.answer(render("aide/only_click"))])

    def _answer_nothing(self, heard: Heard, word: Answer, *, is_more: bool) -> Answered:
        """Answer a word that answers no question, kindly and without doing anything; ``is_more`` politeness than there
        was just before is answered by an emoji."""
        if is_more and word is not Answer.NO:
            return Answered(_smile(heard))
        if word is Answer.THANKS:
            text = render("aide/manners", manner="thanks", prenom="")
            return Answered([heard.answer(text, (), Question(polite=True))])
        text = render("aide/nothing_open", cancels=word is Answer.NO)
        return Answered([heard.answer(text, [_other("Voir ce que je sais faire")])])


def _other(label: str) -> Button:
    """The home, for whom nothing else is right."""
    return Button(label, RunCommand(line=HELP))


def _find_words(said: str) -> set[str]:
    """The words of what was said: emojis and signs are none."""
    return set(re.findall(r"[a-zà-ÿ]+", said.lower()))


def _smile(heard: Heard) -> Sequence[Reply]:
    """Answer politeness with an emoji; in a channel of others with nothing."""
    message = heard.message
    return [] if isinstance(message, Addressed) else [React(message.post_id, SMILE, channel_id=message.channel_id)]


def _say_line(line: str, trigger: Trigger | None) -> str:
    """A line in words; one that has none is what the help says of its command."""
    said = propose(line)
    return trigger.help if trigger and said == quote(line) else said


def _say_verb(proposal: str) -> str:
    """What a proposal does, without its details."""
    return shorten(re.split(r"\s:\s", proposal)[0], LABEL_MAX)


def _asks_team(button: Button) -> bool:
    return isinstance(button.payload, RunCommand) and button.payload.line.split()[0] == ASKS_TEAM


def build_aide(features: Iterable[Feature]) -> Feature:
    """Build the feature that tells of all the others (and of itself)."""
    feature = Feature("aide", rights=(Right.MEMBER,), always=True)
    home = Home((feature, *features))
    talk = Conversation(home)

    @feature.command("aide", help="Voir ce qui vous attend, et ce que vous pouvez faire ici", hint="[fonction]")
    async def help_me(ctx: ReadingContext, about: str) -> Replies:
        told = await answer_help(home, ctx, about)
        return Whisper(told.text, told.buttons)

    @feature.command("accueil", help="Voir ce qui vous attend, votre mois, les nouvelles, et qui est joignable")
    async def show_home(ctx: ReadingContext, _: str) -> Replies:
        """Show the home, the first page of « /aide »."""
        return await help_me(ctx, "")

    feature.command("accueil liens", help="Ouvrir les outils du réseau : Pix, Les Bases, RDV…", roles=NETWORK)(
        show_links
    )
    feature.button(ShowLinks, name="aide.ShowLinks", roles=NETWORK, writes=False)(show_links)
    feature.button(MakeLink, name="aide.MakeLink", roles=NETWORK, writes=False)(make_link)

    @feature.button(RunCommand, name="lines.Run", writes=False)
    async def run(ctx: Context, click: RunCommand) -> Replies:
        """Run the command that a button stands for."""
        return Perform(click.line)

    @feature.button(WordedButton, name="lines.Again", writes=False)
    async def press_again(ctx: Context, click: WordedButton) -> Replies:
        """Go on with the button of a question that was shown again."""
        return Redirect(click.name, click.data)

    async def read_words(ctx: ReadingContext, message: Spoken) -> Answered | None:
        return await talk.answer(ctx, message)

    @feature.event(DirectMessage, name="aide.written_to.DirectMessage", asks=read_words)
    async def written_to(ctx: Context, message: DirectMessage, answered: Answered) -> Replies:
        """Answer plain words in the direct channel, unless a feature says that they are for it."""
        return await _say(ctx, answered)

    @feature.event(Addressed, name="aide.addressed.Addressed", asks=read_words)
    async def addressed(ctx: Context, message: Addressed, answered: Answered) -> Replies:
        """Answer in private who spoke to the bot in a channel of others."""
        return await _say(ctx, answered)

    return feature


async def _say(ctx: Context, answered: Answered) -> Sequence[Reply]:
    if answered.settles is not None:
        await questions.settle(ctx.db, ctx.user.id, answered.settles)
    return answered.replies
