from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support import examples


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = settings.get_current_profile_name()
    yield
    settings.load_profile(before)


@pytest.mark.parametrize(("chosen", "tried", "part"), [("not soak", 25, 20), ("", 100, 80), ("soak", 100, 80)])
def test_all_are_tried_where_soak_tests_run(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, chosen: str, tried: int, part: int
) -> None:
    monkeypatch.setattr(pytestconfig.option, "markexpr", chosen)
    examples.pytest_configure(pytestconfig)
    assert (settings().max_examples, examples.examples(80)) == (tried, part)
    assert examples.examples(12) in (10, 12), "too few would be the plain ones alone"
    assert examples.examples(1) == 1
    assert list(examples.some_of(range(9), 4)) == ([0, 4, 8] if chosen == "not soak" else list(range(9)))
