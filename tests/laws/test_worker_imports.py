"""A worker is dozens of megabytes before its first request: what it never needs it does not import."""

import subprocess
import sys

import pytest

UNNEEDED = (
    "alembic",  # brings a schema up to date; where it stands is told by names of files
    "gateway.admin.application",  # imported by the first request to the admin port, in a thread
    "gateway.administration",
    "gateway.pii.engine",  # where a rule set is: a third of a start's processor time
    "google.protobuf",  # of the exporter of spans
    "opentelemetry.sdk",  # where an endpoint is named
    "pypdf",  # by the first file that is one
    "redis",  # where its URL is given
)


@pytest.fixture(scope="module")
def imported() -> set[str]:
    program = "import sys, gateway.serve; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(told.stdout.split())


@pytest.mark.parametrize("module", UNNEEDED)
def test_who_serves_does_not_import(module: str, imported: set[str]) -> None:
    assert "gateway.wiring" in imported
    assert module not in imported
