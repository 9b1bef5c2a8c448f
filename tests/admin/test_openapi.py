"""Hostile and proper requests, made from the API's own document: every answer is one that the document allows."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from tests.admin.conftest import TOKEN, AdminPort

CHECKS = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]


def as_meant(case: schemathesis.Case, url: str) -> bool:
    """Whether the query went out as it was made: an empty list, for one, leaves nothing behind in a URL."""
    return set(case.query or {}) <= set(parse_qs(urlsplit(url).query, keep_blank_values=True))


def document(admin: AdminPort) -> dict[str, Any]:
    found: dict[str, Any] = admin.api.get("/openapi.json").json()
    return found


def try_all(admin: AdminPort, examples: int) -> int:
    """Every operation, with proper and with broken requests; how many were sent."""
    described = document(admin)
    del described["security"]  # the token is always sent
    for path in described["paths"].values():
        for each in path.values():
            each.pop("security", None)
    sent = 0
    for found in schemathesis.openapi.from_dict(described).get_all_operations():
        operation = found.ok()
        sent += try_one(admin, operation, GenerationMode.POSITIVE, examples)
        if _can_be_broken(operation):
            sent += try_one(admin, operation, GenerationMode.NEGATIVE, examples)
    return sent


def try_one(admin: AdminPort, operation: Any, mode: GenerationMode, examples: int) -> int:
    sent = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        nonlocal sent
        sent += 1
        answer = case.call(base_url=admin.url, headers={"authorization": f"Bearer {TOKEN}"})
        broken = mode is GenerationMode.NEGATIVE and as_meant(case, str(answer.request.url))
        case.validate_response(answer, checks=[*CHECKS, openapi_checks.negative_data_rejection] if broken else CHECKS)

    run()
    return sent


def _can_be_broken(operation: Any) -> bool:
    return bool(list(operation.iter_parameters()) or list(operation.body))


def test_every_answer_is_as_the_document_says(admin: AdminPort) -> None:
    assert try_all(admin, 12) > 200


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_every_answer_is_as_the_document_says_at_length(admin: AdminPort) -> None:
    assert try_all(admin, 150) > 3_000


NAMES = """
GET keys list_keys · POST keys issue_key · GET keys/{key_id} get_key
POST keys/{key_id}/rotate rotate_key · POST keys/{key_id}/revoke revoke_key
GET teams list_teams · GET teams/{team}/explain explain
GET policy show_policy · GET policy/next show_next · POST policy/rollout roll_out · POST policy/rollback roll_back
GET replicas list_replicas · GET engines list_engines · GET log show_log · GET usage list_usage · GET costs sum_costs
POST pii/try try_rules
GET login/ways login_methods · GET me me
POST session log_in · POST session/end log_out · POST sessions/end end_sessions
"""
"""Clients that are made from the document call their methods so."""


def test_operations_keep_their_names(admin: AdminPort) -> None:
    told = {
        f"{method.upper()} {path.removeprefix('/admin/v1/')} {operation['operationId']}"
        for path, methods in document(admin)["paths"].items()
        for method, operation in methods.items()
    }
    assert told == set(NAMES.strip().replace("\n", " · ").split(" · "))


FORBIDDEN = (
    "command",
    "cmd",
    "exec",
    "script",
    "code",
    "import",
    "module",
    "path",
    "file",
    "url",
    "uri",
    "template",
    "webhook",
)
"""No field of a request may mean any of these: what was tested by executing it was executed by others, too."""


def test_no_field_of_a_request_names_something_to_run_or_to_fetch(admin: AdminPort) -> None:
    described = document(admin)
    asked = {
        parameter["name"]
        for path in described["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
    }
    for path in described["paths"].values():
        for operation in path.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"]["$ref"].rpartition("/")[2]
                asked |= set(described["components"]["schemas"][name].get("properties", ()))
    assert "team" in asked
    assert [name for name in asked if any(word in name.lower() for word in FORBIDDEN)] == []
