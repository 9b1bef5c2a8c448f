"""A rule set tried over the admin port: the answer of `gateway pii try`, and no trace of the text."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.admin.personal_data import LONGEST_TEXT
from gateway.pii.engine import Engine
from tests.admin.conftest import AdminPort
from tests.admin.test_audited import told
from tests.cli.conftest import Gateway, gateway, home  # noqa: F401 - fixtures

TEXT = "Grüezi Frau Zellweger,\nwrite to anna.meier@example.ch, card 4111 1111 1111 1111."
SECRET = "Zellweger"


def attempt(admin: AdminPort, **body: Any) -> dict[str, Any]:
    answer = admin.api.post("/pii/try", json=body, headers=admin.bearer("policy-admin"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_it_tells_what_the_command_tells(
    admin: AdminPort,
    gateway: Gateway,  # noqa: F811
    home: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (home / "policies" / "pii.yaml").write_text("pii: {rules: {actions: {iban: block}}}\n")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    command = gateway("pii", "try", "-", "--policies", "policies", "--json").json
    assert attempt(admin, text=TEXT) == command
    assert [(one["type"], TEXT[one["start"] : one["end"]]) for one in command["found"]] == [
        ("person", "Zellweger"),
        ("email", "anna.meier@example.ch"),
        ("credit_card", "4111 1111 1111 1111"),
    ]


def test_what_would_not_be_sent_says_so(admin: AdminPort) -> None:
    assert attempt(admin, text="IBAN CH93 0076 2011 6238 5295 7", rules="rules")["sent"] is None


def test_a_team_for_which_nothing_is_looked_for_says_so(admin: AdminPort) -> None:
    assert attempt(admin, text=TEXT, team="support") == {"rules": None, "found": [], "sent": TEXT}
    answer = admin.api.post("/pii/try", json={"text": TEXT, "team": "suport"})
    assert (answer.status_code, "did you mean 'support'?" in answer.text) == (404, True)


def test_an_unknown_rule_set_is_named(admin: AdminPort) -> None:
    answer = admin.api.post("/pii/try", json={"text": TEXT, "rules": "rule"})
    assert answer.status_code == 404
    assert "no rule set 'rule'; did you mean 'rules'?" in answer.text
    assert SECRET not in answer.text
    mistaken = admin.api.post("/pii/try", json={"text": "rules", "rules": "anna.meier@example.ch"})
    assert (mistaken.status_code, "anna.meier" in mistaken.text) == (404, False)


@pytest.mark.parametrize(
    "body",
    [
        {"text": "x" * (LONGEST_TEXT + 1)},
        {"text": 7},
        {"text": TEXT, "group": "support"},
        {"text": TEXT, "team": "support", "rules": "rules"},
    ],
)
def test_what_is_no_attempt_is_refused_without_its_text(admin: AdminPort, body: dict[str, Any]) -> None:
    answer = admin.api.post("/pii/try", json=body)
    assert answer.status_code == 400
    assert SECRET not in answer.text


def test_the_act_is_on_record_and_the_text_nowhere(
    admin: AdminPort, gateway_thread: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    before = len(told(admin, gateway_thread))
    attempt(admin, text=TEXT)
    acts = told(admin, gateway_thread)[before:]
    assert [(act["act"], act["outcome"]) for act in acts] == [("pii.try", "begun")]
    [entry] = admin.api.get("/log?limit=1").json()["entries"]
    assert (entry["action"], entry["object"], entry["after"]) == ("pii.try", "rules", {"characters": len(TEXT)})
    said = capfd.readouterr()
    assert not [
        word for word in (SECRET, "canary.bird", "4111") if word in said.out + said.err + json.dumps([acts, entry])
    ]


def test_a_detector_that_fails_says_so_and_not_why(
    admin: AdminPort, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Engine, leaves: Any) -> Any:
        raise RuntimeError(leaves[0].text)

    monkeypatch.setattr(Engine, "_find", broken)
    answer = admin.api.post("/pii/try", json={"text": TEXT})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_searched")
    said = capfd.readouterr()
    assert SECRET not in answer.text + said.out + said.err
    assert admin.api.get("/log?limit=1").json()["entries"][0]["outcome"] == "failed"
