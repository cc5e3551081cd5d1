"""What is held in each table: said once, for the register of processing, one’s own copy, erasure and the clean-up.

The sentences of each are in config/personal_data.tsv; its columns and what an erasure does to it in
config/personal_columns.tsv, in the order of an erasure, in which also the old goes: what is about a thing before that
thing. What neither can say is in rules.py.

Words:
    PersonalData: what is declared of a table: why it is kept, on what LegalBasis, what of it is whose.
    RetentionLimit, ErasureFate: for how long its rows are kept; what an erasure does to them.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import storage.actus.digests
import storage.actus.items
import storage.actus.subscriptions
import storage.annuaire.entries
import storage.canaux
import storage.cra.coordination
import storage.cra.habits
import storage.cra.queries
import storage.hotline.posts
import storage.hotline.suggestions
import storage.hotline.tickets
import storage.programs
import storage.rdv.reminders
import storage.ressources.collections
import storage.ressources.feedback
import storage.ressources.resources
import storage.sondage.votes
import storage.stats.privacy
import storage.stats.recipients
import storage.watchlist
from config.tables import read
from storage.personal_data import rules
from storage.personal_data.declarations import ErasureFate, LegalBasis, PersonalData
from storage.personal_data.rules import ERASED

COLUMNS = ("own", "others", "names", "credits", "lists", "withheld", "days", "acts")


def _declare(columns: Mapping[str, str], sentences: Mapping[str, str]) -> PersonalData:
    """Put together what the two tables of config/ and the rules say of a table."""
    name = columns["name"]
    said: dict[str, Any] = {**sentences, "ground": LegalBasis(sentences["ground"])}
    said |= {each: tuple(filter(None, columns[each].split(","))) for each in COLUMNS}
    return PersonalData(
        **said,
        fate=ErasureFate[columns["fate"].upper()],
        limit=rules.LIMITS.get(name),
        scope=rules.SCOPES.get(name),
        given=rules.GIVEN.get(name),
        shown=rules.SHOWN.get(name),
        blanks=rules.BLANKS.get(name, {}),
    )


_SENTENCES = {row["name"]: row for row in read("personal_data.tsv")}
_ROWS = read("personal_columns.tsv")
PERSONAL_DATA = tuple(_declare(row, _SENTENCES[row["name"]]) for row in _ROWS)
"""Every table there is, once."""
_GROUPED = groupby(zip(_ROWS, PERSONAL_DATA, strict=True), lambda pair: pair[0]["group"])
GROUPS = tuple(tuple(each for _, each in pairs) for _, pairs in _GROUPED)
"""The tables that are erased in one transaction, in their order."""
