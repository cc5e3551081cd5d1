"""What is decided of events is noted in the journal."""

from collections.abc import Mapping

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.agenda.event import AgendaEvent
from storage.journal import Act

Known = Mapping[str, object]


def facts(event: AgendaEvent) -> Known:
    """What of it is noted before and after."""
    return {
        "etat": event.state.value,
        "titre": event.title,
        "du": str(event.starts_at),
        "au": str(event.ends_at),
        "lieu": event.place,
        "lien": event.url,
    }


def note_event(ctx: Context, act: Act, event: AgendaEvent, before: Known) -> None:
    """What differs now; it concerns who proposed it."""
    after = facts(event)
    was = {name: value for name, value in before.items() if value != after[name]}
    now = {name: value for name, value in after.items() if name in was}
    thing = f"evenement:{event.number}"
    note_at_end(ctx, Deed(act, thing, event.author_id, event.reason, {"titre": before["titre"]} | was, now))
