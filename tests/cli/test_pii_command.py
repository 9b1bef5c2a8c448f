"""`gateway pii try`: what would be found, by which rule, and what a provider would see."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Gateway

TEXT = "Write to anna.meier@example.ch,\ncard 4111 1111 1111 1111.\n"


@pytest.fixture
def _rules(home: Path) -> None:
    (home / "policies" / "pii.yaml").write_text("pii: {strict: {actions: {iban: block}}}\n")


@pytest.mark.usefixtures("_rules")
def test_findings_and_what_would_be_sent(gateway: Gateway, home: Path) -> None:
    letter = home / "given" / "letter.txt"
    letter.parent.mkdir()
    letter.write_text(TEXT)
    told = gateway("pii", "try", str(letter), "--policies", "policies")
    assert told.code == 0
    assert "anna.meier" not in told.out
    assert "****1111" in told.out
    data = gateway("pii", "try", str(letter), "--policies", "policies", "--json").json
    assert [(one["type"], TEXT[one["start"] : one["end"]], one["cloud"]) for one in data["found"]] == [
        ("email", "anna.meier@example.ch", "pseudonymise"),
        ("credit_card", "4111 1111 1111 1111", "mask"),
    ]
    assert all(one["rule"] and one["confidence"] > 0.5 for one in data["found"])
    assert data["sent"].startswith("Write to EMAIL_")


@pytest.mark.usefixtures("_rules")
def test_a_guess_is_told_by_its_own_rule_and_what_stands_once_more_by_that(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = b"hey it's Marcus. The client is Mr. Xaqorel; Xaqorel pays"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(said)))
    found = gateway("pii", "try", "-", "--policies", "policies", "--json").json["found"]
    assert [one["rule"] for one in found] == ["name-introduction", "name-title", "known"]


@pytest.mark.usefixtures("_rules")
def test_standard_input_and_a_refusal(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"IBAN CH93 0076 2011 6238 5295 7")))
    told = gateway("pii", "try", "-", "--policies", "policies")
    assert told.code == 1
    assert "would not be sent" in told.out


TEAMS = """
pii:
  strict:
    may_relax:
      - {type: email, until: 2999-12-31, reason: the pilot}
      - {type: phone, until: 2020-01-31, reason: a pilot that is over}
teams:
  pilot:
    models: [fast]
    pii: {rules: strict, actions: {email: allow, phone: allow, credit_card: block}}
    keys: {nightly: {pii: strict}}
  open: {models: [fast]}
"""


def test_what_holds_for_a_team_and_a_key_of_it(gateway: Gateway, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is past holds no more, which `policy check` tells of as well."""
    (home / "policies" / "pii.yaml").write_text(TEAMS)

    def tried(text: str, *words: str) -> Any:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        return gateway("pii", "try", "-", "--policies", "policies", *words)

    said = "Write to anna.meier@example.ch or call +41 44 668 18 00"
    told = tried(said, "--team", "pilot", "--json").json
    assert [(one["type"], one["cloud"]) for one in told["found"]] == [("email", "allow"), ("phone", "pseudonymise")]
    assert "anna.meier@example.ch" in told["sent"]
    assert "668" not in told["sent"]
    assert tried(TEXT, "--team", "pilot").code == 1, "of a card the team sends nothing"
    by_key = tried(said, "--team", "pilot", "--key", "nightly", "--json").json
    assert "anna.meier" not in by_key["sent"]
    unsearched = tried(said, "--team", "open")
    assert (unsearched.code, said in unsearched.out) == (0, True)
    assert "team 'open' has no rule set: nothing is looked for" in unsearched.err
    for words, hint in (
        (("--team", "pilto"), "did you mean 'pilot'?"),
        (("--team", "pilot", "--rules", "strict"), "leave out --rules"),
        (("--user", "anna"), "name it by --team"),
    ):
        refused = tried(said, *words)
        assert (refused.code, hint in refused.err) == (2, True)
    [note] = gateway("policy", "check", "policies", "--json").json["notes"]
    assert "pii.yaml:6: 'phone' could be relaxed up to 2020-01-31, which is past: 'pseudonymise' holds" in note


@pytest.mark.usefixtures("_rules")
def test_what_cannot_be_tried(gateway: Gateway, home: Path) -> None:
    missing = gateway("pii", "try", "nowhere.txt", "--policies", "policies")
    assert (missing.code, "nowhere.txt cannot be read: No such file" in missing.err) == (2, True)
    told = gateway("pii", "try", "-", "--rules", "strickt", "--policies", "policies")
    assert told.code == 2
    assert "did you mean 'strict'?" in told.err
    (home / "policies" / "pii.yaml").write_text("")
    assert "there are none" in gateway("pii", "try", "-", "--policies", "policies").err


@pytest.mark.usefixtures("_rules")
def test_bytes_that_are_no_text_are_refused_whatever_the_locale(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a plain locale Python takes them for characters that nothing can write again."""
    odd = io.TextIOWrapper(io.BytesIO(b"a\xff b"), encoding="ascii", errors="surrogateescape")
    monkeypatch.setattr("sys.stdin", odd)
    refused = gateway("pii", "try", "-", "--policies", "policies", "--json")
    assert (refused.code, refused.out) == (2, "")
    assert "save it as UTF-8" in refused.err
