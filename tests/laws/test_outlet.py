"""What leaves the house leaves by one outlet: `Exchange.outgoing`, behind which personal data has been treated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STAGES = Path(__file__).parents[2] / "gateway" / "stages"


@pytest.mark.parametrize(
    ("name", "forbidden"),
    [
        ("calls/write_body.py", r"exchange\.(body|tree|request)\b"),
        ("recall.py", r"exchange\.(body|tree)\b"),  # it looks at the request; its key is made of what is outgoing
    ],
)
def test_who_calls_and_who_remembers_ask_the_outlet(name: str, forbidden: str) -> None:
    source = (STAGES / name).read_text()
    assert "exchange.outgoing(attempt)" in source
    assert re.findall(forbidden, source) == []


def test_who_calls_sends_what_was_written_for_it() -> None:
    source = (STAGES / "call.py").read_text()
    assert "write_body(exchange, attempt" in source
    assert re.findall(r"exchange\.(body|tree|request)\b", source) == []
