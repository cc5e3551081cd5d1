"""`python -m tests.guides` (« make guides ») writes the tables of commands into the guides, from what commands say, and
the commands themselves into config/commands.tsv, for who reads sentences without the bot; into config/work.tsv what
long work is called, for who lists it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.features import Feature, Trigger
from commands import FEATURES
from config.commands import COLUMNS, SEPARATOR, TABLE, Command
from storage.people import Role

HOUSE = Path(__file__).resolve().parents[1]
DOCS, COMMANDS, WORK = HOUSE / "docs", HOUSE / "config" / TABLE, HOUSE / "config" / "work.tsv"
WORK_ABOUT = "# What long work is called, as the features declare it: « make guides » writes this table."
ABOUT = "# The commands that the bot knows, as their features declare them: « make guides » writes this table."
READERS: Mapping[str, Role] = {
    "conseiller.md": Role.CONSEILLER,
    "coordinateur.md": Role.COORDINATEUR,
    "animateur.md": Role.ANIMATEUR,
    "hotline.md": Role.HOTLINE,
}
"""The guides, and who reads each."""
BEGIN, END = "<!-- make guides, début -->\n", "<!-- make guides, fin -->\n"


def read_guide(name: str) -> str:
    """The text of a guide."""
    return (DOCS / name).read_text("utf-8")


def make_guide(name: str) -> str:
    """A guide as it is with its table made again. Raises ValueError where the table has no place."""
    before, begin, rest = read_guide(name).partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/{name} has no place for its table, between « {BEGIN.strip()} » and « {END.strip()} »")
    return "\n".join([before + begin, *draw_table(READERS[name]), "", end + after])


def draw_table(role: Role) -> Iterator[str]:
    """The commands that a role may type, those of the bot itself first, then a feature after the other."""
    yield "| Vous tapez | Ce qui vient |"
    yield "|---|---|"
    for feature in sorted(FEATURES, key=lambda feature: feature.front is not None):
        yield from _draw_feature(feature, [trigger for trigger in feature.commands if role in trigger.roles])


def _draw_feature(feature: Feature, commands: Sequence[Trigger]) -> Iterator[str]:
    if feature.front and commands:
        yield f"| **{feature.front.title}** | |"
    for command in commands:
        line = f"/{command.key[1]} {command.hint}".rstrip().replace("|", r"\|")
        yield f"| `{line}` | {command.help} |"


def list_commands() -> list[Command]:
    """The commands of all features, in the order in which « /aide » lists them."""
    triggers = [trigger for feature in FEATURES for trigger in feature.commands]
    return [Command(each.key[1], each.seeks, each.tells, tuple(each.words)) for each in triggers]


def make_table() -> str:
    """The table of commands, as it is in its file."""
    lines = (
        (one.name, *("x" if yes else "" for yes in (one.seeks, one.tells)), SEPARATOR.join(one.words))
        for one in list_commands()
    )
    return "\n".join([ABOUT, "\t".join(COLUMNS), *("\t".join(line) for line in lines), ""])


def make_work_table() -> str:
    """The table of long work: the names that lie in the database, and what people read."""
    declared = (trigger for feature in FEATURES for trigger in feature.triggers)
    lines = sorted(f"{trigger.key[1]}\t{trigger.title}" for trigger in declared if trigger.key[0] == "work")
    return "\n".join([WORK_ABOUT, "name\ttitle", *lines, ""])


if __name__ == "__main__":
    COMMANDS.write_text(make_table(), "utf-8")
    WORK.write_text(make_work_table(), "utf-8")
    for guide in READERS:
        (DOCS / guide).write_text(make_guide(guide), "utf-8")
