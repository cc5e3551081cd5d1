"""Plain words said to the bot, and the bot’s answer to them."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.account_status import is_active
from bot.actions import React
from bot.admission import find_access
from bot.answers import list_labels
from bot.command_lines import HELP
from bot.context import Context, ReadingContext
from bot.events import Addressed, Spoken
from bot.features import Trigger
from bot.permalinks import make_permalink
from bot.plain_text import shorten
from bot.replies import Button, Direct, Question, Reply, RunCommand
from bot.texts import link, quote, render
from commands.aide.home import ASKS_TEAM, LABEL_MAX, PROPOSED_MAX, Home, find_erasure_undo, say_line, say_verb
from commands.aide.questions import (
    BESIDE,
    Answered,
    AskedHere,
    Heard,
    answer_puzzled,
    be_direct,
    find_asked,
    find_preview,
    is_about,
    lead_home,
    list_said,
    list_spoken_of,
    put_right,
    read_last_list,
    read_own,
    refuse_wish,
    say_not_for_us,
    say_of_preview,
    says_ticket_solved,
    tells_report,
)
from config.text import mention
from dialogs.cra.line.complaints import read_complaint
from dialogs.cra.line.corrections import SAID_MAX as CORRECTION_MAX
from dialogs.cra.line.corrections import read_correction
from dialogs.plain_words import Intention, Reading, permit, understand
from dialogs.plain_words.answers import (
    LAST,
    ShortAnswer,
    draw_emojis,
    find_words,
    is_puzzled,
    names_place,
    only_thanks,
    read_answer,
    read_listed,
    read_manner,
    read_ordinal,
    resumes,
    returns_to_report,
    says_cancel,
    says_right,
    says_save,
    says_solved,
    says_thanks,
    says_wait,
)
from dialogs.plain_words.commands import read_typed
from dialogs.plain_words.follow_ups import SentenceReader, follow_up, may_follow
from dialogs.plain_words.lists import (
    REPORTS,
    find_list_line,
    name_list,
    names_number,
    read_described,
    read_receipt,
    read_undo,
    says_correct,
)
from dialogs.plain_words.reports import REPORT_ACTS
from storage.annuaire import NETWORK
from storage.cra.habits import find_last_report
from storage.cra.search import find_sheet

HELP_WORDS = 2
"""The number of words of a request for help on a feature: « aide cra »."""
STARTS_MAX = 2
"""How many features the answer to a greeting offers."""
SAID_BEFORE = 5
"""How many earlier sentences are read to know what the last one is about."""
COMING = {
    Intention.VISIO: "des visioconférences",
    Intention.IDEE: "des idées d’évolution",
    Intention.KIT: "du kit et de la tenue",
}
"""What intentions are about for which this bot may have no command."""
SMILE, WAITING = "slightly_smiling_face", "ok_hand"


class Conversation:
    """Understands plain words and answers them. It only reads, and may ask Mattermost."""

    def __init__(self, home: Home) -> None:
        self._home = home

    async def answer(self, ctx: ReadingContext, message: Spoken) -> Answered | None:
        """Answer a message; None if a feature takes it, or if its author is unknown."""
        claimed = await self._home.hear(ctx, message)
        if claimed is None or not await is_active(ctx, message.user_id):
            return None
        heard = await self.hear(ctx, message, [button for each in claimed for button in each.buttons])
        if isinstance(message, Addressed) and not message.by_name:
            return self._answer_under_post(ctx, heard)
        if told := next((each for each in claimed if each.text), None):
            more = "Autre chose" if ctx.user.may(NETWORK) else "Voir ce qui vous est ouvert"
            return Answered([heard.answer(told.text, [*told.buttons, lead_home(more)])])
        if not heard.message.file_ids and (word := read_answer(heard.words)):
            shown = await self._answer_follow_up(ctx, heard) if await says_ticket_solved(ctx, heard) else None
            return shown or await self._answer_word(ctx, heard, word)
        beside = None if heard.is_long else await self._answer_beside(ctx, heard)
        return beside or await self._answer_sentence(ctx, heard)

    async def hear(self, ctx: ReadingContext, message: Spoken, added: Sequence[Button] = ()) -> Heard:
        """Return a message as it is understood: its words, and what its author may use."""
        name = (await ctx.chat.me()).username
        words = re.sub(mention(name) + "[ ,:]*", " ", message.text, flags=re.IGNORECASE)
        words = draw_emojis(words)
        off = {t.key[1] for feature in self._home.list_off(ctx) for t in feature.commands}
        heard = Heard(message, words.strip(), await self._home.seen_by(ctx), off, added=added)
        if not isinstance(message, Addressed):
            return heard
        channel = await ctx.chat.channel(message.channel_id)
        place = link(f"~{channel.display_name}", make_permalink(ctx.settings, message.post_id))
        direct = await ctx.chat.direct_channel(message.user_id)
        return replace(heard, intro=render("aide/written_in", place=place, said=quote(heard.words)), direct=direct)

    def _read(self, ctx: Context, heard: Heard) -> Reading:
        """Read a sentence, whoever may do what it says."""
        if not heard.words:
            return Reading(Intention.POLITESSE, "", sure=True)
        meant = understand(heard.words, ctx.today, self._home.lines)
        is_theirs = (meant.duty or self._home.lines.find(meant.line)[0]) in heard.view.commands
        return meant.instead if meant.instead and not is_theirs else meant

    def _permit(self, ctx: Context, heard: Heard, meant: Reading) -> Reading:
        """Keep the readings that the person may act on. Commands that are switched off are kept too: they say so when
        run."""
        off = {name for name in heard.off if ctx.user.may(self._home.triggers[name].roles)}
        return permit(meant, self._home.lines, {*heard.view.commands, *off})

    def _find_typed(self, words: str) -> str:
        """Find the command that was typed without its slash, « aide » with a subject included."""
        if (typed := read_typed(words, self._home.lines)) and typed.sure:
            return typed.line.removeprefix("/")
        line = self._home.lines.call(words)
        return line if len(line.split()) == HELP_WORDS and self._home.lines.find(line)[0] == HELP else ""

    def _answer_under_post(self, ctx: Context, heard: Heard) -> Answered | None:
        """Answer a message in the thread of one of the bot’s posts that does not name the bot, only if it surely is a
        request: people also talk to each other there."""
        reading = self._permit(ctx, heard, self._read(ctx, heard))
        asks = reading.sure and reading.line and not heard.is_long
        return Answered(self._do(heard, reading)) if asks else None

    async def _answer_sentence(self, ctx: ReadingContext, heard: Heard) -> Answered:
        if line := self._find_typed(heard.words):
            return Answered(heard.perform(line))
        meant = self._read(ctx, heard)
        reading = self._permit(ctx, heard, meant)
        match reading.intention:
            case Intention.POLITESSE if not heard.is_long and (not heard.words or find_words(heard.words)):
                return await self._answer_manners(ctx, heard)
            case Intention.ANNULER if not heard.is_long:
                return await self._answer_word(ctx, heard, ShortAnswer.NO)
        is_listed = heard.lists_reports and reading.intention is Intention.CRA
        if is_listed:
            reading = replace(reading, line=f"/cra {heard.words}")
        is_brief = is_listed or not heard.is_long
        is_told = reading.sure or tells_report(ctx, heard.words, reading)
        is_sure = is_told and is_brief and not (heard.added and self._home.lines.find(reading.line)[0] == ASKS_TEAM)
        if is_sure and reading.line:
            return Answered(self._do(heard, reading))
        if not (heard.is_long or heard.added) and (reserved := self._find_reserved(ctx, meant)):
            return await refuse_wish(ctx, heard, reserved, find_access(self._home.features))
        return Answered([self._propose(ctx, heard, reading)])

    async def _answer_beside(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Answer what is said of the last words: of a list, of what was proposed, of a previewed report, or of what was
        asked for; None for all else."""
        if says_wait(heard.words):
            return Answered(_react(heard, WAITING))
        if is_puzzled(heard.words) and (said := await answer_puzzled(ctx, heard)):
            return said
        if found := await self._answer_resumed(ctx, heard) or await self._answer_listed(ctx, heard):
            return found
        place = read_ordinal(heard.words)
        found = await self._answer_ordinal(ctx, heard, place) if place else None
        found = found or await self.answer_previewed(ctx, heard) or await self._answer_follow_up(ctx, heard)
        found = found or await self._answer_saved(ctx, heard)
        is_unknown = found is None and names_place(heard.words)
        return Answered(heard.ask_which()) if is_unknown else found

    async def _answer_resumed(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Bring back the preview that was dropped last, where that is asked for and none is open."""
        direct = be_direct(heard.message, heard.direct)
        if not resumes(heard.words) or await find_preview(ctx, direct):
            return None
        asked = await find_preview(ctx, direct, dropped=True)
        return Answered([asked.press(asked.no)], settles=asked.place or None) if asked and asked.no else None

    async def _answer_listed(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Answer « modifie le 2e » or « celui de 14h » after a list: one of what is listed is meant."""
        act, place = read_listed(heard.words)
        begun, described = ("", "") if place else read_described(heard.words)
        if not place and not described:
            return None
        if names_number(heard.words) and await find_preview(ctx, be_direct(heard.message, heard.direct)):
            return None  # « retire le 2 » is said of the reports that are previewed
        listed = await read_last_list(ctx, be_direct(heard.message, heard.direct))
        places = [place] if place else listed.find(described, ctx.today)
        if len(places) > 1:
            return Answered([heard.answer(render("aide/several_listed", places=places))])
        name = listed.command or self._home.lines.find((await self._read_before(ctx, heard)).line)[0]
        number = listed.choose(places[0], heard.words, name) if places else ""
        line = find_list_line([name]) if number else ""
        if not line:
            return None
        whole = line.format(act=act or begun or "modifier", number=number)
        reading = Reading(Intention.CRA_LISTE, whole, sure=True)
        return Answered(self._do(heard, self._permit(ctx, heard, reading)))

    async def _answer_saved(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Lead « en fait ils étaient 9 » or « supprime le dernier », said right after a receipt, to its report, and
        « supprime mon dernier cra » to the one that was stored last."""
        said, (act, place) = read_correction(heard.words, ctx.clues), read_listed(heard.words)
        is_last = act in REPORT_ACTS and place == LAST
        corrects = is_last or says_correct(heard.words) or (said is not None and said.is_announced)
        own = await read_own(ctx, be_direct(heard.message, heard.direct)) if corrects else []
        number = read_receipt(own[-1].message) if own else ""
        if not number and is_last and name_list(heard.words) == REPORTS:
            last = await find_last_report(ctx.db, await find_sheet(ctx.db, ctx.user.id))
            number = str(last.number) if last else ""
        if not number:
            return None
        line = f"/cra {act if is_last else 'modifier'} {number}"
        reading = self._permit(ctx, heard, Reading(Intention.CRA, line, sure=True))
        return Answered(self._do(heard, reading))

    async def _answer_follow_up(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Answer « et en octobre ? », « exporte ça », which are said of what was asked before."""
        is_of_thread = bool(heard.intro and heard.added)
        if is_of_thread or not may_follow(heard.words) or self._find_typed(heard.words):
            return None
        lines = await list_spoken_of(ctx, heard, (await self._read_before(ctx, heard)).line)
        found = next(filter(None, (self._follow(ctx, line, heard.words) for line in lines)), None)
        if found is None:
            return None
        reading = self._permit(ctx, heard, found)
        done = self._do(heard, reading) if reading.sure and reading.line else [self._propose(ctx, heard, reading)]
        return Answered(done)

    def _follow(self, ctx: Context, before: str, said: str) -> Reading | None:
        lines = self._home.lines
        reader = SentenceReader(ctx.today, lines, lambda text: understand(text, ctx.today, lines).line)
        return follow_up(before, said, reader)

    async def answer_previewed(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Put right what is previewed by what is said of it; None for what is said of something else."""
        if len(heard.words) > CORRECTION_MAX or self._find_typed(heard.words):
            return None
        asked = await find_preview(ctx, be_direct(heard.message, heard.direct))
        if asked is None:
            return None
        if returns_to_report(heard.words):
            return put_right(heard, asked, said="")
        meant = self._read(ctx, heard)
        if asked.is_coordination or asked.is_rdv or (asked.subject.part and says_right(heard.words)):
            return self._answer_amended(ctx, heard, asked, meant)
        correction = read_correction(heard.words, ctx.clues, subject=asked.subject)
        if correction is None:
            is_lost = asked.is_last and meant.intention is Intention.HORS_SUJET and "?" not in heard.words
            return put_right(heard, asked) if is_lost else None
        return put_right(heard, asked) if is_about(correction, meant, asked) else None

    def _answer_amended(self, ctx: Context, heard: Heard, asked: AskedHere, meant: Reading) -> Answered | None:
        """Put a report of coordination, or a rdv, right by what is said of it, or leave any preview as it is, unless
        that is said of something else."""
        is_right = bool(asked.subject.part) and says_right(heard.words)
        is_read = is_right or asked.is_amended(heard.words, ctx.clues)
        is_other = meant.sure and meant.intention not in (BESIDE | {Intention.RDV} if asked.is_rdv else BESIDE)
        is_lost = asked.is_last and (read_complaint(heard.words) or meant.intention is Intention.HORS_SUJET)
        return put_right(heard, asked) if is_lost or (is_read and (asked.is_last or not is_other)) else None

    async def _answer_ordinal(self, ctx: ReadingContext, heard: Heard, place: int) -> Answered | None:
        """Answer « le deuxième » by the proposal in that place, if it only shows or opens something. Other buttons must
        be clicked; without proposals this is no answer."""
        shown = await read_own(ctx, be_direct(heard.message, heard.direct))
        labels = list_labels(shown[-1]) if shown else []
        if not labels:
            return None
        reading = self._permit(ctx, heard, await self._read_before(ctx, heard))
        offered = [(button, line) for button, line in self._list_proposals(heard, reading) if button.label in labels]
        if len(offered) < len(labels) - 1 or place > len(offered) or not offered:
            return Answered([heard.answer(render("aide/only_click"))])
        button, chosen = offered[place - 1 if place > 0 else place]
        is_harmless = self._home.is_harmless(self._home.tame(chosen)[1])
        done = heard.perform(self._home.tame(chosen)[0], button.label) if is_harmless else None
        return Answered(done or [heard.answer(render("aide/only_click"))])

    async def _read_before(self, ctx: ReadingContext, heard: Heard) -> Reading:
        """Read what who speaks asked for before, which may itself be said of what was before that."""
        last = Reading(Intention.HORS_SUJET, "", sure=False)
        told = await list_said(ctx, heard.message, heard.direct)
        for said in [each for each in told if not (names_place(each) or read_described(each)[1])][-SAID_BEFORE:]:
            found = self._follow(ctx, last.line, said) if last.line else None
            meant = found or understand(said, ctx.today, self._home.lines)
            last = meant if meant.line or meant.others else last
        return last

    def _find_reserved(self, ctx: Context, meant: Reading) -> Trigger | None:
        """Find a clearly meant command that is reserved for other roles, so that the bot can say so."""
        trigger = self._home.tame(meant.line)[1]
        is_clear = meant.sure or not meant.others
        return trigger if is_clear and trigger and not ctx.user.may(trigger.roles) else None

    def _do(self, heard: Heard, reading: Reading) -> Sequence[Reply]:
        """Run a command that changes nothing or only opens a window; propose any other."""
        line, trigger = self._home.tame(reading.line)
        if self._home.is_harmless(trigger) or (trigger and trigger.key[1] in heard.off):
            return heard.perform(line, say_verb(say_line(line, trigger)))
        return [self._offer(heard, [self._make_proposal(reading)], reading.aside)]

    def _make_proposal(self, reading: Reading) -> Button:
        """Make the button that proposes a reading, in words."""
        line, trigger = self._home.tame(reading.line)
        return Button(shorten(say_line(line, trigger), LABEL_MAX), RunCommand(line=line), "primary")

    def _propose(self, ctx: Context, heard: Heard, reading: Reading) -> Direct:
        """Propose what may have been meant; a long text can be sent to the team whole."""
        offered = [button for button, _ in self._list_proposals(heard, reading)]
        if heard.is_long:
            offered = [each for each in offered if not _asks_team(each)][:1]
            offered = [*self._offer_whole(ctx, heard), *offered]
        is_vague = reading.intention in (Intention.HORS_SUJET, Intention.HOTLINE) or reading.line == f"/{HELP}"
        offered = heard.put_together(offered, is_first=is_vague)
        if not offered:
            return say_not_for_us(heard, "" if reading.line else COMING.get(reading.intention, ""))
        return self._offer(heard, offered, reading.aside)

    def _list_proposals(self, heard: Heard, reading: Reading) -> Sequence[tuple[Button, str]]:
        """Return what a sentence may mean, as buttons, each with its command line."""
        read = [each for each in (reading, *reading.others) if each.line and self._is_on(heard, each)]
        lines = {self._home.tame(each.line)[0]: (self._make_proposal(each), each.line) for each in read}
        is_refused = list(lines) == [HELP] and reading.intention is not Intention.AIDE
        return [] if is_refused else list(lines.values())[:PROPOSED_MAX]

    def _is_on(self, heard: Heard, reading: Reading) -> bool:
        trigger = self._home.tame(reading.line)[1]
        return trigger is not None and trigger.key[1] not in heard.off

    def _offer(self, heard: Heard, offered: Sequence[Button], aside: str = "") -> Direct:
        only = Question(yes=offered[0] if len(offered) == 1 else None)
        text = render("aide/perhaps", is_long=heard.is_long, files=len(heard.message.file_ids), aside=aside)
        return heard.answer(text, [*offered, lead_home("Autre chose")], only)

    def _offer_whole(self, ctx: Context, heard: Heard) -> Sequence[Button]:
        """Offer to send the whole message, with its files, to the hotline, to announce it, and to share the files."""
        source = make_permalink(ctx.settings, heard.message.post_id)
        asks_team = Button("Demander de l’aide à l’équipe", RunCommand(line=f"{ASKS_TEAM} {source}"), "primary")
        offered = {ASKS_TEAM: asks_team}
        if heard.message.file_ids:
            offered["annonce"] = Button("Faire une annonce", RunCommand(line=f"annonce {source}"))
            offered["ressources ajouter"] = Button("Proposer une ressource", RunCommand(line="ressources ajouter"))
        return [button for command, button in offered.items() if command in heard.view.commands]

    async def _answer_manners(self, ctx: ReadingContext, heard: Heard) -> Answered:
        """Answer politeness briefly; further politeness gets an emoji."""
        asked = await find_asked(ctx, heard.message)
        if asked and asked.was_polite(ctx.now):
            return Answered(_react(heard, SMILE))
        manner = read_manner(find_words(heard.words))
        starts = heard.view.shown[:STARTS_MAX] if manner == "hello" else []
        buttons = [Button(chapter.front.title, RunCommand(line=chapter.start)) for chapter in starts]
        buttons += [lead_home("Autre chose")] if buttons else []
        text = render("aide/manners", manner=manner, prenom=ctx.user.prenom or "")
        is_open = asked is not None and not asked.question.polite  # what is asked stays asked
        return Answered([heard.answer(text, buttons, None if is_open else Question(polite=True))])

    async def _answer_word(self, ctx: ReadingContext, heard: Heard, word: ShortAnswer) -> Answered:
        """Answer « oui », « non » and « merci » according to the bot’s last question."""
        asked = await self._find_asked(ctx, heard, word)
        if asked and asked.is_proposal and (only_thanks(heard.words) or says_solved(heard.words)):
            word = ShortAnswer.THANKS
        if asked is None or asked.question.polite or asked.is_dropped or not (asked.is_last or asked.buttons):
            undone = await self._answer_undo(ctx, heard) if word is ShortAnswer.NO else None
            return undone or self._answer_nothing(heard, word, is_more=bool(asked and asked.was_polite(ctx.now)))
        if asked.preview and (said := say_of_preview(asked, heard.words, word)) is not None:
            return put_right(heard, asked, said=said)
        is_over = asked.is_proposal and (word is ShortAnswer.NO or asked.ends_in_buttons)
        if word is ShortAnswer.THANKS or not (asked.is_last or is_over):
            is_left = word is not ShortAnswer.THANKS or bool(asked.no and not asked.is_rating)
            shown = (asked.buttons, asked.again) if is_left else ()
            text = render("aide/still_open", thanks=word is ShortAnswer.THANKS, is_left=bool(shown))
            return asked.show_again(heard.answer(text, *shown))
        pressed = asked.no if word is ShortAnswer.NO else asked.yes if asked.is_last else None
        if pressed:
            return Answered([asked.press(pressed)], settles=asked.place)
        if word is ShortAnswer.NO:
            return Answered([heard.answer(render("aide/left_there"))], settles=asked.place)
        return Answered([heard.answer(render("aide/only_click"))])

    async def _answer_undo(self, ctx: ReadingContext, heard: Heard) -> Answered | None:
        """Propose to take back what the bot has just said to be stored, or to cancel an erasure that waits."""
        own = await read_own(ctx, be_direct(heard.message, heard.direct))
        line = read_undo(own[-1].message) if own and says_cancel(heard.words) else ""
        line = line or await find_erasure_undo(ctx)
        if not line:
            return None
        reading = self._permit(ctx, heard, Reading(Intention.CRA_LISTE, line, sure=False))
        return Answered([self._propose(ctx, heard, reading)])

    async def _find_asked(self, ctx: ReadingContext, heard: Heard, word: ShortAnswer) -> AskedHere | None:
        """Find what a word answers: the last question, or a preview above where none is open or it is to be saved."""
        asked = await find_asked(ctx, heard.message)
        left = asked is None or asked.question.polite or asked.is_dropped
        is_open = asked and not left and (asked.preview or not says_save(heard.words))
        if word is ShortAnswer.THANKS or is_open:
            return asked
        return await find_preview(ctx, be_direct(heard.message, heard.direct)) or asked

    def _answer_nothing(self, heard: Heard, word: ShortAnswer, *, is_more: bool) -> Answered:
        """Answer such a word when no question is open, without doing anything; with ``is_more``, politeness on top of
        politeness, only by an emoji."""
        if is_more and word is not ShortAnswer.NO:
            return Answered(_react(heard, SMILE))
        if word is ShortAnswer.THANKS or (word is ShortAnswer.YES and says_thanks(heard.words)):
            text = render("aide/manners", manner="thanks", prenom="")
            return Answered([heard.answer(text, (), Question(polite=True))])
        text = render("aide/nothing_open", cancels=word is ShortAnswer.NO)
        return Answered([heard.answer(text, [*heard.added, lead_home("Voir ce que je sais faire")])])


def _react(heard: Heard, emoji: str) -> Sequence[Reply]:
    """React by an emoji in the direct channel; do nothing in other channels."""
    message = heard.message
    return [] if isinstance(message, Addressed) else [React(message.post_id, emoji, channel_id=message.channel_id)]


def _asks_team(button: Button) -> bool:
    return isinstance(button.payload, RunCommand) and button.payload.line.split()[0] == ASKS_TEAM
