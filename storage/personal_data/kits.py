"""What is held of kits d’animation: whose orders and parcels are, for how long, and what an erasure does to them."""

from datetime import datetime

from sqlalchemy import ColumnElement

from storage import kit
from storage.personal_data.declarations import (
    ErasureFate,
    PersonalData,
    Row,
    about,
    limit_of,
    older,
    table_named,
    whose,
)

_ORDER, _PARCEL = (table_named(name).c for name in ("kit_order", "kit_parcel"))
_WHO: Row = dict.fromkeys(
    ("recipient", "structure", "siret", "street", "postcode", "commune", "telephone", "hours"), ""
)
_WORDS: Row = dict.fromkeys(("tracking", "note"), "")


def _old_order(before: datetime) -> ColumnElement[bool]:
    return older(_ORDER.moved_at)(before) & _ORDER.user_id.is_not(None)


def _old_words(before: datetime) -> ColumnElement[bool]:
    is_old = about(_PARCEL.order_id, _ORDER.id, older(_ORDER.moved_at))
    return is_old(before) & ((_PARCEL.tracking != "") | (_PARCEL.note != ""))


KITS = (
    PersonalData(
        "kit_parcel",
        limit=limit_of(kit.KEPT, "le dernier colis", _old_words, _WORDS),
        scope=about(_PARCEL.order_id, _ORDER.id, whose(_ORDER.user_id)),
        fate=ErasureFate.RENAMED,
        blanks=_WORDS,
    ),
    PersonalData(
        "kit_order",
        limit=limit_of(kit.KEPT, "le dernier colis", _old_order, {**_WHO, "user_id": None}),
        own=("user_id",),
        fate=ErasureFate.RENAMED,
        blanks=_WHO,
        acts=("ordered_at",),
    ),
    PersonalData("kit_batch", own=("opened_by",), fate=ErasureFate.RENAMED),
    PersonalData("kit_stock"),
)
