"""The window of who books rendez-vous: another moment for somebody."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from bot.forms import Form, Hidden, Offered

MOMENTS_MAX = 25
"""Moments that one window offers: they travel sealed with it."""


class OfferMoment(Form):
    """Another moment for somebody who booked; ``moments`` are what is offered, text by value."""

    title = "Proposer un autre moment"
    submit_label = "Proposer"
    is_kept = False

    moment: Annotated[str, Offered("moments")] = Field(
        title="Moment", description="La personne le lit sur sa page, et l’accepte ou non."
    )
    booking: Hidden[int]
    starts_at: Hidden[datetime]
    moments: Hidden[dict[str, str]]
