"""How losses are told in a header: whole names, bounded, and how many there were besides."""

from __future__ import annotations

from gateway.dialects.losses import MAX_TOLD, MAX_TOLD_LENGTH, Loss, declared


def dropped(*names: str) -> tuple[Loss, ...]:
    return tuple(Loss((name,), "unknown", "dropped", "no counterpart") for name in names)


def test_nothing_lost_is_no_header() -> None:
    assert declared(()) is None
    assert declared(dropped("top_k", "top_p", "top_k")) == "top_k, top_p"


def test_names_and_whether_something_near_went_out() -> None:
    near = Loss(("messages", 0, "content", 1), "image_url", "approximated", "only something near")
    assert declared((*dropped("top_k"), near)) == "top_k, messages[0].content[1] (approximated)"


def test_no_more_than_so_many_names() -> None:
    told = declared(dropped(*(f"f{number}" for number in range(MAX_TOLD + 3))))
    assert told is not None
    assert told.endswith(f"f{MAX_TOLD - 1}, and 3 more")
    assert len(told.split(", ")) == MAX_TOLD + 1


def test_a_long_list_ends_with_a_whole_name_and_the_number_of_the_rest() -> None:
    names = [f"{number:02d}" + "x" * 98 for number in range(10)]
    told = declared(dropped(*names))
    assert told is not None
    assert len(told) <= MAX_TOLD_LENGTH
    *whole, rest = told.split(", ")
    assert whole == names[: len(whole)]
    assert rest == f"and {10 - len(whole)} more"


def test_a_name_longer_than_all_room_is_counted() -> None:
    assert declared(dropped("x" * 1000, "top_k")) == "2 fields of long names"


def test_names_that_a_client_chose_cannot_break_a_header() -> None:
    assert declared(dropped("a\r\nset-cookie: b", "é")) == "a??set-cookie: b, ?"
