"""A thread that searches gives the event loop its turns, however small the texts are.

RE2 and Aho-Corasick let go of the interpreter for each search and take it back before another thread has woken up, so
that many short searches in a row keep it as one long one would (`gateway.background_work`). What counts is therefore
how many searches there are between two turns, whatever the machine.
"""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.core.privacy import Leaf, TakesLong
from gateway.core.privacy_rules import CLOUD, SOVEREIGN, RuleSet
from gateway.pii import haste
from gateway.pii.engine import Engine
from gateway.pii.haste import FEW
from gateway.pii.keywords import Keywords
from gateway.pii.leaves import sites_of
from gateway.pii.linear import Pattern
from gateway.pii.many_words import ManyWords
from gateway.pii.redaction import Asker, Ruling, redact
from gateway.pii.remembered import Remembered
from gateway.pii.view import View
from tests.pii.lag import BODIES
from tests.pii.serving import policy_with
from tests.support.each_case import each_case
from tests.support.echoing import MARK, Echo
from tests.support.fakes import AsgiCall, Stand

SIZE = 30_000
"""Bytes, in some hundreds of texts."""
MOST_SEARCHES = 100
"""Of a few microseconds each."""
KINDS = ("CSV", "Markdown", "JSON in a message", "JSON in a call", "messages", "embeddings", "percent", "entities")


class _Counting:
    """Searches since the last turn, and the most of them that there were."""

    def __init__(self) -> None:
        self.now = self.most = self.turns = 0

    def search(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)

    def turn(self) -> None:
        self.turns += 1
        self.now = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> _Counting:
    counting = _Counting()

    def told(name: str) -> None:
        searching = getattr(Pattern, name)

        def search(self: Pattern, *arguments: Any) -> Any:
            counting.search()
            return searching(self, *arguments)

        monkeypatch.setattr(Pattern, name, search)

    def spans(self: Pattern, data: bytes, searching: Any = Pattern.spans) -> Iterator[tuple[int, int]]:
        counting.search()
        for span in searching(self, data):
            yield span
            counting.search()

    def stretches(self: ManyWords, data: bytes, searching: Any = ManyWords.stretches) -> Iterator[Any]:
        for found in searching(self, data):
            counting.search()
            yield found

    told("occurs")
    told("first")
    told("first_within")
    monkeypatch.setattr(Pattern, "spans", spans)
    monkeypatch.setattr(ManyWords, "stretches", stretches)
    modules = [module for name, module in sys.modules.items() if name.startswith("gateway.")]
    for module in modules:
        if "yield_interpreter" in vars(module):
            monkeypatch.setattr(module, "yield_interpreter", counting.turn)
    return counting


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_few_searches_between_two_turns(kind: str, counted: _Counting) -> None:
    rules = RuleSet(name="rules", cloud=CLOUD, sovereign=SOVEREIGN)
    engine = Engine()
    ruling = Ruling(rules, engine, engine, engine.hasty(), Keywords(()), rules.cloud, rules.sovereign)
    tree = BODIES[kind](SIZE)
    redact(tree, "openai_chat", ruling, Asker("demo", "2026-01-01", bytes(32), restores=True), sites_of(tree, None))
    assert counted.turns
    assert counted.most <= MOST_SEARCHES


REPORT = "The report lists revenue by region and product line, with notes on what moved each number. " * 4
WORTH_A_THREAD = {
    "a password": f"{REPORT} password: Xk9aQ!77zLm",
    "what nothing is found in": "password is " * 30,
    "what is hostile": "pass:" * 200,
    "what is encoded": f"{REPORT} d3JpdGUgdG8gYW5uYS5tdWVsbGVyQGV4YW1wbGUuY2g=",
}


@pytest.fixture
def never_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What costs little is never given up, however busy the machine."""
    monkeypatch.setattr(haste, "perf_counter", lambda: 0.0)


@pytest.mark.usefixtures("never_late")
@each_case("text", WORTH_A_THREAD.values())
def test_in_haste_no_secrets_are_judged_be_a_text_new_or_known(text: str) -> None:
    engine = Engine(dictionaries={"projects": ["Bluebird"]}, remembered=Remembered())
    harmless = [Leaf(REPORT), Leaf(f"{REPORT} Bluebird")]
    for _ in range(2):
        with pytest.raises(TakesLong):
            engine.hasty().find([*harmless, Leaf(text)])
        nothing, [own] = engine.hasty().find(harmless)
        assert (nothing, own.type) == ([], "projects")
    if any(engine.find([Leaf(text)])):
        with pytest.raises(TakesLong):
            engine.hasty().find([Leaf(text)])
    assert engine.hasty().find([Leaf(text[-FEW:])]) == engine.find([Leaf(text[-FEW:])])


def test_haste_is_for_all_texts_of_a_request_together(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(haste, "perf_counter", lambda: next(ticks) * 1e-4)
    hasty, leaf = Engine(dictionaries={"projects": ["Bluebird"]}, remembered=Remembered()).hasty(), Leaf(REPORT)
    for _ in range(100):
        assert hasty.find([leaf]) == [[]]
    with pytest.raises(TakesLong):
        hasty.find([leaf] * 3 + [Leaf(f"{REPORT} Bluebird {number}") for number in range(100)])


@pytest.mark.usefixtures("never_late")
@pytest.mark.anyio
async def test_a_short_request_is_searched_beside_the_loop_where_secrets_have_to_be_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[str] = []

    def looked(self: Engine, number: int, view: View, found_by: Callable[..., Any] = Engine._found_by) -> Any:
        threads.append(threading.current_thread().name)
        return found_by(self, number, view)

    monkeypatch.setattr(Engine, "_found_by", looked)
    stand = Stand(policy_with(), Echo())
    for text, status, looks in (
        (REPORT, 200, False),
        (f"{REPORT} password: Xk9aQ!77zLm", 422, True),
    ):
        threads.clear()
        body = {"model": "chat/m", "messages": [{"role": "user", "content": f"{MARK}{text}"}]}
        call = AsgiCall("/v1/chat/completions", json.dumps(body).encode())
        await call.run(stand.edge)
        beside = {name for name in threads if name.startswith("personal-data-short")}
        assert (call.status, beside != set()) == (status, looks)
        assert not looks or beside == set(threads)
