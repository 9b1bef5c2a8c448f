"""What the bench of stages weighs is the road as it is."""

from __future__ import annotations

from collections import Counter

from gateway.pipeline import STAGES
from tests.bench.gateway_without import INDISPENSABLE, REMEMBERED, WEIGHED


def test_each_stage_is_weighed_once() -> None:
    weighed = Counter([name for names in WEIGHED.values() for name in names] + [INDISPENSABLE])
    assert weighed == Counter(stage.__name__ for stage in STAGES)
    assert weighed.keys() > REMEMBERED
