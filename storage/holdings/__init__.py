"""What is held in each table: said once, for the register of processing, one’s own copy, erasure and the clean-up.

Words:
    Holding, Fate, Limit: what is declared of a table: why it is kept, what of it is whose, what erasure does to it, for
        how long; all else about personal data is made from that.
"""

from storage.holdings.activity import ACTIVITY
from storage.holdings.conduct import CONDUCT
from storage.holdings.kinds import Fate, Ground, Holding, Limit, Row, Span
from storage.holdings.machine import MACHINE
from storage.holdings.news import NEWS
from storage.holdings.people import PEOPLE
from storage.holdings.places import PLACES
from storage.holdings.sharing import SHARING

HOLDINGS: tuple[Holding, ...] = (*ACTIVITY, *SHARING, *NEWS, *PLACES, *CONDUCT, *PEOPLE, *MACHINE)
"""Every table there is, once."""

__all__ = ["HOLDINGS", "Fate", "Ground", "Holding", "Limit", "Row", "Span"]
