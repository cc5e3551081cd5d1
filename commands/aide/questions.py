"""A message in plain words and its answer; the bot’s last question in a conversation, and what was said there around
it."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.actions import DeletePost
from bot.admission import refuse_role
from bot.answers import list_cards, list_labels
from bot.command_lines import HELP, SAID_MAX
from bot.context import Context, ReadingContext
from bot.events import Addressed, DirectMessage, Spoken
from bot.features import AccessHook, Trigger
from bot.forms import Clues, name_of
from bot.listings import ListedLine, read_listing
from bot.mattermost import ChatPost
from bot.outbox.actions import read_mark
from bot.replies import Button, Direct, Perform, Question, Redirect, Reply, RunCommand, WordedButton
from bot.texts import Markdown, quote, render
from commands.aide.home import PROPOSED_MAX, FeatureList
from dialogs.cra.coordination import amend_line, read_coordination_line
from dialogs.cra.line.complaints import read_complaint
from dialogs.cra.line.corrections import Correction, SpokenOf, read_correction
from dialogs.plain_words import Intention, Reading
from dialogs.plain_words.answers import ShortAnswer, is_rude, says_cancel, says_solved
from dialogs.plain_words.lists import LastList, name_list, read_noted
from dialogs.plain_words.reports import tells_reports
from dialogs.rdv.amendments import amend_rdv
from dialogs.rdv.parts import UsualRdv, read_shown
from storage import drafts
from storage.cra.coordination import CoordinationKind

CORRECTED = {
    "cra.Drop": "cra.Correct",
    "cra.DropCoordination": "cra.CorrectCoordination",
    "rdv.Drop": "rdv.Correct",
}
"""The buttons by which a previewed report or rdv is left: where one stands, the bot’s last question is about that. With
each the button, never shown, for which what is said of the preview stands."""
DROPPED = frozenset({"cra.Resume", "cra.ResumeCoordination", "rdv.Resume"})
"""The buttons that bring a dropped preview back: its question keeps them in the place of « non »."""
RATINGS = frozenset({"hotline.Rate"})
"""The buttons by which help is rated: « merci » is no answer, but leaves nothing to be asked again."""
BESIDE = frozenset({Intention.CRA, Intention.HORS_SUJET, Intention.POLITESSE, Intention.ANNULER})
"""What a bare « 45 min », « à Bron » may be taken for where nothing was said before it; « non finalement 1h » cancels
nothing."""
LOOKED_AT = 40
"""How many posts of a conversation are searched for the bot’s last question."""
MANY = 2
"""From more parts of a report than that on, words are read as a report even if they may mean something else."""
POLITE_FOR = timedelta(hours=1)
"""For how long after an answered politeness further ones get no answer."""
BOTH_CLOCKS = 2.0
"""The most seconds that the clocks of the server and of the bot may differ."""
LISTED_MAX = 600
"""The most characters of several lines that are read as reports."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message in plain words, without the bot’s name.

    ``view`` are the features that its author may use, ``off`` the commands that are switched off; ``intro`` names the
    channel in which it was written, ``direct`` the direct channel in which it is then answered; ``added`` is what
    features offer for it.
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
        """Whether the message is more than a sentence: several lines, files, or too long to be read as one."""
        return len(self.words) > SAID_MAX or "\n" in self.words.strip() or bool(self.message.file_ids)

    @property
    def lists_reports(self) -> bool:
        """Whether each line of the message describes a report."""
        return len(self.words) <= LISTED_MAX and not self.message.file_ids and tells_reports(self.words)

    def answer(self, text: str, buttons: Sequence[Button] = (), question: Question | None = None) -> Direct:
        """Answer what was said, in private."""
        told = Markdown(f"{self.intro}\n{text}" if self.intro else text)
        root = "" if isinstance(self.message, Addressed) else self.message.root_id
        return Direct(told, buttons, question=question, user_id=self.message.user_id, root_id=root)

    def put_together(self, offered: Sequence[Button], *, is_first: bool) -> list[Button]:
        """Put what features offer for the message beside what it was taken for: ``is_first`` where it means nothing
        better."""
        kept = offered[: PROPOSED_MAX - len(self.added)]
        return [*self.added, *kept] if is_first else [*kept, *self.added]

    def perform(self, line: str, label: str = "") -> list[Reply]:
        """Run the command that was understood, as if it had been typed in the direct channel."""
        run = Perform(line, label=label, channel_id=self.direct)
        return [self.answer(""), run] if self.intro else [run]

    def ask_which(self) -> list[Reply]:
        """Answer what is said of a list that was not shown: show it, or ask for a number where no kind is named."""
        listing = name_list(self.words)
        return self.perform(listing) if listing else [self.answer(render("aide/no_list"))]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a message; ``settles`` is the place whose open question it settles, ``origin`` what was said before
    that it is about, of which it ``begins`` nothing if it only puts that right."""

    replies: Sequence[Reply] = field(default=())
    settles: str | None = None
    origin: str = ""
    begins: bool = True


@dataclass(frozen=True, slots=True)
class AskedHere:
    """An open question of the bot in this conversation. ``is_last`` is False once the bot has said something else
    since, with or without buttons as ``ends_in_buttons`` says: an answer may be meant for that: it is asked again."""

    question: drafts.OpenQuestion
    post_id: str
    is_last: bool
    ends_in_buttons: bool = False
    parts: Sequence[str] = ()
    """The posts of the same message before that one: an old server takes several of them for many cards."""

    @property
    def preview(self) -> dict[str, Any] | None:
        """What is previewed, where the question is whether to keep it; plain words put it right."""
        data = self.question.no.get("data")
        if not isinstance(data, dict) or self.question.no.get("name") not in CORRECTED:
            return None
        shown = data if self.is_coordination else data.get("shown")
        return shown if isinstance(shown, dict) else None

    @property
    def is_dropped(self) -> bool:
        """Whether what was asked is left: a preview that was dropped, and can be brought back."""
        return self.question.no.get("name") in DROPPED

    @property
    def is_rating(self) -> bool:
        """Whether all that was asked is whether something helped."""
        return self.question.no.get("name") in RATINGS

    @property
    def is_proposal(self) -> bool:
        """Whether « oui » would run a command that was proposed for what was said."""
        return self.question.yes.get("name") == name_of(RunCommand)

    @property
    def is_rdv(self) -> bool:
        """Whether a rdv is previewed, which has its hour."""
        return self.question.no.get("name") == "rdv.Drop"

    @property
    def is_coordination(self) -> bool:
        """Whether a report of coordination is previewed, of which any day, duration, number or sort is said."""
        return self.question.no.get("name") == "cra.DropCoordination"

    @property
    def subject(self) -> SpokenOf:
        """What is spoken of: how many reports, and what was asked of them last."""
        shown = self.preview or {}
        return SpokenOf(len(shown.get("reports", [""])), str(shown.get("asked", "")), shown.get("place"))

    @property
    def place(self) -> str:
        """Where it was asked: the channel of a whisper, "" in the direct channel."""
        return "" if self.question.place == drafts.SPOKEN_OF else self.question.place

    @property
    def origin(self) -> str:
        """The post in which what is previewed was first said, or the key of what was typed as a command."""
        data = self.question.no.get("data") or {}
        return str((data.get("shown") or data).get("key") or "")

    def is_amended(self, said: str, clues: Clues) -> bool:
        """Return whether what is said puts the previewed report of coordination, or rdv, right."""
        shown = self.preview or {}
        if self.is_rdv:
            return amend_rdv(read_shown(shown), said, clues, UsualRdv(), str(shown.get("asked", ""))) is not None
        asked = str(shown.get("asked", ""))
        return amend_line(CoordinationKind(shown["kind"]), shown["raw"], said, clues, asked) is not None

    def correct(self, said: str) -> Redirect:
        """Put right what is previewed; "" shows it once more."""
        name = CORRECTED[str(self.question.no["name"])]
        return Redirect(name, {"shown": self.preview, "said": said}, self.post_id)

    @property
    def yes(self) -> Button | None:
        """The button that « oui » presses, if any."""
        return _make_button(self.question.yes)

    @property
    def no(self) -> Button | None:
        """The button that « non » presses, if any."""
        return _make_button(self.question.no)

    def was_polite(self, now: datetime) -> bool:
        """Return whether the bot’s last words were politeness, said a short while ago."""
        return self.question.polite and self.is_last and now - self.question.asked_at < POLITE_FOR

    @property
    def buttons(self) -> list[Button]:
        """The buttons of the question, to be shown again."""
        return [button for button in (self.yes, self.no) if button]

    @property
    def again(self) -> Question:
        """The question to ask again."""
        return Question(self.yes, self.no)

    def show_again(self, reply: Direct) -> Answered:
        """Answer by the question once more: it goes with what it is about."""
        return Answered([reply], origin=self.origin, begins=not self.origin)

    def press(self, button: Button) -> Redirect:
        """Press the button that a word stands for."""
        worded = WordedButton.model_validate(self.question.yes if button == self.yes else self.question.no)
        return Redirect(worded.name, worded.data, self.post_id, worded.label)


def _make_button(stored: dict[str, object]) -> Button | None:
    if not stored:
        return None
    worded = WordedButton.model_validate(stored)
    return Button(worded.label, worded)


async def find_asked(ctx: ReadingContext, message: Spoken) -> AskedHere | None:
    """Find the bot’s last open question in the conversation of a message."""
    whispered = await drafts.find_question(ctx.db, ctx.user.id, message.channel_id, ctx.now)
    if isinstance(message, Addressed):
        return AskedHere(whispered, "", is_last=True) if whispered else None
    told = await drafts.find_question(ctx.db, ctx.user.id, "", ctx.now)
    if not (whispered or told):
        return None
    own = await read_own(ctx, message)
    if whispered and not (told and told.asked_at > whispered.asked_at):
        return AskedHere(whispered, "", is_last=True) if not _is_after(own, whispered) else None
    at = next((post for post in own if told and told.message_id in {post.id, read_mark(post)}), None)
    if told is None or at is None or not _still_asks(at, told):
        return None
    return AskedHere(told, at.id, is_last=at.id == own[-1].id, ends_in_buttons=bool(list_labels(own[-1])))


async def find_preview(ctx: ReadingContext, message: DirectMessage, *, dropped: bool = False) -> AskedHere | None:
    """Find what was previewed last, wherever it was typed, and could still be saved; or what was ``dropped`` last."""
    asked = await drafts.list_questions(ctx.db, ctx.user.id, ctx.now)
    open_here = {question.place: AskedHere(question, "", is_last=True) for question in asked if question.place}
    previews = [each.question for each in open_here.values() if (each.is_dropped if dropped else each.preview)]
    if not previews:
        return None
    own = await read_own(ctx, message)
    for question in previews:
        if question.place != drafts.SPOKEN_OF:
            return AskedHere(question, "", is_last=question is asked[0] and not _is_after(own, question))
        at = next((post for post in own if question.message_id in {post.id, read_mark(post)}), None)
        if at and _still_asks(at, question):
            return AskedHere(question, at.id, is_last=at.id == own[-1].id, parts=_list_parts(own, at))
    return None


def _list_parts(own: Sequence[ChatPost], last: ChatPost) -> Sequence[str]:
    """List the posts before the last one of a message: its text stands in the first."""
    parts = [last]
    for post in reversed(own[: own.index(last)]):
        if parts[0].message:
            break
        parts.insert(0, post)
    return [post.id for post in parts[:-1]]


def put_right(heard: Heard, asked: AskedHere, said: str | None = None) -> Answered:
    """Put right what is previewed; it is shown once more under what was said, so that it goes above."""
    # Not from above a thread, where what was just written would go with it.
    wrong = [*asked.parts, asked.post_id] if asked.post_id and not heard.message.root_id else []
    gone = [DeletePost(each, channel_id=heard.direct or heard.message.channel_id) for each in wrong]
    intro = [heard.answer("")] if heard.intro else []
    # What was whispered elsewhere is asked in the direct channel from now on.
    settled = asked.place or None
    right = asked.correct(heard.words if said is None else said)
    return Answered([*intro, *gone, right], settled, asked.origin, begins=False)


async def answer_puzzled(ctx: ReadingContext, heard: Heard) -> Answered | None:
    """Show the open question once more to who does not see what is asked; None where there is none but an old one, or
    a mere proposal."""
    asked = await find_asked(ctx, heard.message)
    if asked is None or asked.question.polite or asked.is_dropped:
        return None
    if asked.preview:
        return put_right(heard, asked, said="")
    if asked.is_proposal or not (asked.is_last and asked.buttons):
        return None
    text = render("aide/still_open", thanks=False, is_left=True)
    return asked.show_again(heard.answer(text, asked.buttons, asked.again))


def say_of_preview(asked: AskedHere, words: str, word: ShortAnswer) -> str | None:
    """Return what a word says of a preview: that something is wrong, or that it is left as it was; "" where it is shown
    once more, since it is out of sight or cannot be saved; None where it answers the question."""
    if word is ShortAnswer.THANKS:
        return None
    if says_solved(words):
        return ""
    is_asked = asked.is_last and bool(asked.subject.part)
    if not asked.is_last or word is ShortAnswer.YES:
        return words if is_asked else None if asked.is_last and asked.yes else ""
    complaint = read_complaint(words)
    if complaint and complaint.is_wrong:
        return words
    return words if is_asked and not says_cancel(words) else None


def is_about(correction: Correction, meant: Reading, asked: AskedHere) -> bool:
    """Return whether what could correct the previewed report is said of it, rather than of something else."""
    if correction.complains and correction.named and correction.is_announced:
        return True
    if correction.is_another or (meant.sure and meant.intention not in BESIDE):
        return False
    is_bare = correction.complains or correction.elements <= {"themes"}
    return asked.is_last or correction.is_announced or meant.intention in BESIDE or not is_bare


def tells_report(ctx: Context, words: str, reading: Reading) -> bool:
    """Return whether words are parts of a report and nothing else: its preview asks whether they are one."""
    if reading.intention is not Intention.CRA or " " not in reading.line:
        return False
    if reading.line.startswith("/cra coordination "):
        shown = read_coordination_line(reading.line.removeprefix("/cra coordination "), ctx.clues)
        return bool(shown.raw.get("duree"))
    told = read_correction(words, ctx.clues)
    return told is not None and told.is_another and (len(told.elements) > MANY or not reading.others)


def be_direct(message: Spoken, direct: str) -> DirectMessage:
    """Return the message as if it had been written in the direct channel."""
    if isinstance(message, DirectMessage):
        return message
    return DirectMessage.model_validate(message.model_dump(exclude={"by_name"}) | {"channel_id": direct, "root_id": ""})


async def list_said(ctx: ReadingContext, message: Spoken, direct: str) -> list[str]:
    """List what who speaks said to the bot before, there or in the direct channel, lately, oldest first."""
    name = (await ctx.chat.me()).username
    posts = list(await _read_posts(ctx, be_direct(message, direct)))
    if isinstance(message, Addressed):
        posts += [post for post in await _read_posts(ctx, message) if f"@{name}" in post.message.lower()]
    said = [post for post in posts if post.user_id == message.user_id and not post.type and post.id != message.post_id]
    return [post.message.replace(f"@{name}", " ").strip() for post in sorted(said, key=lambda post: post.create_at)]


async def read_own(ctx: ReadingContext, message: Spoken) -> list[ChatPost]:
    """Read the bot’s recent posts there, oldest first."""
    bot = await ctx.chat.me()
    return [post for post in await _read_posts(ctx, message) if post.user_id == bot.id and not post.type]


LISTS_LOOKED_AT = 3
"""Among how many of the bot’s last posts the list is searched that somebody means."""


async def read_last_list(ctx: ReadingContext, message: DirectMessage) -> LastList:
    """Read the last list that was shown there or whispered."""
    whispered = await drafts.find_question(ctx.db, ctx.user.id, drafts.LISTED, ctx.now)
    own = (await read_own(ctx, message))[-LISTS_LOOKED_AT:]
    since = [post for post in own if whispered and _is_after([post], whispered)]
    shown = next(filter(None, (_read_post(post) for post in reversed(since or own))), [])
    if whispered and len(since) < LISTS_LOOKED_AT and not (since and shown):
        numbers = list(whispered.no["numbers"])
        said = list(whispered.no.get("lines", numbers))
        return LastList(str(whispered.no["command"]), [ListedLine(*both) for both in zip(numbers, said, strict=False)])
    return LastList("", shown)


async def list_spoken_of(ctx: ReadingContext, heard: Heard, before: str) -> Sequence[str]:
    """List the lines that « je le prends » may be said of, the likeliest first: what was asked for ``before`` in words,
    and the ticket that a typed command showed; before both, the appointment that was noted last."""
    shown = await drafts.find_question(ctx.db, ctx.user.id, drafts.LISTED, ctx.now)
    if shown is None or shown.no["command"] != "ticket":
        own = await read_own(ctx, be_direct(heard.message, heard.direct))
        return [*filter(None, (read_noted(post.message, list_labels(post)) for post in own[-1:])), before]
    own = (await read_own(ctx, be_direct(heard.message, heard.direct)))[-LISTS_LOOKED_AT:]
    typed = f"/ticket {shown.no['numbers'][0]}"
    since = [post for post in own if _is_after([post], shown)]
    return [typed, before] if not since else [before, typed] if len(since) < LISTS_LOOKED_AT else [before]


def _read_post(post: ChatPost) -> Sequence[ListedLine]:
    cards = [str(card.get("text") or "") for card in list_cards(post)]
    return read_listing(post.message, cards if len(cards) > 1 else ())


async def _read_posts(ctx: ReadingContext, message: Spoken) -> list[ChatPost]:
    """Read all recent posts there, oldest first."""
    if message.root_id:
        posts = await ctx.chat.thread(message.root_id)
    else:
        posts = await ctx.chat.newest_posts(message.channel_id, 0, LOOKED_AT)
    until = message.at if message.is_again else sys.maxsize
    return sorted((post for post in posts if post.create_at <= until), key=lambda post: post.create_at)


def _is_after(own: list[ChatPost], question: drafts.OpenQuestion) -> bool:
    """Return whether the bot posted anything since it whispered a question."""
    return bool(own) and own[-1].create_at / 1000 > question.asked_at.timestamp() + BOTH_CLOCKS


def _still_asks(post: ChatPost, question: drafts.OpenQuestion) -> bool:
    """Return whether a post still shows the buttons of its question; they go once one was pressed."""
    labels = {str(stored["label"]) for stored in (question.yes, question.no) if stored}
    return not labels or not labels.isdisjoint(list_labels(post))


async def says_ticket_solved(ctx: ReadingContext, heard: Heard) -> bool:
    """Return whether « c’est résolu » may be said of a ticket that a command showed: the bot asked nothing since."""
    if not says_solved(heard.words):
        return False
    asked = await find_asked(ctx, heard.message)
    return asked is None or asked.is_proposal or not asked.yes


def lead_home(label: str) -> Button:
    """Make a button to the home page, for when no proposal is right."""
    return Button(label, RunCommand(line=HELP))


async def refuse_wish(ctx: Context, heard: Heard, trigger: Trigger, access: AccessHook | None) -> Answered:
    """Refuse what is reserved for other roles, with the way on."""
    refused = await refuse_role(ctx, trigger, access, is_wish=True)
    return Answered([heard.answer(refused.text, [*refused.buttons, lead_home("Voir ce qui vous est ouvert")])])


def say_not_for_us(heard: Heard, coming: str) -> Direct:
    """Answer what means nothing; who scolds the bot reads an excuse, and how to reach a person."""
    rude = is_rude(heard.words)
    asks_team = [Button("Demander de l’aide à l’équipe", RunCommand(line="hotline"), "primary")]
    told = render("aide/not_for_us", said=quote(heard.words), coming=coming, is_rude=rude)
    return heard.answer(told, [*asks_team * rude, lead_home("Voir ce que je sais faire")])
