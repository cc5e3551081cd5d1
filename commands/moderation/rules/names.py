"""The automatic rules: what each is called, what of it may be tuned, and how it is before anybody did."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.guard import Kind


class RuleName(StrEnum):
    """In the order in which they are listed."""

    FLOOD = "flood"
    REPEAT = "repetition"
    MENTIONS = "mentions"
    LINKS = "liens"
    WORDS = "mots"
    FIRST = "premier"
    GUARD = "donnees"


class Bounds(NamedTuple):
    """The least and the most that a number may be."""

    least: int
    most: int


MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Spec:
    """What a rule looks for, in words, and what of it may be tuned: a number, a time (seconds), a list.

    ``usual`` are its number and time, ``items`` its list before anybody changed them; ``known`` are all that its list
    may have, empty where anything may. ``may_act`` says whether it may hide by itself what it finds, ``is_timed``
    that it counts what somebody wrote lately, ``again`` that what was changed is looked at again.
    """

    label: str
    example: str
    count: Bounds | None = None
    seconds: Bounds | None = None
    usual: tuple[int, int] = (0, 0)
    items: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    has_items: bool = False
    may_act: bool = False
    is_timed: bool = False
    again: bool = False


EVERYBODY = ("all", "channel", "here")
SURE = (Kind.NIR, Kind.IBAN, Kind.CARTE, Kind.MOT_DE_PASSE)
"""What nobody writes in a channel of professionals by way of business, as one does a phone number."""

SPECS = {
    RuleName.FLOOD: Spec(
        "beaucoup de messages en peu de temps",
        "6 en 10s",
        count=Bounds(3, 30),
        seconds=Bounds(2, HOUR),
        usual=(8, 10),
        may_act=True,
        is_timed=True,
    ),
    RuleName.REPEAT: Spec(
        "le même message, d’un canal à l’autre ou dans un seul",
        "3 en 10min",
        count=Bounds(2, 30),
        seconds=Bounds(10, DAY),
        usual=(3, 10 * MINUTE),
        may_act=True,
        is_timed=True,
    ),
    RuleName.MENTIONS: Spec(
        "beaucoup de mentions, ou @all, @channel, @here",
        "6 all, channel",
        count=Bounds(2, 100),
        usual=(6, 0),
        items=EVERYBODY,
        known=EVERYBODY,
        has_items=True,
        again=True,
    ),
    RuleName.LINKS: Spec(
        "liens vers un site de la liste, et invitations (Mattermost, WhatsApp, Telegram, Discord…)",
        "exemple.com, autre.net",
        has_items=True,
        may_act=True,
        again=True,
    ),
    RuleName.WORDS: Spec("mots de la liste", "casino, argent facile", has_items=True, may_act=True, again=True),
    RuleName.FIRST: Spec("image, fichier ou lien dans le tout premier message de quelqu’un", ""),
    RuleName.GUARD: Spec(
        "données personnelles : un mot à l’auteur d’abord, les animateurs si elles restent",
        "10min nir, iban",
        seconds=Bounds(MINUTE, DAY),
        usual=(0, 10 * MINUTE),
        items=SURE,
        known=tuple(Kind),
        has_items=True,
        again=True,
    ),
}
