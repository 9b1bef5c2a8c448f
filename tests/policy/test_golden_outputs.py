"""The policy commands on the shipped policies print what they printed before."""

import pytest

from tests.policy.golden_outputs import COMMANDS, FOLDER, printed


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_prints_what_is_kept(name: str) -> None:
    kept = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert printed(COMMANDS[name]) == kept, "if this is meant, run `python -m tests.policy.golden_outputs`"


def test_nothing_is_kept_that_no_command_prints() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(COMMANDS)
