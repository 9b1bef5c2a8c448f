"""What is needed no more is freed in a thread's own time, and nothing before."""

from gateway.policy.letting_go import LettingGo


class Holder:
    pass


def test_what_is_held_stays_and_what_is_not_is_emptied_by_whoever_frees() -> None:
    letting_go, holder, mapping = LettingGo(), Holder(), {"a": 1, "b": 2}
    letting_go.follow(holder, [mapping])
    letting_go.free()
    assert mapping
    del holder
    assert mapping  # not in the step that let go
    letting_go.free()
    assert not mapping
