"""The automatic rules by themselves: what each finds, how it is tuned on a line, what a replica remembers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.events import Edited, Posted
from commands.moderation.rules import (
    SPECS,
    BrokenRuleError,
    RuleName,
    Tuning,
    find_tuning_fault,
    make_default_tuning,
    read_tunings,
    say_tuning,
    tune_rule,
)
from commands.moderation.rules.engine import (
    CheckedMessage,
    Engine,
    Memory,
    MemoryNote,
    RuleTable,
    check_message,
    compute_mark,
)
from storage.moderation import Rule, RuleMode
from tests.test_readers_time import steep

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
LEA, CHANNEL = "l" * 26, "c" * 26
TUNED = {
    RuleName.MENTIONS: "4",
    RuleName.LINKS: "spam.example, mechant.fr",
    RuleName.WORDS: "casino, argent facile, crédit",
    RuleName.GUARD: "10min nir, iban, carte, mot de passe",
}


def on(name: RuleName, line: str = "", mode: RuleMode = RuleMode.PROPOSE) -> Tuning:
    """A rule that was tuned so."""
    return tune_rule(name, Tuning(mode, *SPECS[name].usual, tuple(map(str, SPECS[name].items))), line)


def said(text: str = "Bonjour", at: int = 0, number: int = 0, author: str = LEA) -> CheckedMessage:
    return CheckedMessage(f"{number}".rjust(26, "p"), author, text, at, compute_mark(text))


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (RuleName.MENTIONS, "@lea @paul @ana.martin et @zoe : à vous", True),
        (RuleName.MENTIONS, "@lea @Lea @LEA @lea. @lea", False),
        (RuleName.MENTIONS, "Écrivez à lea@exemple.fr, paul@exemple.fr, ana@exemple.fr ou zoe@exemple.fr", False),
        (RuleName.MENTIONS, "Bonjour @All", True),
        (RuleName.MENTIONS, "_@channel", True),
        (RuleName.MENTIONS, "Bonjour.@all", True),
        (RuleName.MENTIONS, "écrire à jean@all.fr", False),
        (RuleName.MENTIONS, "Bonjour @allan", False),
        (RuleName.LINKS, "https://spam.example/x", True),
        (RuleName.LINKS, "Voyez (www.Spam.Example)", True),
        (RuleName.LINKS, "https://a.b.spam.example:8080/?q=1#z", True),
        (RuleName.LINKS, "https://me@mechant.fr", True),
        (RuleName.LINKS, "https://pasmechant.fr et https://exemple.fr/spam.example", False),
        (RuleName.LINKS, "Rejoignez https://chat.whatsapp.com/AbC123", True),
        (RuleName.LINKS, "t.me/+AbC ou discord.gg/xyz", True),
        (RuleName.LINKS, "https://discord.com/invite/x", True),
        (RuleName.LINKS, "https://discord.com/blog", False),
        (RuleName.LINKS, "https://chat.exemple.fr/signup_user_complete/?id=abc", True),
        (RuleName.LINKS, "La réunion est à 14 h. Merci d’avance…", False),
        (RuleName.WORDS, "Gagnez au CASINO !", True),
        (RuleName.WORDS, "C.a.s.i.n.o", True),
        (RuleName.WORDS, "c a s i n o ce soir", True),
        (RuleName.WORDS, "cas1n0 et c@siiino", True),
        (RuleName.WORDS, "De l’argent   facile", True),
        (RuleName.WORDS, "Un credit", True),
        (RuleName.WORDS, "Les casinos et l’accréditation ; un argent pas facile", False),
        (RuleName.GUARD, "Son numéro : 1 84 12 76 451 089 46", True),
        (RuleName.GUARD, "Appelez le 06 12 34 56 78", False),
        (RuleName.GUARD, "mot de passe : Tr0ub4dor&3", True),
    ],
)
def test_a_rule_finds_what_it_looks_for_and_nothing_near_it(name: RuleName, text: str, *, found: bool) -> None:
    assert (check_message(said(text), (), {name: on(name, TUNED[name])}) == {name}) is found


def spoken(*moments: int, text: str = "Bonjour à toutes et à tous") -> Sequence[MemoryNote]:
    return [MemoryNote(f"{n}".rjust(26, "q"), at, compute_mark(text)) for n, at in enumerate(moments)]


def test_messages_are_counted_in_their_time() -> None:
    flood = {RuleName.FLOOD: on(RuleName.FLOOD, "4 en 10s")}
    assert check_message(said(at=10_000), spoken(0, 1, 2), flood), "to the millisecond"
    assert not check_message(said(at=10_001), spoken(0, 1, 2), flood)
    repeat = {RuleName.REPEAT: on(RuleName.REPEAT, "3 en 1min")}
    same = "BONJOUR à  toutes et à tous"
    assert check_message(said(same, 60_000), spoken(0, 5), repeat)
    assert not check_message(said(same, 60_001), spoken(0, 5), repeat)
    assert not check_message(said("Bonjour à toutes", 10), spoken(0, 5), repeat)
    assert not check_message(said("merci", 10), spoken(0, 5, text="merci"), repeat), "everybody says so"


def test_a_first_message_is_looked_at_when_it_shows_something() -> None:
    first = {RuleName.FIRST: on(RuleName.FIRST)}
    assert check_message(said("![](x)"), (), first)
    assert check_message(said("voir https://exemple.fr"), (), first)
    assert not check_message(said("Bonjour, je débute"), (), first)
    assert not check_message(said("voir https://exemple.fr"), spoken(0), first)


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        (RuleName.FLOOD, "6 en 10s", "6 en 10 s"),
        (RuleName.FLOOD, "6", "6 en 10 s"),
        (RuleName.FLOOD, "en 2 min", "8 en 2 min"),
        (RuleName.REPEAT, "4 en 1h", "4 en 1 h"),
        (RuleName.MENTIONS, "10 @all, @here", "10 ; all, here"),
        (RuleName.LINKS, "https://Spam.example/page, mechant.fr", "spam.example, mechant.fr"),
        (RuleName.WORDS, "ajouter Casino,  argent   facile", "casino, argent facile"),
        (RuleName.GUARD, "5min nir, mot de passe", "5 min ; nir, mot de passe"),
    ],
)
def test_a_rule_is_tuned_on_a_line_and_said_as_it_is_typed(name: RuleName, line: str, told: str) -> None:
    tuned = on(name, line)
    assert say_tuning(name, tuned).replace("\u00a0", " ") == told
    assert on(name, say_tuning(name, tuned).replace(" ; ", " ")) == tuned
    row = Rule(name=name, mode=tuned.mode, settings=tuned.settings, changed_at=NOW)
    assert read_tunings([row])[name] == tuned


def test_a_list_grows_and_shrinks() -> None:
    words = on(RuleName.WORDS, "casino, crédit")
    words = tune_rule(RuleName.WORDS, words, "ajouter casino, pari")
    assert words.items == ("casino", "crédit", "pari")
    assert tune_rule(RuleName.WORDS, words, "retirer crédit, autre").items == ("casino", "pari")
    assert tune_rule(RuleName.WORDS, words, "loterie, pari").items == ("casino", "crédit", "pari", "loterie")
    assert tune_rule(RuleName.WORDS, words, "remplacer loterie").items == ("loterie",)
    assert tune_rule(RuleName.WORDS, words, "loterie", adds=False).items == ("loterie",)
    assert tune_rule(RuleName.MENTIONS, on(RuleName.MENTIONS, "6 all, here"), "here").items == ("here",), "all is known"


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        (RuleName.FLOOD, "2 en 10s", "le nombre va de 3 à 30"),
        (RuleName.FLOOD, "6 en 2h", "la durée va de 2"),
        (RuleName.FLOOD, "beaucoup", "6 en 10s"),
        (RuleName.LINKS, "pas un site", "exemple.com"),
        (RuleName.WORDS, "a", "2 à 60"),
        (RuleName.MENTIONS, "6 tous", "all, channel, here"),
        (RuleName.GUARD, "adresse", "nir, iban"),
        (RuleName.FIRST, "3", "ne comprend pas"),
    ],
)
def test_what_a_rule_cannot_be_is_said(name: RuleName, line: str, says: str) -> None:
    with pytest.raises(UserError, match=says):
        on(name, line)


def test_only_some_rules_may_act() -> None:
    acting = {
        name
        for name in RuleName
        if not find_tuning_fault(name, on(name, mode=RuleMode.PROPOSE)) and SPECS[name].may_act
    }
    assert acting == {RuleName.FLOOD, RuleName.REPEAT, RuleName.LINKS, RuleName.WORDS}
    with pytest.raises(UserError, match="proposer, pas agir"):
        on(RuleName.GUARD, "5min", RuleMode.ACT)


@pytest.mark.parametrize(
    "row",
    [
        {"name": "inconnue"},
        {"settings": {"count": "six"}},
        {"settings": {"count": 1}},
        {"settings": {"seconds": True}},
        {"settings": {"items": "casino"}},
        {"settings": {"items": ["x"]}},
        {"settings": {"autre": 1}},
        {"settings": []},
        {"name": "donnees", "mode": RuleMode.ACT},
    ],
)
def test_a_broken_row_is_no_rule(row: dict[str, Any]) -> None:
    whole: dict[str, Any] = {"name": "flood", "mode": RuleMode.PROPOSE, "settings": {}, "changed_at": NOW}
    with pytest.raises(BrokenRuleError):
        read_tunings([Rule(**whole | row)])


def test_what_is_off_by_default_stays_off() -> None:
    assert {make_default_tuning(name).mode for name in RuleName} == {RuleMode.OFF}
    assert not any(find_tuning_fault(name, make_default_tuning(name)) for name in RuleName)
    assert not RuleTable.of(read_tunings([])).tuned


def post(text: str = "x", at: int = 0, number: int = 0, **more: Any) -> Posted:
    where = {"channel_id": CHANNEL, "post_id": f"{number}".rjust(26, "p"), "user_id": LEA}
    return Posted(**where | more, text=text, at=at)


def changed(text: str, number: int, edit_at: int = 1) -> Edited:
    return Edited(channel_id=CHANNEL, post_id=f"{number}".rjust(26, "p"), user_id=LEA, text=text, edit_at=edit_at)


def engine(*exempt: str, **tuned: str) -> Engine:
    """One at work in the channel with those rules."""
    made = Engine()
    rules = {RuleName(name): on(RuleName(name), line) for name, line in tuned.items()}
    made.tune("ici", frozenset({CHANNEL}), RuleTable.of(rules, exempt))
    return made


def test_a_flood_is_found_once_for_so_many_messages_and_a_message_told_again_counts_once() -> None:
    made = engine(flood="3 en 10s")
    found = [made.wants(post(at=n, number=n)) for n in range(9)]
    assert found == [False, False, True] * 3
    assert made.wants(post(at=2, number=2)), "the same, told again"
    assert made.found(post(number=2)) == {RuleName.FLOOD}
    twice = engine(flood="3 en 10s")
    assert not any(twice.wants(post(at=n, number=n)) for n in (0, 1, 1, 0, 1))


def test_what_is_changed_is_looked_at_again_once() -> None:
    made = engine(mots="casino", flood="3 en 1h")
    assert not made.wants(post("Bonjour", number=1))
    assert made.wants(changed("Un casino", 1))
    assert made.found(changed("Un casino", 1)) == {RuleName.WORDS}
    assert not made.wants(changed("Bonsoir", 2))
    assert not made.wants(changed("Un casino", 2, edit_at=2)), "once"
    assert not any(made.wants(changed("x", number)) for number in range(3, 9)), "no message more"


def test_who_is_exempt_and_what_is_elsewhere_is_not_looked_at() -> None:
    made = engine(LEA, mots="casino")
    assert not made.wants(post("Un casino"))
    made.tune("ici", frozenset({CHANNEL}), RuleTable.of({RuleName.WORDS: on(RuleName.WORDS, "casino")}))
    assert made.wants(post("Un casino"))
    assert not made.wants(post("Un casino", channel_id="d" * 26, number=1))
    made.tune("ici", frozenset(), RuleTable.of({}))
    assert not made.wants(post("Un casino", number=2))


def test_two_bots_of_one_process_have_rules_of_their_own() -> None:
    made, other = engine(mots="casino"), "d" * 26
    made.tune("là", frozenset({other}), RuleTable.of({RuleName.WORDS: on(RuleName.WORDS, "pari")}))
    assert made.wants(post("Un casino", number=1))
    assert not made.wants(post("Un casino", channel_id=other, number=2))
    assert made.wants(post("Un pari", channel_id=other, number=3))


def test_what_is_remembered_is_bounded() -> None:
    memory = Memory(people=3, each=2)
    for number in range(40):
        memory.note(said(at=number, number=number, author=f"{number // 4}".rjust(26, "a")))
    assert len(memory) == 6
    made = engine(mots="casino")
    for number in range(5000):
        made.wants(post("Un casino", number=number))
    assert made.found(post(number=0)) == frozenset()
    assert made.found(post(number=4999)) == {RuleName.WORDS}


TEXTS = st.text(st.sampled_from("a@.:/ -1ç’!\n🚩"), max_size=40) | st.sampled_from(
    ["Un casino", "https://t.me/+x", "@all", "FR76 3000 6000 0112 3456 7890 189", "Bonjour à toutes et à tous"]
)
EVENTS = st.lists(
    st.tuples(TEXTS, st.integers(0, 100_000), st.integers(0, 8), st.booleans()), max_size=30
)  # fmt: skip


@given(events=EVENTS, on_now=st.sets(st.sampled_from(list(RuleName))))
def test_only_rules_that_are_on_find_something_and_what_was_answered_holds(
    events: list[tuple[str, int, int, bool]], on_now: set[RuleName]
) -> None:
    made = Engine()
    made.tune(
        "ici",
        frozenset({CHANNEL}),
        RuleTable.of({n: on(n) if n in on_now else make_default_tuning(n) for n in RuleName}),
    )
    for text, at, number, is_edited in events:
        event = changed(text, number) if is_edited else post(text, at, number)
        wanted = made.wants(event)
        assert made.found(event) <= on_now
        assert wanted == bool(made.found(event))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RuleName if not SPECS[name].is_timed])
def test_a_rule_takes_no_more_than_its_share_for_a_longer_message(name: RuleName) -> None:
    tuned = {name: on(name, TUNED.get(name, ""))}
    assert steep(lambda text: check_message(said(text), (), tuned)) == []
