"""The draft of a digest as its editors see it: how it stands, its words as they will be read, and what can be done."""

from collections.abc import Sequence

from bot.french.words import plural
from bot.quoting import shorten
from bot.replies import Button, Message, Refresh
from bot.texts import Markdown, escape, render
from commands.actus import words
from commands.actus.buttons import Approve, Edit, Postpone, Preview, PublishNow, Restore, Unapprove, Withdraw
from commands.actus.places import Desk, Edition
from commands.actus.posts import posts
from commands.actus.sheet import Sheet, lay_out
from config.editions import Unapproved
from storage import canaux
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.targets import say

NOW = "Publier maintenant"
SHOWN_MAX = 14_000
"""Characters of a draft; of a longer one the titles are shown, and « Aperçu » shows the rest."""


async def draw(desk: Desk, digest: Digest) -> Message:
    """A digest as its editors see it now."""
    edition = await words.edition_of(desk, digest)
    sheet = lay_out(digest, await digests.entries(desk.db, digest.number), edition)
    drawn = posts(sheet)
    body = _titles(sheet) if _is_long(drawn) else drawn[0]
    text = render(
        "actus/draft",
        digest=digest,
        state=digest.state.value,
        at=words.say_at(digest.at),
        past=digest.at <= desk.now,
        where=await _places(desk, digest, edition),
        count=plural(len(sheet.pieces), "élément"),
        by=await words.name_of(desk, digest.approved_by),
        publishes=edition is not None and edition.unapproved is Unapproved.PUBLISH,
        body=body if digest.state in digests.OPEN else "",
        titled=_is_long(drawn),
    )
    return Message(text, buttons_under(digest, late=digest.at <= desk.now))


async def refresh(desk: Desk, digest: Digest, *, here: bool = False) -> Refresh:
    """Show on all copies how it is now."""
    return words.rewrite(await draw(desk, digest), digest, here=here)


def _is_long(drawn: Sequence[Markdown]) -> bool:
    return len(drawn) > 1 or len(drawn[0]) > SHOWN_MAX


def _titles(sheet: Sheet) -> Markdown:
    lines = [f"### {escape(sheet.heading)}"]
    for chapter in sheet.chapters:
        lines += ["", f"#### {escape(chapter.title)}", ""]
        lines += [f"- {escape(shorten(piece.title, 120))}" for piece in chapter.pieces]
    return Markdown("\n".join(lines))


def buttons_under(digest: Digest, *, late: bool) -> Sequence[Button]:
    """What can be done with it, ``late`` once its hour is past."""
    about = {"digest": digest.number}
    preview, edit = Button("Aperçu", Preview(**about)), Button("Modifier…", Edit(**about))
    postpone = Button("Reporter", Postpone(**about))
    label = "Approuver et publier" if late else "Approuver"
    match digest.state:
        case State.DRAFT | State.HELD:
            approve = Approve(digest=digest.number, revision=digest.revision)
            return [Button(label, approve, "primary"), preview, edit, postpone]
        case State.APPROVED:
            return [Button("Reprendre", Unapprove(**about)), preview, postpone, Button(NOW, PublishNow(**about))]
        case State.PUBLISHED:
            return [Button("Corriger…", Edit(**about)), Button("Retirer", Withdraw(**about), "danger")]
        case State.WITHDRAWN:
            return [Button("Restaurer", Restore(**about))]
        case _:
            return []


async def _places(desk: Desk, digest: Digest, edition: Edition | None) -> str:
    """Where it comes out, or came out."""
    if digest.channels:
        return ", ".join(digest.channels.values())
    table = await canaux.planned(desk.db, desk.settings)
    wanted = edition.targets if edition else ()
    return say_places(wanted, {key: planned.name for key, planned in table.items()})


def say_places(wanted: Sequence[str], names: dict[str, str]) -> str:
    """Where an edition comes out, in words."""
    return ", ".join(names.get(target) or say(target, {}) for target in wanted)
