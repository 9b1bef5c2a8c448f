"""Findings of the engine, through its one door."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gateway.core.privacy import Leaf
from gateway.pii.engine import Engine

ENGINE = Engine()


def found(text: str, *names: str) -> list[tuple[str, str]]:
    findings = ENGINE.find([Leaf(text, names)])[0]
    assert findings == sorted(findings, key=lambda finding: finding.start)
    assert all(one.end <= other.start for one, other in pairwise(findings))
    return [(text[finding.start : finding.end], finding.type) for finding in findings]


FORMS = {
    "plain": "CH93 0076 2011 6238 5295 7",
    "close": "CH9300762011623852957",
    "small": "ch93 0076 2011 6238 5295 7",
    "wrapped": "CH93 0076\n2011 6238 5295 7",
    "quoted": "CH93 0076\n> 2011 6238 5295 7",
    "no-break": "CH93\u00a00076\u00a02011\u00a06238\u00a05295\u00a07",
    "wide": "ＣＨ９３ ００７６ ２０１１ ６２３８ ５２９５ ７",
    "zero width": "CH93 00\u200b76 2011 62\u200d38 5295 7",
    "soft hyphen": "CH93 0076 20\u00ad11 6238 5295 7",
    "spaced": "C H 9 3 0 0 7 6 2 0 1 1 6 2 3 8 5 2 9 5 7".replace("C H", "CH"),
    "letters for digits": "CH93 OO76 2O11 6238 5295 7",
}


@pytest.mark.parametrize("form", FORMS)
def test_an_iban_in_any_dress(form: str) -> None:
    assert found(f"Bitte auf {FORMS[form]} zahlen") == [(FORMS[form], "iban")]


def test_the_first_types() -> None:
    text = "anna.müller@example.ch, 079 123 45 67, 4111 1111 1111 1111, 756.9217.0769.85, postgres://app:s3cr3t!x@db/x"
    assert [kind for _, kind in found(text)] == ["email", "phone", "credit_card", "ch_ahv", "secret"]


@pytest.mark.parametrize(
    "text",
    [
        "Version 2024.11.25-3, Bestellnummer 4012345678901, ISBN 978-3-16-148410-0.",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "id 123e4567-e89b-12d3-a456-426614174000 at 2024-11-25T10:15:30Z",
        "In 2023 the company grew by 12 to 15 percent, from 1 200 000 to 1 350 000.",
        "API_KEY=sk-your-key-here-example-placeholder",
    ],
)
def test_numbers_that_are_nobodys(text: str) -> None:
    assert found(text) == []
