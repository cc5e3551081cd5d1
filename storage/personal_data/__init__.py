"""What is held in each table: said once, for the register of processing, one’s own copy, erasure and the clean-up.

Words:
    PersonalData: what is declared of a table: why it is kept, on what LegalBasis, what of it is whose.
    RetentionLimit, ErasureFate: for how long its rows are kept; what an erasure does to them.
"""

from storage.personal_data.tables import PERSONAL_DATA

__all__ = ["PERSONAL_DATA"]
