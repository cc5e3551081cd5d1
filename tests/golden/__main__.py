"""Draws the golden pictures anew, after a change of how they look; look at them before keeping them."""

from commands.stats.papers import draw_charts
from tests.golden import HERE, page

if __name__ == "__main__":
    for picture in draw_charts(page(), HERE):
        print(picture)
