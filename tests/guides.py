"""`python -m tests.guides` (« make guides ») writes the tables of commands into the guides, from what commands say."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.features import Feature, Trigger
from commands import FEATURES
from storage.people import Role

DOCS = Path(__file__).resolve().parents[1] / "docs"
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


if __name__ == "__main__":
    for guide in READERS:
        (DOCS / guide).write_text(make_guide(guide), "utf-8")
