"""« Plus… » under a resource: what else this person may do with it, each by the button of its own."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Press, Replies
from commands.ressources.buttons import (
    Comment,
    Deed,
    Edit,
    FollowThemes,
    More,
    PutBack,
    Report,
    Share,
    Withdraw,
)
from commands.ressources.feature import feature, leads_on
from commands.ressources.lasting import Collect
from storage.people import Person
from storage.ressources.resource import Resource, Shown, State

PAYLOADS: Mapping[Deed, type[BaseModel]] = {
    Deed.COMMENT: Comment,
    Deed.SHARE: Share,
    Deed.FOLLOW: FollowThemes,
    Deed.COLLECT: Collect,
    Deed.REPORT: Report,
    Deed.EDIT: Edit,
    Deed.WITHDRAW: Withdraw,
    Deed.PUT_BACK: PutBack,
}
"""What each leads to: offered where somebody handles it."""


def offered(person: Person, resource: Shown | Resource, *, own: bool, state: State) -> Sequence[Deed]:
    """What somebody may do with a resource of this state, which may be their own."""
    is_published = state is State.PUBLISHED
    may = {
        Deed.COMMENT: is_published,
        Deed.SHARE: is_published,
        Deed.FOLLOW: is_published and bool(resource.themes),
        Deed.COLLECT: is_published,
        Deed.REPORT: is_published and not own,
        Deed.EDIT: own or person.animates,
        Deed.WITHDRAW: (own or person.animates) and state in (State.PUBLISHED, State.PROPOSED),
        Deed.PUT_BACK: (own or person.animates) and state is State.WITHDRAWN,
    }
    return [deed for deed, payload in PAYLOADS.items() if may[deed] and leads_on(payload)]


@feature.button(More, writes=False)
async def more(ctx: Context, click: More) -> Replies:
    """Go on with what was chosen, as if its button had been clicked."""
    return Press.to(PAYLOADS[Deed(click.chosen)](resource=click.resource))
