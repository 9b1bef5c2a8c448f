"""What is remembered of policies: by each of them, and freed by the thread that looks for changes."""

from __future__ import annotations

from pathlib import Path

from gateway.core.policy import Policy
from gateway.policy.per_policy import PerPolicy
from gateway.policy.source import PolicyFolder
from tests.policy.test_reload_unfelt import write


def a_policy() -> Policy:
    return Policy(version="same", providers={}, models={}, teams={})


def remembering(policies: int) -> PerPolicy[tuple[dict[str, int]]]:
    return PerPolicy(policies, lambda: ({},))


def test_equal_policies_are_two() -> None:
    memories, one, other = remembering(2), a_policy(), a_policy()
    memories.of(one)[0]["key"] = 1
    assert memories.of(other) == ({},)
    assert memories.of(one) == ({"key": 1},)


def test_what_was_remembered_of_an_old_policy_is_freed_by_a_look_and_not_by_the_first_request(tmp_path: Path) -> None:
    write(tmp_path, "0")
    folder = PolicyFolder(tmp_path, {}, lambda _: None)
    memories = remembering(1)
    (old,) = memories.of(a_policy())
    old["key"] = 1
    (new,) = memories.of(a_policy())
    new["key"] = 2
    assert old == {"key": 1}
    folder.look()
    assert old == {}
    assert new == {"key": 2}
