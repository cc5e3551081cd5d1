"""A message in plain words as the bot hears it, and the answer to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from bot.command_lines import SAID_MAX
from bot.events import Addressed, Spoken
from bot.replies import Button, Direct, Perform, Question, Reply
from bot.texts import Markdown
from commands.aide.home import FeatureList
from dialogs.plain_words.reports import tells_reports

LISTED_MAX = 600
"""Characters of several lines that are read as reports."""


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

    def perform(self, line: str, label: str = "") -> list[Reply]:
        """Run the command that was understood, as if it had been typed in the direct channel."""
        run = Perform(line, label=label, channel_id=self.direct)
        return [self.answer(""), run] if self.intro else [run]


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a message; ``settles`` is the place whose open question it settles."""

    replies: Sequence[Reply] = field(default=())
    settles: str | None = None
