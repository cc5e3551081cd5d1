"""Nothing is done to people, channels, messages, resources or settings without the journal."""

from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType, ModuleType

import pytest

from bot import audit
from bot.registry import index_triggers
from commands import FEATURES
from commands.moderation.measures import MeasureHandler
from storage import journal
from storage.journal import BOT, AuditAct, JournalEntry
from storage.people import Role
from tests.people import Person, unique
from tests.support.house import House
from tests.test_canaux_making import agathe, made, plain
from tests.test_journal import verified

__all__ = ["agathe"]


HANDLERS: Mapping[str, type] = {"MeasureHandler": MeasureHandler} | {
    each.__name__: each for each in MeasureHandler.__subclasses__()
}
"""What the measures of moderation are done by, each found by the act."""
NOTES = {audit.record_entry, audit.record_entry_at_end}

ELSEWHERE: Mapping[str, str] = {
    "one’s own: what somebody writes, chooses or takes back for themselves": """
        aide.written_to.DirectMessage aide.addressed.Addressed aide.edited.Edited aide.reworded.Reworded
        aide.deleted.Deleted aide.unsaid.Unsaid cra.* stats.* chiffres membres.AcceptCharter
        membres.CompleteProfile membres.AskAccess
        membres.WithdrawAccess
        annuaire.AskHelp annuaire.Withdraw annuaire.StopHelping annuaire.EditProfile annuaire.EditSight
        actus.Less actus.ProposeNews actus.ChangeNews actus.TakeBack actus.RatherNot actus.Subscribe actus.Stop
        actus.All actus.discret actus.abonnement agenda.Attend agenda.flux agenda.RenewFeed agenda.CloseFeed
        annonce.Announce annonce.AnnounceHere annonce.Keep annonce.Abandon
        sondage.AskPoll sondage.AskPollHere sondage.Keep sondage.Abandon sondage.Hush sondage.rappels sondage.VoteOne
        sondage.VoteSeveral sondage.ChangeOne sondage.ChangeSeveral ressources.CommentResource
        ressources.ReportResource ressources.Object ressources.suivre ressources.ChooseTheme
        ressources.SetFollowing ressources.Favour ressources.FindUseful ressources.SayNeed ressources.Decline
        donnees.Confirm donnees.KeepData mes-donnees.annuler entrainement.* rappels rappels.* rdv.*
        reservation.AddRange reservation.AddAbsence
        moderation.ReportMessage moderation.FileReport moderation.PreciseReport drapeau.reacted.Reacted
        ressources.AnswerReview hotline hotline.Decline hotline.Unmask hotline.KeepLine hotline.ShowLine hotline.Rate
        hotline.RateTicket hotline.WasIt hotline.WasFiche garde.WithdrawSwap
        absence.* visio idees.FileIdea idees.FileAnyway idees.GiveUp idees.Name idees.Vote idees.TakeVoteBack
        kit.OrderKit kit.DropOrder kit.Mark kit.ReportParcel
        """,
    "a window that is opened, or a card that is shown anew: nothing is decided by it": """
        ressources.AskAbout ressources.Refuse agenda.Refuse hotline.PutUp actus.brouillon membres.IgnoreGone
        annonce.Withdraw ressources.Share ressources.ShareHere kit.Report
        """,
    "between a conseiller and who booked: what is said of it is erased three days after": """
        rendez-vous rdv.Accept rdv.Refuse reservation.OfferMoment
        """,
    "what another service says, of its own": "webhooks/rdv-service-public",
    "asked of somebody else, whose answer is noted": "garde.echanger garde.SwapTurn",
    "carries out, tells or ends what was noted when it was decided": """
        canaux.Mend canaux.Unmend canaux.arrived.Delivered canaux.refused.Undelivered annonce.Broadcast
        annonce.Rewrite annonce.Removal sondage.Broadcast sondage.Resume sondage.Retell sondage.Conclude
        actus.Publish actus.PublishNow actus.Rewrite actus.Removal hotline.TellAll moderation.HideThread
        moderation.PutBack
        moderation.came_again.JoinedChannel
        """,
    "tells, reminds, counts or looks, and changes nothing of anybody’s": """
        hotline.weekly hotline.remind hotline.put_up_all hotline.refused.Undelivered
        hotline.card_arrived.Delivered hotline.receipt_arrived.Delivered hotline.line_arrived.Delivered
        hotline.card_lost.Undelivered hotline.gone.Deleted hotline.ticked.Reacted hotline.unticked.Unreacted
        billet.reacted.Reacted livre.reacted.Reacted kiosque.* canaux.tell_of_intruder.JoinedChannel
        canaux.archived.Archived canaux.restored.Restored canaux.renamed.Renamed canaux.converted.Converted
        membres.TellGuests membres.TellRoles
        membres.TellNewcomers membres.NoteGone membres.note.PersonChanged membres.ask membres.arrive.JoinedTeam
        membres.remind membres.tick annuaire.forget_requests actus.Harvest actus.CheckPlaces actus.keep actus.NameLinks
        actus.TellSubscribers actus.ReadFeeds agenda.catch_up agenda.tell
        ressources.keep_library ressources.typed.Posted ressources.taken_away.Deleted ressources.arrived.Delivered
        ressources.catch_up ressources.TellFollowers ressources.remind ressources.CheckLinks
        sondage.Nudge idees.tell idees.TellVoters kit.RemindAll canaux.LookForNamesakes
        sondage.remind_due garde.hand_over garde.forget menage.tidy menage.Sweep
        sauvegarde.begin sauvegarde.MakeBackup
        donnees.erase_due donnees.Doze moderation.remind drapeau.taken_off.Delivered
        drapeau.left_there.Undelivered moderation.LookAgain moderation.SeeGathered moderation.Summarise
        moderation.keep_summary moderation.watch_tables regles.find_old
        regles.joined.JoinedTeam moderation.ClearCases hotline.clear_old
        """,
}
"""Why what writes is not in the journal, and what: by its name, of a whole feature « name.* »."""


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _called(function: FunctionType) -> Iterator[FunctionType]:
    """What a function may call: by a name of its module’s, or by one of a module or class that it names; what it is put
    around; the measures of moderation, which it finds by their act."""
    names = set(_names(function.__code__))
    for found in (function.__globals__.get(name) for name in names):
        if isinstance(found, FunctionType):
            yield found
        elif isinstance(found, ModuleType | type):
            yield from (f for name in names if isinstance(f := getattr(found, name, None), FunctionType))
    yield from (f for cell in function.__closure__ or () if isinstance(f := cell.cell_contents, FunctionType))
    if function.__qualname__.partition(".")[0] in HANDLERS or names & {"find_handler", "find_decided_handler"}:
        yield from (f for each in HANDLERS.values() for n in names if isinstance(f := vars(each).get(n), FunctionType))


def notes(function: object, seen: set[object]) -> bool:
    """Whether a handler comes to the journal, by whatever of its feature’s it calls."""
    if function in NOTES:
        return True
    if not isinstance(function, FunctionType) or function in seen or not function.__module__.startswith("commands."):
        return False
    seen.add(function)
    return any(notes(called, seen) for called in _called(function))


def _is_named(name: str) -> bool:
    named = {word for words in ELSEWHERE.values() for word in words.split()}
    return name.replace(" ", ".") in named or f"{name.partition('.')[0].partition(' ')[0]}.*" in named


def test_whatever_writes_is_in_the_journal_or_says_why_not() -> None:
    writing = [t for t in index_triggers(FEATURES).values() if t.writes and t.key[0] not in ("file", "feed")]
    quiet = {t.key[1] for t in writing if not notes(t.handler, set())}
    assert not [name for name in sorted(quiet) if not _is_named(name)]
    named = {word for words in ELSEWHERE.values() for word in words.split() if not word.endswith("*")}
    assert not named - {name.replace(" ", ".") for name in quiet}, "what is noted, or gone, is named no more"
    noted = {t.key[1] for t in writing} - quiet
    assert {"ressources.Publish", "hotline.Take", "canaux.Make", "membres role", "annonce.Leave"} <= noted


def test_every_act_is_told_in_words() -> None:
    for act in AuditAct:
        assert act.label[0].islower()


@pytest.mark.both_databases
async def test_an_animateur_reads_who_did_what_to_whom_and_why(house: House, agathe: Person, juliette: Person) -> None:
    name = unique("Journal")
    channel_id = await made(house, agathe, name)
    await house.registers(juliette, Role.CONSEILLER, departements=["69"])
    await agathe.asks(f"/membres role @{juliette.username} coordinateur")
    await agathe.asks(f"/membres depart @{juliette.username} 31/12/2031")
    for word in range(11):
        await agathe.asks(f"/canaux description {name} Pour essayer, {word}.")
    await house.settled()

    first = await agathe.asks(f"/moderer journal {name}")
    assert plain(first.text).count("canal changé") == 10
    assert first.buttons == ["Plus anciens"]
    agathe.acts()
    await agathe.clicks(first, "Plus anciens")
    older = await agathe.whispered("Journal")
    assert plain(older.text).count("canal changé") == 1 + 1

    about = plain((await agathe.asks(f"/moderer journal @{juliette.username}")).text)
    assert f"@{agathe.username} : départ noté, @{juliette.username}" in about
    assert f"@{agathe.username} : rôle changé (coordinateur" in about
    async with house.bot.database.transaction(writes=False) as db:
        mine = [e for e in await journal.list_about(db, juliette.id) if e.actor == agathe.username]
        moved = await journal.list_by_name(db, BOT, 500)
        entry = next(e for e in mine if e.act == AuditAct.MEMBER_CHANGE)
        placed = [
            e.act for e in await journal.list_of_things(db, [f"canal:{channel_id}", f"canal:libre:{name.lower()}"])
        ]
    assert (entry.before, entry.after) == ({"role": "conseiller"}, {"role": "coordinateur"})
    assert placed == [AuditAct.CHANNEL_CHANGE] * 12
    assert all(e.actor_id == "" for e in moved)
    assert "38 - Isère" in plain((await agathe.asks("/moderer journal 38")).text), "a département before a number"
    whole = plain((await agathe.asks(f"/moderer journal n° {entry.id}")).text)
    assert "| Rôle | conseiller numérique | coordinateur |" in whole
    assert "n’a pas (ou plus) d’entrée" in plain((await agathe.asks("/moderer journal 99999999")).text)
    assert "n’est ni une personne" in plain((await agathe.asks("/moderer journal nulle part")).text)
    nobody = await house.someone(Role.INVITE, "zoe")
    assert "Rien n’est noté" in plain((await agathe.asks(f"/moderer journal @{nobody.username}")).text)
    assert "les derniers actes" in plain((await agathe.asks("/moderer journal")).text)
    assert "animateur" in plain((await juliette.asks("/moderer journal")).text)
    assert (await verified(house.bot.database))[1] is None


async def test_what_was_imported_is_called_what_it_is(house: House, agathe: Person) -> None:
    after = {"fiches": ["Le mail"], "attendues": 3}
    async with house.bot.database.transaction() as db:
        entry = JournalEntry(
            at=house.clock(), actor="opérateur", act=AuditAct.IMPORT, object="import:resources", after=after
        )
        await journal.add(db, entry)
        (kept,) = await journal.list_of_things(db, ["import:resources"])
    whole = plain((await agathe.asks(f"/moderer journal n° {kept.id}")).text)
    assert "| Ressources | — | Le mail |" in whole
    assert "| Personnes attendues | — | 3 |" in whole
    assert "Fiches" not in whole
