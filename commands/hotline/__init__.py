"""The hotline: asking for help, and answering it."""

from commands.hotline import cards, figures, jobs, lists, mirror, outages, requests, tickets, triage
from commands.hotline.feature import feature
from commands.hotline.requests import billet

__all__ = ["billet", "feature"]
