"""Texts that come again: nothing of them stays, nothing is found less, and only what found something looks again."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.privacy import CERTAIN, UNMISTAKABLE, DetectionFailed, Finding, Leaf
from gateway.pii import look as module
from gateway.pii.engine import RULES, Engine
from gateway.pii.look import Look
from gateway.pii.remembered import Remembered, digests
from gateway.pii.stand_ins import StandIns
from tests.pii.held_out import harmless, labelled
from tests.support.examples import some_of

FORGETFUL = Engine()


def leaves() -> list[Leaf]:
    told = [text.text for text in labelled()[::4]] + [text for _, text in harmless()[::4]]
    return [Leaf(text) for text in some_of(told, 2)]


def certain(findings: list[Finding], sought: frozenset[str]) -> list[Finding]:
    return [finding for finding in findings if finding.type in sought and finding.confidence >= CERTAIN]


@pytest.mark.parametrize("sought", [UNMISTAKABLE, UNMISTAKABLE - {"phone"}, frozenset({"secret"})], ids=len)
def test_who_looks_for_what_leaves_no_doubt_finds_all_of_it_new_and_known_and_looks_for_nothing_lighter(
    sought: frozenset[str],
) -> None:
    engine = Engine(remembered=Remembered())
    # One by one: what another text tells is no certainty.
    expected = [certain(FORGETFUL.find([leaf])[0], sought) for leaf in leaves()]
    assert any(expected)
    for _ in range(2):
        found = [engine.find([Leaf(leaf.text, sought=sought)])[0] for leaf in leaves()]
        assert [certain(findings, sought) for findings in found] == expected
    assert engine.find([Leaf("Frau Anna Müller, geboren am 12.03.1980", sought=sought)]) == [[]]
    assert len(engine.find([Leaf("Frau Anna Müller, geboren am 12.03.1980")])[0]) == 2


def test_a_rule_that_says_that_it_is_doubtful_is_never_certain() -> None:
    doubtful = [rule for rule in RULES if rule.doubtful]
    found = [one for leaf in leaves() for rule in doubtful for one in rule.find(Look(leaf.text, (), StandIns(())).view)]
    assert {"column-phone", "secret-account", "secret-assigned", "secret-code"} <= {one.rule for one in found}
    assert [one.rule for one in found if one.confidence >= CERTAIN] == []


def test_the_second_time_finds_what_the_first_did() -> None:
    engine = Engine(remembered=Remembered())
    expected = FORGETFUL.find(leaves())
    assert any(expected)
    assert [engine.find(leaves()) for _ in range(3)] == [expected] * 3


@pytest.mark.parametrize(
    "again", ["Ask Petrov about it.", "Ask Pe&#116;rov about it.", "Ask PERSON_k7f3q2 or Petrov.", "Ask\u202fPetrov."]
)
@pytest.mark.parametrize("others", [0, 3, 600])
def test_what_is_found_in_one_text_is_found_in_those_that_held_nothing_before(again: str, others: int) -> None:
    engine = Engine(remembered=Remembered())
    clean = [Leaf(f"Please look at part {number} of the plan.") for number in range(others)]
    texts = [*clean, Leaf("See below:"), Leaf(again), Leaf("And then?"), *clean]
    assert not any(engine.find(texts))
    told = [*texts, Leaf("Mr. Ivan Petrov, born on 12.03.1980")]
    found = engine.find(told)
    assert found == FORGETFUL.find(told)
    assert [finding.rule for finding in found[others + 1]] == ["known"]
    assert sum(map(bool, found)) == 2


def test_texts_that_held_nothing_are_asked_together_for_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(remembered=Remembered())
    texts = [Leaf(f"Please look at part {number} of the plan.") for number in range(50)]
    told = [*texts, Leaf("Mr. Ivan Petrov, born on 12.03.1980")]
    expected = engine.find(told)
    read: list[str] = []
    fold = module.fold
    monkeypatch.setattr(module, "fold", lambda text: read.append(text) or fold(text))
    assert engine.find(told) == expected
    assert read == [told[-1].text]


def test_a_text_that_held_nothing_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine(remembered=Remembered())
    clean, full = Leaf("Bitte fasse das zusammen."), Leaf("Ruf mich an: 079 123 45 67")
    found = engine.find([clean])[0], engine.find([full])[0]
    folded: list[str] = []
    monkeypatch.setattr(module, "fold", lambda text: folded.append(text) or text.encode("latin-1"))
    assert engine.find([clean]) == [found[0]]
    assert folded == []
    assert engine.find([full]) == [found[1]]
    assert folded == [full.text]


def test_what_one_text_tells_is_still_found_in_one_that_was_clean() -> None:
    engine = Engine(remembered=Remembered())
    asked, signed = Leaf("Frag Qortell, bitte."), Leaf("Freundliche Grüsse\nXirvane Qortell")
    assert engine.find([asked]) == [[]]
    assert [len(own) for own in engine.find([asked, signed])] == [1, 1]
    assert engine.find([asked]) == [[]]


def test_rule_sets_that_share_a_memory_know_nothing_of_each_other() -> None:
    shared = Remembered()
    text = Leaf("Projekt Zephyr: anna@example.ch")
    names = {"without": Engine(["phone"], remembered=shared), "mail": Engine(["email"], remembered=shared)}
    names["own"] = Engine([], {"project": ["Zephyr"]}, remembered=shared)
    for _ in range(2):
        told = {name: [finding.type for finding in engine.find([text])[0]] for name, engine in names.items()}
        assert told == {"without": [], "mail": ["email"], "own": ["project"]}


def test_the_names_around_a_text_count() -> None:
    engine = Engine(remembered=Remembered())
    assert engine.find([Leaf("Qortell", ("city",))]) == [[]]
    assert [finding.type for finding in engine.find([Leaf("Qortell", ("lastName",))])[0]] == ["person"]


@given(
    st.lists(st.tuples(st.text(max_size=3), st.lists(st.text(alphabet="a:1\0", max_size=3), max_size=3)), unique_by=str)
)
def test_no_two_leaves_have_one_digest(told: list[tuple[str, list[str]]]) -> None:
    digest = digests()
    assert len({digest(text, names) for text, names in told}) == len(told)


def test_it_is_bounded_and_forgets_what_is_not_asked_for() -> None:
    remembered = Remembered(most=10)
    for number in range(100):
        remembered.keep((number, 0), ())
        assert remembered.of((0, 0)) == ()
    assert len(remembered) <= 20
    assert remembered.of((1, 0)) is None


def test_pieces_of_a_stream_do_not_fill_it() -> None:
    remembered = Remembered()
    Engine(remembered=remembered).find([Leaf("a piece", passing=True)])
    assert len(remembered) == 0


def test_a_search_that_failed_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = Remembered()
    engine = Engine(remembered=remembered)

    def broken(_text: str) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(module, "fold", broken)
        with pytest.raises(DetectionFailed):
            engine.find([Leaf("anna@example.ch")])
    assert [finding.type for finding in engine.find([Leaf("anna@example.ch")])[0]] == ["email"]


def test_nothing_of_a_text_or_a_value_stays() -> None:
    remembered = Remembered()
    engine = Engine(remembered=remembered)
    secret = "qortell.xirvane" + "@" + "geheim.example.ch"
    engine.find([Leaf("Schreib an " + secret)])
    kept: list[object] = []
    reached = [remembered]
    while reached:
        found = [thing for thing in gc.get_referents(*reached) if not isinstance(thing, type)]
        kept += found
        reached = [thing for thing in found if isinstance(thing, dict | tuple | list)]
    assert len([thing for thing in kept if isinstance(thing, int) and abs(thing) > 2**32]) == 2
    told = [str(thing) for thing in kept if isinstance(thing, str | bytes)]
    assert not [thing for thing in told if "qortell" in thing]
