"""What is held in each table: said once, for the register of processing, one’s own copy, erasure and the clean-up.

Words:
    PersonalData: what is declared of a table: why it is kept, on what LegalBasis, what of it is whose.
    RetentionLimit, ErasureFate: for how long its rows are kept; what an erasure does to them.
"""

from storage.personal_data.activity import ACTIVITY
from storage.personal_data.declarations import ErasureFate, LegalBasis, PersonalData, RetentionLimit, RetentionSpan, Row
from storage.personal_data.machine import MACHINE
from storage.personal_data.moderation import CONDUCT
from storage.personal_data.people import PEOPLE, PLACES
from storage.personal_data.publications import NEWS, SHARING

__all__ = ["PERSONAL_DATA", "ErasureFate", "LegalBasis", "PersonalData", "RetentionLimit", "RetentionSpan", "Row"]


PERSONAL_DATA: tuple[PersonalData, ...] = (*ACTIVITY, *SHARING, *NEWS, *PLACES, *CONDUCT, *PEOPLE, *MACHINE)
"""Every table there is, once."""
