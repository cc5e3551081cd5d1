"""Every form, in every way it is drawn: it fits Mattermost, and whatever is sent is accepted or explained."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.drafts import trim_submission
from bot.errors import UserError
from bot.forms import Clues, Form, name_of
from bot.forms.form import draw_step, mistakes_in, sent_in
from bot.spool import Submission
from commands import FEATURES
from storage.people import Person, Role
from tests.modes import FORM_MODES, clues, version
from tests.support.conversation import feature as trial

TODAY = date(2026, 9, 12)
USER = Person(
    id="u" * 26,
    username="juliette",
    role=Role.CONSEILLER,
    departements=["69"],
    since=datetime(2026, 1, 1, tzinfo=UTC),
)
KEPT = {
    "participants": 3,
    "ages": {"-12": 1, "+60": 2},
    "statuts": {"retraite": 2, "etudiant": 1},
    "suite": {"atelier": 1},
}
WHO = {"id": "a" * 26, "username": "agathe", "timezone": "Europe/Paris", "role": "conseiller"}
QUEUES = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}
POLL = {"poll": 12, "question": "Quels outils ?", "options": ["Visio", "Agenda, partagé", "#3"]}
MOTIVES = {"propos": "Propos blessants", "autre": "Autre chose"}
REQUEST = {"person_id": "a" * 26, "key": f"{'a' * 26}:6929f000", "username": "lea"}
HIDDEN: Mapping[str, Sequence[Mapping[str, object]]] = {
    "NewCra": ({}, {"kept": KEPT}, {"known_tags": ["caf", "bus-numérique"]}),
    "DecideIdea": ({"idea": 12, "said": "Trier"},),
    "OrderKit": (
        {"tops": {"M": "M (38-40)"}, "bottoms": {"42": "42"}, "structure": "Maison de quartier"},
        {"order": 12, "tops": {"M": "M (38-40)"}, "bottoms": {}},
    ),
    "ReportParcel": ({"order": 12, "parcel": 2, "to": "manquant"},),
    "WithdrawIdea": ({"idea": 12, "said": "Trier"},),
    "EditCra": ({"numero": 12, "version": 1}, {"numero": 12, "version": 3, "kept": KEPT}),
    "OfferMoment": (
        {"booking": 1, "starts_at": "2026-12-01T08:00:00Z", "moments": {"2026-12-02T08:00:00+00:00": "mercredi à 9 h"}},
    ),
    "AskHelp": ({"about": "linux", "helpers": ["h" * 26]},),
    "ChosenOption": ({"name": "x", "data": {}, "label": "Quoi", "options": {"a": "A", "b": "B"}},),
    "ChooseMember": ({"purpose": "role"},),
    "AddMember": ({"who": WHO, "may_give": ["conseiller", "invite"]},),
    "IntroduceGuest": ({"waiting": {"a" * 26: "@paul", "b" * 26: "@rose"}},),
    "CompleteProfile": ({"known": ["prenom", "structure"]}, {"known": []}),
    "RefuseAccess": (REQUEST,),
    "GrantAccess": (REQUEST | {"lines": {"7": "Léa Perrin, coordinateur, 38"}}, REQUEST),
    "GiveRole": ({"who": WHO, "may_give": ["conseiller", "coordinateur"]},),
    "MoveMember": ({"who": WHO},),
    "EndMember": ({"who": WHO},),
    "Announce": ({}, {"annonce": "a" * 26, "thematiques": {"theme:education": "Éducation"}}),
    "AnnounceHere": ({"departements": {"miens": "Tous mes départements", "69": "Rhône (69)", "01": "Ain (01)"}},),
    "AskPoll": (
        {},
        {"poll": 12, "here": "c" * 26, "here_name": "Club", "thematiques": {"theme:education": "Éducation"}},
    ),
    "AskPollHere": (
        {"here": "c" * 26, "here_name": "Club"},
        {"departements": {"miens": "Tous mes départements", "69": "Rhône (69)"}},
    ),
    **dict.fromkeys(("VoteOne", "VoteSeveral", "ChangeOne", "ChangeSeveral"), (POLL, {**POLL, "code": "K7QF92MD"})),
    "ChangeEnd": ({"poll": 12},),
    "RenameChannel": ({"there": {"general": "Général", "education": "Éducation"}},),
    "WritePurpose": ({"there": {"general": "Général", "education": "Éducation"}},),
    "WriteHeader": ({"there": {"general": "Général", "education": "Éducation"}},),
    "PutAway": ({"there": {"education": "Éducation"}},),
    "Reword": ({"annonce": "a" * 26},),
    "AnswerNeed": ({"need": "need:1", "said": "« imprimante »"},),
    "NewOutage": ({"queues": QUEUES},),
    "OpenTicket": ({"queues": QUEUES}, {"queues": QUEUES, "source": "s" * 26}),
    **dict.fromkeys(
        ("AnswerTicket", "AskBack", "ResolveTicket", "MarkDuplicate", "ChangeUrgency", "AssignTicket", "RateTicket"),
        ({"ticket": 12},),
    ),
    **dict.fromkeys(
        ("DeclareOutage", "TellOutage", "EndOutage"), ({"incident": 3, "said": "Panne n° 3"}, {"incident": 3})
    ),
    "TransferTicket": ({"ticket": 12, "queues": QUEUES},),
    "TakeTurn": ({"queues": {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}}, {"queues": {}}),
    "SwapTurn": ({"own": {"1": "30/11 au 04/12"}, "others": {"t2": "@bilal, 07/12", "p" + "b" * 26: "@bilal"}},),
    "ProposeEvent": ({"places": ["", "69"], "zone": "Paris"}, {"places": ["", "01"], "every": True, "zone": "Nouméa"}),
    "EditEvent": ({"places": ["69"], "zone": "Paris", "event": 12, "sequence": 3},),
    **dict.fromkeys(("RefuseEvent", "CancelEvent"), ({"event": 12, "said": "Atelier"}, {"event": 12})),
    "DepositResource": ({}, {"attached": {"m" * 26: "a.pdf"}, "source": "m" * 26}, {"ticket": 12}),
    "EditResource": (
        {"resource": 12, "version": 1, "named": "@juliette"},
        {"resource": 12, "version": 3, "length": 3500, "attached": {"gardes": "Les garder : a.pdf"}},
    ),
    **dict.fromkeys(
        (
            "AskDepositor",
            "AnswerReview",
            "RefuseResource",
            "WithdrawResource",
            "CommentResource",
            "ReportResource",
        ),
        ({"resource": 12, "said": "Le mail"}, {"resource": 12}),
    ),
    "EditDigest": ({"digest": 42, "entries": {"7": "1. Un guide", "9": "(écarté) Une loi"}}, {"digest": 42}),
    "RewordEntry": ({"digest": 42, "entry": 7, "seen": {"text": "e3b0c44298fc"}},),
    "WriteEdito": ({"digest": 42, "seen": "e3b0c44298fc"}, {"digest": 42}),
    **dict.fromkeys(("AddEntry", "PutOffDigest"), ({"digest": 42},)),
    "Programme": ({"editions": {"vendredi": "Les actus du vendredi", "nouvelles": "On vient aux nouvelles"}},),
    "ProposeNews": ({}, {"post": "p" * 26, "channel": "c" * 26, "author": "a" * 26, "places": {"69": "Rhône"}}),
    "ChangeNews": ({"item": 3}, {"item": 3, "post": "p" * 26, "name": "Léa Perrin", "places": {"69": "Rhône"}}),
    "ReportMessage": ({"motives": MOTIVES}, {"motives": MOTIVES, "said": "Bonjour"}),
    "PreciseReport": ({"case": 12, "motives": MOTIVES},),
    **dict.fromkeys(
        (
            "DismissCase",
            "RemindCharter",
            "WarnAuthor",
            "HideMessage",
            "SilenceAuthor",
            "ExcludeAuthor",
            "MoveThread",
            "AskOpinion",
            "DeclineMeasure",
        ),
        ({"case": 12, "said": "Bonjour", "fate": "edited"}, {"case": 12}),
    ),
    "ForwardCase": ({"case": 12, "there": {"administrateurs": "Les administrateurs"}},),
    **dict.fromkeys(
        ("ContestMeasure", "UpholdMeasure", "CancelMeasure"), ({"entry": 3, "said": "avertissement"}, {"entry": 3})
    ),
    "LightenMeasure": ({"entry": 3, "lighter": {"rappel": "rappel de la charte"}},),
    "SpreadCra": ({"numero": 12, "version": 1, "participants": 3, "day": "2026-09-01"},),
    "TakeTerritory": [{"kind": "departement", "code": "69", "start": "2026-10-01", "end": "2026-11-01"}],
}
"""What travels with each form; a new form with hidden fields is added here."""

FORMS = [t.payload for f in (*FEATURES, trial) for t in f.triggers if t.key[0] == "submit" and t.payload]
EVERY_FORM = pytest.mark.parametrize("form", FORMS, ids=lambda f: f.__name__)
WAYS = st.sampled_from(FORM_MODES)
EXAMPLES = settings(max_examples=settings().max_examples // 2)
"""How many each form is shown in, whichever way it is drawn: what one form does not show another will."""

NAMES = {"a" * 26: "Agathe", "c" * 26: "Le café"}
"""The people and channels that Mattermost knows."""

words = st.text(max_size=160) | st.sampled_from(
    [
        "hier",
        "69120",
        "Saint-Denis",
        "@all",
        "<!channel>",
        "7",
        "0",
        "-1",
        "1e9",
        "8,0",
        "٣",
        "2026-02-30",
        "\x00",
        "𝟘",
        "a" * 400,
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


EXTRA = st.dictionaries(st.text(max_size=10), json_values, max_size=2)

Values = Mapping[str, object]


def _drawn(
    form: type[Form], raw: Mapping[str, object], hidden: Mapping[str, object], mode: str
) -> list[dict[str, Any]]:
    return form.recall(raw, hidden).elements(_clues(mode))


def _clues(mode: str) -> Clues:
    return replace(clues(mode, USER, TODAY), names=NAMES)


@cache
def submissions(form: type[Form]) -> st.SearchStrategy[dict[str, object]]:
    """Anything for any element of any server; mostly what a client could have sent."""
    return _submissions(form)


@st.composite
def _submissions(draw: st.DrawFn, form: type[Form]) -> dict[str, object]:
    boxes = _boxes(form)
    kept = draw(st.sets(st.sampled_from(sorted(boxes))))
    extra = draw(EXTRA)
    return extra | {name: draw(boxes[name]) for name in boxes if name in kept}


@cache
def _boxes(form: type[Form]) -> Mapping[str, st.SearchStrategy[object]]:
    """What comes of each element, made once: to make it takes much longer than to draw from it."""
    hidden = HIDDEN.get(form.__name__, ({},))[0]
    elements = {e["name"]: e for mode in FORM_MODES for e in _drawn(form, {}, hidden, mode)}
    return {name: _usual(element) for name, element in elements.items()}


def _usual(element: Mapping[str, Any]) -> st.SearchStrategy[object]:
    options = [o["value"] for o in element.get("options", [])]
    if element.get("data_source"):
        options = [*NAMES, "z" * 26]
    usual = st.sampled_from(options) | st.lists(st.sampled_from(options), max_size=4) if options else words
    return st.one_of(usual, usual, json_values)


def test_what_travels_is_that_of_forms_there_are() -> None:
    assert HIDDEN.keys() <= {form.__name__ for form in FORMS}


@EVERY_FORM
@EXAMPLES
@given(mode=WAYS, data=st.data())
def test_whatever_is_sent_is_explained_shown_kept_and_split(form: type[Form], mode: str, data: st.DataObject) -> None:
    """In one property, since to draw a submission takes longer than to look at what becomes of it."""
    raw = data.draw(submissions(form))
    hidden = data.draw(st.sampled_from(HIDDEN.get(form.__name__, ({},))))
    assert_explains(form, raw, hidden, mode)
    assert_all_fits(form, raw, hidden, mode)
    assert_reads_again(form, raw, hidden, mode)
    assert_keeps_whole(form, raw, hidden, mode)
    assert_steps(form, raw, hidden, mode, data.draw(st.integers(2, 12)), data.draw(submissions(form)))
    if form.is_kept:
        assert 0 < len(form.summarize(form.trim(raw), hidden, TODAY)) <= 200


def assert_explains(form: type[Form], raw: Values, hidden: Values, mode: str) -> None:
    """A submission is accepted, or refused by sentences under fields that are shown."""
    shown = {e["name"] for e in _drawn(form, {}, hidden, mode)}
    mistakes = _mistakes(form, raw, hidden, mode)
    assert set(mistakes) <= shown, "an unknown field would close old clients without a word"
    for sentence in mistakes.values():
        assert_says_what_to_do(sentence)


def _mistakes(form: type[Form], raw: Values, hidden: Values, mode: str) -> Mapping[str, str]:
    """What is explained under the fields; nothing when it is accepted."""
    try:
        assert isinstance(form.parse(raw, hidden, _clues(mode)), form)
    except UserError as refusal:
        return refusal.fields or {"": "a refusal of a dialog says where"}
    return {}


def assert_says_what_to_do(sentence: str) -> None:
    """One French sentence or two, without a mention, a link or a line break."""
    assert sentence[0].isupper() or sentence[0] in "«0123456789", sentence
    assert sentence.rstrip().endswith((".", "!", "?", "…")), sentence
    assert "\n" not in sentence
    assert not re.search(r"@(all|channel|here|\w)", sentence), sentence
    assert "://" not in sentence, sentence
    assert len(sentence) <= 600, len(sentence)


def assert_all_fits(form: type[Form], raw: Values, hidden: Values, mode: str) -> None:
    """A form fits Mattermost whatever it is prefilled with."""
    elements = _drawn(form, raw, hidden, mode)
    assert 0 < len(form.title.encode()) <= 24
    assert len({e["name"] for e in elements}) == len(elements) > 0
    assert len(json.dumps(elements)) < 200_000
    for element in elements:
        assert_fits(element, mode)


def assert_fits(element: Mapping[str, Any], mode: str) -> None:
    """The limits of docs/mattermost.md §3.3, in bytes, and the kinds a server of that generation knows."""
    known = {"text", "textarea", "select", "bool", "radio"} | ({"date"} if version(mode) >= (11, 1) else set())
    assert element["type"] in known
    assert 0 < len(element["display_name"].encode()) <= 24
    assert 0 < len(element["name"].encode()) <= 300
    assert len(element.get("help_text", "").encode()) <= 150
    most = 150 if element["type"] in ("text", "date") else 3000
    assert len(element.get("placeholder", "").encode()) <= most
    default = element.get("default", "")
    assert isinstance(default, str)
    # What a person typed is brought back whole; clients count its characters, the server would count bytes.
    assert len(default) <= most, element
    if element.get("data_source"):
        assert element["type"] == "select"
        assert [o["value"] for o in element.get("options", [])] == [default] * bool(default)
    elif element["type"] in ("select", "radio"):
        values = [o["value"] for o in element["options"]]
        assert len(values) == len(set(values)) > 0
        assert "multiselect" not in element or version(mode) >= (11, 0)
        chosen = default.split(",") if element.get("multiselect") else [default]
        assert default == "" or set(chosen) <= set(values)
        assert all(o["text"].strip() for o in element["options"]), "an option without words cannot be chosen"
    assert element["type"] != "radio" or not default, "web clients from 11.0 send a radio’s default without showing it"


def assert_reads_again(form: type[Form], raw: Values, hidden: Values, mode: str) -> None:
    """A draft brought back and sent untouched means what it meant when it was typed."""
    try:
        first = form.parse(raw, hidden, _clues(mode))
    except UserError:
        return
    shown = {e["name"]: e.get("default", "") for e in _drawn(form, raw, hidden, mode)}
    assert form.parse(shown, hidden, _clues(mode)) == first


def assert_keeps_whole(form: type[Form], raw: Values, hidden: Values, mode: str) -> None:
    """What people type is kept whole in the draft of a refused dialog."""
    typed = {name: value for name, value in raw.items() if _is_typed(value)}
    kept = trim_submission(Submission(name_of(form), "k" * 22, "p" * 26, typed, {})).raw
    assert _drawn(form, kept, hidden, mode) == _drawn(form, typed, hidden, mode)


def _is_typed(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def assert_steps(form: type[Form], raw: Values, hidden: Values, mode: str, step: int, earlier: Values) -> None:
    """A step is read as if it were alone, whatever earlier steps left."""
    shown = {e["name"] for e in _drawn(form, {}, hidden, mode)}
    own = {name: value for name, value in raw.items() if name in shown}
    elements = draw_step(step, _drawn(form, {}, hidden, mode))
    for element in elements:
        assert_fits(element, mode)
    sent = {**earlier, **sent_names(step - 1, earlier), **sent_names(step, own)}
    assert sent_in(step, sent) == own
    mistakes = mistakes_in(step, _mistakes(form, sent_in(step, sent), hidden, mode))
    assert set(mistakes) <= {e["name"] for e in elements}


def sent_names(step: int, values: Values) -> dict[str, object]:
    """What a client sends of a step, by the names that it was shown."""
    return {e["name"]: values[name] for name in values for e in draw_step(step, [{"name": name}])}  # type: ignore[misc]
