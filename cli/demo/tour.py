"""The tour: Juliette files two comptes rendus, one by the form with a mistake on the way, one in a line."""

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from cli.demo.cast import TOWN_SQUARE
from cli.demo.visitor import DemoVisitor, Json, visit

PAGE_WIDTH = 88
LINE = "/cra atelier 8p 1h30 mail, internet 69120 hier +60 retraités"
Say = Callable[[str], None]


async def play(url: str, say: Say) -> None:
    """Play the tour on a running demo, and describe it."""
    say("Juliette, conseillère numérique à Vaulx-en-Velin, ouvre Mattermost, canal « Général ».\n")
    async with visit(url, "juliette", TOWN_SQUARE) as juliette:
        await _by_form(juliette, say)
        await _by_line(juliette, say)
    say("Fin de la visite. « make demo » laisse l’ensemble ouvert pour essayer vous-même.")


async def _by_form(juliette: DemoVisitor, say: Say) -> None:
    say("① Par le formulaire. Elle tape : /cra\n")
    await juliette.types("/cra")
    opened = await juliette.dialog()
    _show_form(opened["dialog"], say)
    filled = _fill(opened["dialog"], participants="3")
    say("Elle choisit « Accompagnement individuel », laisse 3 participants par erreur, et envoie :\n")
    answer = await juliette.submit(opened, filled)
    for name, sentence in (answer.get("errors") or {}).items():
        _box(say, f"{_label(opened['dialog'], name)} — {sentence}")
    say("Rien de ce qu’elle a saisi n’est perdu : elle corrige, et renvoie.\n")
    await juliette.submit(opened, {**filled, "participants": "1"})
    say("Le reçu arrive en message direct de @coop :\n")
    _show_post(await juliette.direct("enregistré"), say)


async def _by_line(juliette: DemoVisitor, say: Say) -> None:
    say(f"② En une ligne. Elle tape : {LINE}\n")
    await juliette.types(LINE)
    preview = await juliette.answer("Enregistrer")
    say("Elle seule voit ce que le bot a compris :\n")
    _show_post(preview, say)
    say("Elle clique sur « Enregistrer » :\n")
    await juliette.click(preview, "Enregistrer")
    _show_post(await juliette.direct("enregistré"), say)


def _fill(dialog: Json, **more: str) -> dict[str, Any]:
    """Fill a form with its defaults and Juliette’s answers, as far as this version of the form has the fields."""
    wanted = {
        "commune": "69120 Vaulx-en-Velin",
        "canal": "rattachement",
        "activite": "individuel",
        "age": "+60",
        "statut": "retraite",
        "themes": ["courriel", "demarche en ligne"],
        "theme1": "courriel",
        "theme2": "demarche en ligne",
        "duree": "45",
        **more,
    }
    names = [element["name"] for element in dialog["elements"]]
    defaults = {e["name"]: e["default"] for e in dialog["elements"] if e.get("default")}
    return defaults | {name: value for name, value in wanted.items() if name in names}


def _label(dialog: Json, name: str) -> str:
    labels: Mapping[str, str] = {e["name"]: e["display_name"] for e in dialog["elements"]}
    return labels.get(name, name)


def _show_form(dialog: Json, say: Say) -> None:
    lines = [dialog["title"], ""]
    for element in dialog["elements"]:
        options = element.get("options") or ()
        shown = " · ".join(option["text"] for option in options[:4]) + (" · …" if len(options) > 4 else "")
        value = shown or element.get("default") or element.get("placeholder") or ""
        lines.append(
            f"{element['display_name']:<24} {textwrap.shorten(value, PAGE_WIDTH - 30, placeholder='…')}".rstrip()
        )
    _box(say, "\n".join(lines))


def _show_post(post: Json, say: Say) -> None:
    lines = [post["message"]] if post.get("message") else []
    for card in post.get("props", {}).get("attachments") or ():
        lines += [text for text in (card.get("title"), card.get("pretext"), card.get("text")) if text]
        lines += [f"{field['title']} : {field['value']}" for field in card.get("fields") or ()]
        if card.get("actions"):
            lines.append("  ".join(f"[ {action['name']} ]" for action in card["actions"]))
    _box(say, "\n".join(lines))


def _box(say: Say, text: str) -> None:
    """Print a text in a frame, without Markdown."""
    plain = text.replace("**", "").replace("\\", "")
    wrapped = [part for line in plain.splitlines() for part in textwrap.wrap(line, PAGE_WIDTH - 4) or [""]]
    say("  ┌" + "─" * (PAGE_WIDTH - 2))
    for line in wrapped:
        say(f"  │ {line}")
    say("  └" + "─" * (PAGE_WIDTH - 2) + "\n")
