"""What is held of reports that count, of their tags and of reports of coordination, and what an erasure does to it."""

import storage.cra.coordination
import storage.cra.queries  # noqa: F401  (the imports register the tables)
from storage.cra import tags
from storage.personal_data.declarations import ErasureFate, PersonalData, about, limit_of, older, table_named, whose

_TAG, _CRA_TAG, _CRA = (table_named(name).c for name in ("tag", "cra_tag", "cra"))
_OLD_TAGS = older(_TAG.deleted_at)

REPORTS = (
    PersonalData(
        "cra_tag",
        limit=limit_of(tags.RESTORE_FOR, "la suppression de l’étiquette", about(_CRA_TAG.tag, _TAG.id, _OLD_TAGS)),
        scope=about(_CRA_TAG.cra, _CRA.id, whose(_CRA.author_id)),
        fate=ErasureFate.DELETED,
    ),
    PersonalData(
        "tag",
        limit=limit_of(tags.RESTORE_FOR, "la suppression", _OLD_TAGS),
        own=("owner",),
        withheld=("folded",),
        fate=ErasureFate.DELETED,
        acts=("created_at",),
    ),
    PersonalData(
        "cra",
        own=("author_id",),
        withheld=("key",),
        fate=ErasureFate.RENAMED,
        blanks={"structure": None},
        acts=("created_at", "modified_at"),
    ),
    PersonalData("cra_month", own=("author_id",), fate=ErasureFate.RENAMED),
    PersonalData(
        "coordination_report",
        own=("author_id",),
        withheld=("key",),
        fate=ErasureFate.RENAMED,
        blanks={"subject": ""},
        acts=("created_at", "modified_at"),
    ),
)
