"""A workshop reported in a window, as many stories do in passing."""

from bot.french.words import say_minutes
from config.themes import THEMES
from storage.cra import Activite, Age, Canal, Statut
from tests.browser.window import Window

THEMES_OF_THE_DAY = [THEMES[code].option for code in ("internet", "courriel")]


async def fill_workshop(window: Window, participants: str = "8") -> None:
    """Eight people over 60, an hour and a half on Internet and mail."""
    await window.picks("canal", Canal.RATTACHEMENT.label)
    await window.writes("commune", "69120 Vaulx-en-Velin")
    await window.picks("activite", Activite.COLLECTIF.label)
    await window.writes("participants", participants)
    await window.picks("age", Age.PLUS_60.label)
    await window.picks("statut", Statut.RETRAITE.label)
    if window.legacy:
        await window.picks("theme1", THEMES_OF_THE_DAY[0])
        await window.picks("theme2", THEMES_OF_THE_DAY[1])
    else:
        await window.picks("themes", *THEMES_OF_THE_DAY)
    await window.picks("duree", say_minutes(90))
