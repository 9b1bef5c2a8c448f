"""The keys below `audit`: what they become, and what cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.audit import AuditPolicy
from gateway.core.identity import Principal
from gateway.policy.load import load_policy
from gateway.policy.resolve import Resolver
from tests.support.policy_errors import check

HEAD = "version: 1\nproviders:\n  gpu: {kind: local, base_url: http://h/v1, region: eu, engine: vllm}\n"


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "policy.yaml").write_text(HEAD + text)
    return tmp_path


def effective(tmp_path: Path, text: str, user: str | None = None) -> AuditPolicy | None:
    policy = load_policy(folder(tmp_path, text), {})
    found = Resolver().effective(policy, Principal(key_id="k", team="t", user=user))
    assert found is not None
    return found.audit


def test_what_is_written_is_what_holds(tmp_path: Path) -> None:
    text = "teams:\n  t: {models: ['*'], audit: {mode: spool, content: none, retention: 30d, omit_ip: true}}\n"
    assert effective(tmp_path, text) == AuditPolicy(mode="spool", content="none", retention=30 * 86400.0, omit_ip=True)


def test_the_innermost_level_that_says_something_decides(tmp_path: Path) -> None:
    text = (
        "organisation: {audit: {mode: spool}}\n"
        "teams:\n  t: {models: ['*'], users: {anna: {audit: {mode: strict, omit_ip: true}}}}\n"
    )
    assert effective(tmp_path, text) == AuditPolicy(mode="spool")
    assert effective(tmp_path, text, "anna") == AuditPolicy(mode="strict", omit_ip=True)


def test_nobody_says_anything(tmp_path: Path) -> None:
    assert effective(tmp_path, "teams:\n  t: {models: ['*']}\n") is None
    assert AuditPolicy().mode == "strict"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("teams:\n  t:\n    models: ['*']\n    audit: {mode: best_effort}\n", 7, "may lose records"),
        ("teams:\n  t:\n    models: ['*']\n    audit: {mode: srict}\n", 7, "strict"),
        ("teams:\n  t:\n    models: ['*']\n    audit: {retention: 1h}\n", 7, "must be from 1d to 3660d"),
        ("teams:\n  t:\n    models: ['*']\n    audit: {retain: 1d}\n", 7, "retention"),
        (
            "organisation: {audit: {mode: strict}}\nteams:\n  t:\n    models: ['*']\n    audit: {mode: spool}\n",
            8,
            "'spool' is less than 'strict', which the organisation asks for",
        ),
        (
            (
                "teams:\n  t:\n    models: ['*']\n    audit: {content: encrypted}\n"
                "    users:\n      anna:\n        audit: {content: none}\n"
            ),
            10,
            "'none' is less than 'encrypted', which team 't' asks for",
        ),
        (
            "organisation: {audit: {omit_ip: true}}\nteams:\n  t:\n    models: ['*']\n    audit: {retention: 30d}\n",
            8,
            "the organisation says 'omit_ip: true', and this 'audit' replaces that one",
        ),
        (
            (
                "teams:\n  t:\n    models: ['*']\n    audit: {omit_ip: true}\n"
                "    users:\n      anna:\n        audit: {omit_ip: false}\n"
            ),
            10,
            "team 't' says 'omit_ip: true', and this 'audit' replaces that one",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    errors = [str(error) for error in check(folder(tmp_path, text), {})]
    assert len(errors) == 1, errors
    assert f"policy.yaml:{line}:" in errors[0]
    assert told in errors[0]
