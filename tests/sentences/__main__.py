"""`python -m tests.sentences` (« make words ») writes all that the bot can say to one page, feature by feature."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from bot.texts import typeset
from commands import FEATURES
from tests.sentences import Sentence, read_code
from tests.sentences.templates import TEMPLATES, choose_lines, list_blocks

PAGE = (Path(__file__).resolve().parents[2] / "build" / "phrases").with_suffix(".md")
CHAPTERS = {
    "aide": "Aide",
    "brouillon": "Brouillons",
    "coordination": "Comptes rendus de coordination",
    "etiquettes": "Étiquettes des comptes rendus",
    "rappels": "Rappels et message du jour",
    "reservation": "Page de prise de rendez-vous",
    "lecture": "Interface de lecture (API)",
    "plain_words": "Mots simples",
    "refus": "Ce que toute fonction peut répondre",
    "travail": "Travaux longs",
    "fichier": "Fichiers demandés",
    "communes": "Communes, où elles se donnent",
    "destinations": "Destinataires et heures d’une publication",
    "lines": "Titres, liens et téléphones",
    "personal_data": "Données personnelles à retirer",
    "themes": "Thèmes",
    "entretien": "Entretien",
    "sauvegarde": "Sauvegarde",
    "bot": "Le bot lui-même",
    "storage": "Les tables",
    "config": "Les réglages",
    "cli": "L’exploitant (coop-bot)",
}
"""What is said by no feature with a title of its own, after those that have one."""
KINDS = ("messages", "refus", "fenêtres", "boutons", "commandes", "autres mots")


def make_page() -> str:
    """The page: a chapter for each feature, the operator’s last, each text once with where it stands."""
    said = sorted([*_read_lines(), *read_code()], key=lambda each: (_rank(each.feature), KINDS.index(each.kind)))
    return "\n".join(_draw(said)) + "\n"


def _read_lines() -> Iterator[Sentence]:
    for file in sorted(TEMPLATES.glob("*.md.j2")):
        feature = file.name.split(".")[0]
        for block in list_blocks(feature):
            yield from (
                Sentence(feature, "messages", f"{file.name} › {block}", line)
                for line in choose_lines(f"{feature}/{block}")
            )


def _rank(feature: str) -> tuple[int, str]:
    return (list(CHAPTERS).index(feature) if feature in CHAPTERS else -1), feature


def _draw(said: Sequence[Sentence]) -> Iterator[str]:
    yield "# Ce que dit le bot"
    yield ""
    yield "Entre ⟨ ⟩, ce qui est rempli. Un message a autant de lignes qu’il en faut pour tous ses mots."
    titles = {feature.name: feature.front.title for feature in FEATURES if feature.front}
    for name, chapter in groupby(said, key=lambda each: each.feature):
        yield f"\n## {CHAPTERS.get(name) or titles[name]}"
        for kind, texts in groupby(chapter, key=lambda each: each.kind):
            yield f"\n### {kind.capitalize()}\n"
            for place, told in groupby(texts, key=lambda each: each.place):
                yield from _draw_place(place, [each.text for each in told])


def _draw_place(place: str, texts: Sequence[str]) -> Iterator[str]:
    lines = [line for line in typeset("\n".join(dict.fromkeys(texts))).splitlines() if line.strip()]
    if "›" not in place:
        yield f"- {'  '.join(lines)} (`{place}`)"
    else:
        yield f"\n`{place}`\n"
        yield from (f"> {line}  " for line in lines)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(make_page(), "utf-8")
    print(PAGE.relative_to(Path.cwd()))
