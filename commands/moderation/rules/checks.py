"""Each rule as a function: whether a message is one that it looks for, by what its author wrote lately."""

import re
from collections.abc import Callable, Mapping, Sequence

from bot import guard
from commands.moderation.rules.links import invites, leads_to
from commands.moderation.rules.names import RuleName
from commands.moderation.rules.said import Note, Said
from commands.moderation.rules.tuning import Tuning
from commands.moderation.rules.words import has_word

Check = Callable[[Said, Sequence[Note], Tuning], bool]
_MENTION = re.compile(r"(?<![^\W_])@([a-z0-9][a-z0-9._-]{0,63})", re.IGNORECASE)
"""What Mattermost takes for one: after anything but a letter or figure, « _@all » and « x.@all » too."""


def flood(said: Said, lately: Sequence[Note], tuning: Tuning) -> bool:
    """So many messages of one author in so little time, this one among them."""
    since = said.at - tuning.seconds * 1000
    return 1 + sum(note.at >= since for note in lately) >= tuning.count


def repeat(said: Said, lately: Sequence[Note], tuning: Tuning) -> bool:
    """So many times the same text, wherever."""
    since = said.at - tuning.seconds * 1000
    return bool(said.mark) and 1 + sum(n.mark == said.mark and n.at >= since for n in lately) >= tuning.count


def mentions(said: Said, _: Sequence[Note], tuning: Tuning) -> bool:
    """So many people named, or one of the words that call everybody."""
    if "@" not in said.text:
        return False
    named = {name.lower().rstrip("._-") for name in _MENTION.findall(said.text)}
    return len(named) >= tuning.count or not named.isdisjoint(tuning.items)


def unwanted_links(said: Said, _: Sequence[Note], tuning: Tuning) -> bool:
    """A link to a site of the list, or an invitation."""
    return "." in said.text and (invites(said.text) or leads_to(said.text, tuning.items))


def words(said: Said, _: Sequence[Note], tuning: Tuning) -> bool:
    """A word of the list."""
    return has_word(said.text, tuning.items)


def first(said: Said, lately: Sequence[Note], _: Tuning) -> bool:
    """Something to be looked at, of somebody who wrote nothing lately: whether it was never, Mattermost knows."""
    return not lately and (said.has_file or "://" in said.text or "www." in said.text or "![" in said.text)


def personal(said: Said, _: Sequence[Note], tuning: Tuning) -> bool:
    """Personal data of the kinds of the list."""
    return any(found.kind in tuning.items for found in guard.find(said.text))


CHECKS: Mapping[RuleName, Check] = {
    RuleName.FLOOD: flood,
    RuleName.REPEAT: repeat,
    RuleName.MENTIONS: mentions,
    RuleName.LINKS: unwanted_links,
    RuleName.WORDS: words,
    RuleName.FIRST: first,
    RuleName.GUARD: personal,
}


def check(said: Said, lately: Sequence[Note], tuned: Mapping[RuleName, Tuning]) -> frozenset[RuleName]:
    """The rules that find a message."""
    return frozenset(name for name, tuning in tuned.items() if CHECKS[name](said, lately, tuning))
