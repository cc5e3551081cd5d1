"""« /aide », and what people say to the bot in their own words.

Words
    Home: all features, as « /aide » shows them to somebody.
    Spoken: plain words in the direct channel, by the bot’s name in another, or under a post of its own.
    Reading: a sentence read as what somebody wants (dialogs/plain_words).
    AskedHere: the bot’s last question in the conversation in which something is said, which « oui » and « non » answer.
"""

from collections.abc import Iterable, Sequence

from bot.context import Context, ReadingContext
from bot.events import Addressed, DirectMessage
from bot.features import Feature, Right
from bot.replies import Perform, Redirect, Replies, Reply, RunCommand, Whisper, WordedButton
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
from storage import annuaire, drafts

__all__ = ["DOORS_MAX", "OPENED_MAX", "SHOWN_MAX", "build_aide"]


def build_aide(features: Iterable[Feature]) -> Feature:
    """Build the feature that tells of all the others (and of itself)."""
    feature = Feature("aide", rights=(Right.MEMBER,), always=True)
    home = Home((feature, *features))
    talk = Conversation(home)

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

    @feature.event(DirectMessage, name="aide.written_to.DirectMessage", asks=talk.answer)
    async def written_to(ctx: Context, message: DirectMessage, answered: Answered) -> Replies:
        """Answer plain words in the direct channel, unless a feature takes them."""
        return await _say(ctx, answered)

    @feature.event(Addressed, name="aide.addressed.Addressed", asks=talk.answer)
    async def addressed(ctx: Context, message: Addressed, answered: Answered) -> Replies:
        """Answer, in the direct channel, somebody who called the bot by its name in another channel."""
        return await _say(ctx, answered)

    return feature


async def _say(ctx: Context, answered: Answered) -> Sequence[Reply]:
    if answered.settles is not None:
        await drafts.settle_question(ctx.db, ctx.user.id, answered.settles)
    return answered.replies
