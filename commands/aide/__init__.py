"""« /aide », and what people say to the bot in their own words.

Words
    Home: all features, as « /aide » shows them to somebody.
    Spoken: plain words in the direct channel, by the bot’s name in another, or under a post of its own.
    Reading: a sentence read as what somebody wants (dialogs/plain_words).
    AskedHere: the bot’s last question in the conversation in which something is said, which « oui » and « non » answer.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.actions import DeletePost
from bot.answers import be_spoken, list_labels, mark_answers, read_answers, sum_up
from bot.context import Context, ReadingContext
from bot.drafts import topic_of_answer
from bot.events import Addressed, Deleted, DirectMessage, Edited, Reworded, Spoken, Unsaid, is_in_direct
from bot.features import Feature, Right
from bot.mattermost import ChatPost
from bot.replies import (
    Answering,
    Button,
    Direct,
    Perform,
    Redirect,
    Refresh,
    Replies,
    Reply,
    RunCommand,
    Whisper,
    WordedButton,
)
from bot.texts import Markdown, render
from commands.aide.conversation import Conversation
from commands.aide.home import (
    DOORS_MAX,
    OPENED_MAX,
    SHOWN_MAX,
    Home,
    MakeLink,
    OpenDoor,
    ShowLinks,
    answer_help,
    make_link,
    open_door,
    show_links,
)
from commands.aide.questions import Answered
from dialogs.plain_words.answers import read_answer
from dialogs.plain_words.readings import is_previewed
from storage import annuaire, drafts
from storage.cra import coordination, queries

__all__ = ["DOORS_MAX", "OPENED_MAX", "SHOWN_MAX", "build_aide"]


PREVIEWED = frozenset({"cra", "cra coordination", "rdv"})
"""The commands that preview what they store."""
DROP = "Annuler"
"""The label of the button that every open preview has."""
TWICE_WITHIN = timedelta(minutes=10)
"""Within which time the same words are the same message, sent a second time."""
ARRIVES_WITHIN = timedelta(seconds=10)
"""For how long an answer that nobody sees yet is still on its way."""
NAMED_WITHIN_MS = 600_000
"""How long after it was written a message that names the bot only now is still answered."""
NAMED_MAX = 3
"""How many stored reports get a button each."""
_STORED = re.compile(
    r"(?:✅\s)?(?:C’(?:est|était)\s(?:déjà\s)?enregistré|Cette saisie est enregistrée|\*\*\d{1,3}\scomptes? rendus? )"
)
"""What stands in the place of a preview that was stored."""


@dataclass(frozen=True, slots=True)
class NotedAnswer:
    """The answer to plain words, and what is noted of them."""

    answered: Answered
    said: drafts.Said

    async def say(self, ctx: Context) -> Sequence[Reply]:
        """Answer, and note what is answered."""
        if self.answered.settles is not None:
            await drafts.settle_question(ctx.db, ctx.user.id, self.answered.settles)
        await drafts.note_said(ctx.db, ctx.user.id, self.said)
        return mark_answers(self.answered.replies, self.said.origin)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Plain words that were deleted by who said them; ``gone`` is what goes with them, None if nothing does."""

    user_id: str
    said: drafts.Said
    gone: Sequence[Reply] | None

    async def take_away(self, ctx: Context) -> Sequence[Reply]:
        """Forget what was said, and what was only shown for it."""
        await drafts.settle_question(ctx.db, self.user_id, self.said.post_id)
        if self.gone is not None:
            await drafts.drop_shown(ctx.db, self.user_id, self.said.origin)
        return self.gone or []


class SpokenMessages:
    """Answers what people say, once where it was sent twice, and follows their edits and deletions. It only reads."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._talk = Conversation(home)

    async def answer(self, ctx: ReadingContext, message: Spoken) -> NotedAnswer | None:
        """Answer a message, or say that it was sent before; None where there is nothing to answer."""
        words = await sum_up(ctx, message)
        if twin := await self._find_twin(ctx, message, words):
            told = Direct(render("aide/said_twice"), user_id=ctx.user.id, root_id=_find_root(message), topic="")
            return self._note(ctx, message, words, Answered([told], origin=twin.origin))
        answered = await self._talk.answer(ctx, message)
        return self._note(ctx, message, words, answered) if answered else None

    def _note(self, ctx: Context, message: Spoken, words: str, answered: Answered) -> NotedAnswer:
        lines = [reply.line for reply in answered.replies if isinstance(reply, Perform)]
        previews = any(self._home.lines.find(line)[0] in PREVIEWED and is_previewed(line) for line in lines)
        origin = answered.origin or message.post_id
        return NotedAnswer(answered, drafts.Said(message.post_id, words, origin, answered.begins, previews, ctx.now))

    async def _find_twin(self, ctx: ReadingContext, message: Spoken, words: str) -> drafts.Said | None:
        """Find the same words, said a short while ago, whose preview is still open."""
        for each in await drafts.list_said(ctx.db, ctx.user.id, ctx.now):
            is_same = each.words == words and each.previews and each.post_id != message.post_id
            if is_same and ctx.now - each.at < TWICE_WITHIN:
                posts = await read_answers(ctx, each.origin)
                is_open = (
                    any(DROP in list_labels(post) for post in posts) if posts else ctx.now - each.at < ARRIVES_WITHIN
                )
                if is_open and await _say_stored(ctx, each.origin, posts, message) is None:
                    return each
        return None

    async def answer_edit(self, ctx: ReadingContext, edited: Edited) -> NotedAnswer | None:
        """Answer an edited message in the place of the answer; None where nothing changes that counts."""
        known = {each.post_id: each for each in await drafts.list_said(ctx.db, ctx.user.id, ctx.now)}
        said, message, words = known.get(edited.post_id), be_spoken(edited), await sum_up(ctx, edited)
        if said is None:
            is_late = edited.edit_at - edited.at > NAMED_WITHIN_MS
            names_now = isinstance(edited, Reworded) and edited.by_name and not is_late
            return await self.answer(ctx, message) if names_now else None
        if said.words == words:
            return None
        if not said.begins:
            right = await self._put_right(ctx, message)
            return self._note(ctx, message, words, right) if right else None
        posts = await read_answers(ctx, said.origin)
        if stored := await _say_stored(ctx, said.origin, posts, message):
            return self._note(ctx, message, words, Answered([stored], origin=said.origin))
        heard = await self._talk.hear(ctx, message)
        is_word = not heard.message.file_ids and read_answer(heard.words)
        answered = None if is_word else await self._talk.answer(ctx, message)
        is_corrected = any(each.origin == said.origin and not each.begins for each in known.values())
        again = Answering(said.origin, intro=render("aide/reread", is_corrected=is_corrected))
        return self._note(ctx, message, words, _replace(answered or Answered(), posts, message, again))

    async def _put_right(self, ctx: ReadingContext, message: Spoken) -> Answered | None:
        """Put right once more what is previewed, by what was said of it in other words."""
        heard = await self._talk.hear(ctx, message.model_copy(update={"is_again": False}))
        return None if heard.is_long or read_answer(heard.words) else await self._talk.answer_previewed(ctx, heard)

    async def answer_deletion(self, ctx: ReadingContext, deleted: Deleted) -> Withdrawn | None:
        """Take away what could still be clicked under the answer to a deleted message, unless it is stored, or the same
        was said a second time."""
        known = await drafts.list_said(ctx.db, deleted.user_id, ctx.now)
        said = next((each for each in known if each.post_id == deleted.post_id), None)
        if said is None:
            return None
        others = [each for each in known if each.begins and each.origin == said.origin and each is not said]
        posts = await read_answers(ctx, said.origin)
        if not said.begins or others or await _find_stored(ctx, said.origin, posts):
            return Withdrawn(deleted.user_id, said, None)
        late = Refresh(render("aide/taken_back"), topic=topic_of_answer(said.origin))
        is_open = not posts or any(map(list_labels, posts))
        gone = [DeletePost(post.id, channel_id=post.channel_id) for post in posts]
        return Withdrawn(deleted.user_id, said, [late, *gone] if is_open else [])


def _find_root(message: Spoken) -> str:
    return "" if isinstance(message, Addressed) else message.root_id


async def _find_stored(
    ctx: ReadingContext, origin: str, posts: Sequence[ChatPost]
) -> tuple[Sequence[Button], str] | None:
    """Find what was stored of what was said: the buttons that change it, and how it is called; None for nothing."""
    numbers = await queries.find_begun(ctx.db, origin)
    line = "cra modifier"
    if not numbers and (filed := await coordination.find_begun(ctx.db, origin)):
        numbers, line = filed, "cra coordination modifier"
    if not numbers and not any(_STORED.match(post.message) for post in posts):
        return None
    label = "Modifier le n° {}" if len(numbers) > 1 else "Modifier"
    named = numbers if len(numbers) <= NAMED_MAX else []
    buttons = [Button(label.format(number), RunCommand(line=f"{line} {number}")) for number in named]
    return buttons, render("aide/stored", numbers=[str(number) for number in numbers])


async def _say_stored(ctx: ReadingContext, origin: str, posts: Sequence[ChatPost], message: Spoken) -> Direct | None:
    """Say what is stored already of an edited message, and offer to change it."""
    found = await _find_stored(ctx, origin, posts)
    return Direct(found[1], found[0], user_id=ctx.user.id, root_id=_find_root(message), topic="") if found else None


def _replace(answered: Answered, posts: Sequence[ChatPost], message: Spoken, again: Answering) -> Answered:
    """Put an answer in the place of the one before: that is rewritten if both are one post in the direct channel, and
    goes otherwise."""
    shown = [reply for reply in answered.replies if isinstance(reply, Direct | Perform | Redirect)]
    is_one = len(posts) == len(shown) == 1 and isinstance(shown[0], Direct | Perform) and not answered.origin
    # What is still on its way is found by its topic only.
    below = Refresh(render("aide/answered_below"), topic=topic_of_answer(again.said))
    again = replace(again, said=answered.origin or again.said)
    if not is_one or isinstance(message, Addressed):
        gone = [DeletePost(post.id, channel_id=post.channel_id) for post in posts]
        told = [_reread(reply, again) if reply is shown[-1] else reply for reply in answered.replies]
        return replace(answered, replies=[below, *gone, *told], origin=again.said)
    # Until a command answers, and where it answers elsewhere, what stood there is no more to be clicked.
    first = [below] if isinstance(shown[0], Perform) else []
    new = [_reread(reply, replace(again, rewrites=posts[0].id)) for reply in answered.replies]
    return replace(answered, replies=[*first, *new], origin=again.said)


def _reread(reply: Reply, again: Answering) -> Reply:
    """Say of an answer that it is one to an edited message, in the place of the one before if there is any."""
    match reply:
        case Direct(text=text):
            told = replace(reply, text=Markdown(f"{again.intro}\n\n{text}"))
            return replace(told, rewrites=again.rewrites, root_id="", topic="") if again.rewrites else told
        case Perform() | Redirect():
            return replace(reply, answering=again)
        case _:
            return reply


def build_aide(features: Iterable[Feature]) -> Feature:
    """Build the feature that tells of all the others (and of itself)."""
    feature = Feature("aide", rights=(Right.MEMBER,), always=True)
    home = Home((feature, *features))

    @feature.command("aide", help="Voir ce qui vous attend, et ce que vous pouvez faire ici", hint="[fonction]")
    async def help_me(ctx: ReadingContext, about: str) -> Replies:
        return (await answer_help(home, ctx, about)).recast(Whisper)

    @feature.command("accueil", help="Voir ce qui vous attend, votre mois, les nouvelles, et qui est joignable")
    async def show_home(ctx: ReadingContext, _: str) -> Replies:
        """Show the home, the first page of « /aide »."""
        return await help_me(ctx, "")

    feature.command("accueil liens", help="Ouvrir les outils du réseau : Pix, Les Bases, RDV…", roles=annuaire.NETWORK)(
        show_links
    )
    feature.button(ShowLinks, name="aide.ShowLinks", roles=annuaire.NETWORK, writes=False)(show_links)
    feature.button(MakeLink, name="aide.MakeLink", roles=annuaire.NETWORK, writes=False)(make_link)

    feature.button(OpenDoor, name="aide.OpenDoor", writes=False)(open_door)

    @feature.button(RunCommand, name="lines.Run", writes=False)
    async def run(ctx: Context, click: RunCommand) -> Replies:
        """Run the command that a button stands for."""
        return Perform(click.line)

    @feature.button(WordedButton, name="lines.Again", writes=False)
    async def press_again(ctx: Context, click: WordedButton) -> Replies:
        """Press the button of a question that was shown a second time."""
        return Redirect(click.name, click.data)

    _listen(feature, SpokenMessages(home))
    return feature


def _listen(feature: Feature, talk: SpokenMessages) -> None:
    """Have the feature hear plain words, their edits and their deletion."""
    feature.event(DirectMessage, name="aide.written_to.DirectMessage", asks=talk.answer)(answer_words)
    feature.event(Addressed, name="aide.addressed.Addressed", asks=talk.answer)(answer_words)
    feature.event(Edited, name="aide.edited.Edited", only=is_in_direct, asks=talk.answer_edit)(answer_words)
    feature.event(Reworded, name="aide.reworded.Reworded", asks=talk.answer_edit)(answer_words)
    feature.event(Deleted, name="aide.deleted.Deleted", only=is_in_direct, asks=talk.answer_deletion)(take_away)
    feature.event(Unsaid, name="aide.unsaid.Unsaid", asks=talk.answer_deletion)(take_away)


async def answer_words(ctx: Context, message: Spoken | Edited, noted: NotedAnswer) -> Replies:
    """Answer plain words in the direct channel, also those that called the bot in another one, unless a feature takes
    them; an edit of them is answered in the place of the answer."""
    return await noted.say(ctx)


async def take_away(ctx: Context, message: Deleted, withdrawn: Withdrawn) -> Replies:
    """Take away what could still be clicked under the answer to a message that was deleted."""
    return await withdrawn.take_away(ctx)
