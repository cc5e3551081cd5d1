"""Every trigger of the bot and who may pull it: a change that is not made in tests/data/catalogue.tsv too fails."""

from pathlib import Path

from bot.features import Trigger
from bot.job_runner import Schedule
from bot.registry import index_triggers
from commands import FEATURES
from storage.people import EVERYONE

TABLE = Path(__file__).parent / "data" / "catalogue.tsv"


def write_line(trigger: Trigger) -> str:
    """A trigger as a line of the table; « + » stands for whom its feature lets in besides."""
    kind, name = trigger.key
    roles = "everyone" if trigger.roles == EVERYONE else ", ".join(sorted(trigger.roles))
    return "\t".join((kind, name, f"{roles} +" if trigger.admits and trigger.roles != EVERYONE else roles))


def test_the_catalogue_tells_every_trigger_and_its_roles() -> None:
    """A new trigger is a line there, in the order of the alphabet."""
    found = sorted(map(write_line, index_triggers(FEATURES).values()))
    _, *kept = [line for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#")]
    new, gone = (sorted(set(one) - set(other)) for one, other in ((found, kept), (kept, found)))
    assert not new, "Read these, and add them to tests/data/catalogue.tsv:\n" + "\n".join(new)
    assert not gone, (
        "Nothing has these triggers or roles any more; take them out of tests/data/catalogue.tsv:\n" + "\n".join(gone)
    )
    assert kept == found, "tests/data/catalogue.tsv is in the order of the alphabet, each line once."


def test_commands_are_listed_by_the_alphabet_those_of_the_feature_s_own_name_first() -> None:
    listed = {feature.name: [trigger.key[1] for trigger in feature.commands] for feature in FEATURES}
    assert listed["annuaire"] == ["annuaire", "annuaire ajouter", "annuaire propositions", "annuaire qui", "profil"]
    for name, commands in listed.items():
        assert all(command.split()[0] in commands[: commands.index(command) + 1] for command in commands), name


def test_every_command_says_what_it_is_for() -> None:
    for trigger in (trigger for feature in FEATURES for trigger in feature.commands):
        assert trigger.help, trigger.key
        assert trigger.help[0].isupper()
        assert not trigger.help.endswith("."), trigger.key


def test_no_job_runs_in_the_hour_that_some_nights_have_twice() -> None:
    for trigger in (t for f in FEATURES for t in f.triggers if t.key[0] == "job"):
        assert Schedule(trigger.schedule, local=trigger.local), "it raises for such an hour"
