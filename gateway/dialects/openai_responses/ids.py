"""Ids of output items.

The API's items carry ids with a prefix by kind (`msg_`, `rs_`, `fc_`, `ctc_`, `ig_`), 64 characters at most. Items of
other providers' answers get ids of the same form that say `gw_` behind the prefix, so that a request which echoes them
can be told from one that echoes the API's own: those the API knows, ours it does not.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from gateway.dialects.state_in_ids import short_id

ItemKind = Literal["msg", "rs", "fc", "ctc", "ig"]

LONGEST_ID: Final = 64
"""Characters of an item's id or a call's id; the API refuses longer ones."""


def item_id(kind: ItemKind, answer_id: str, number: int) -> str:
    """The id of the output item `number` of an answer; the same for the same answer."""
    return f"{kind}_gw_{short_id(answer_id, 22)}_{number}"


def is_ours(value: Any) -> bool:
    """Whether `item_id` made this id."""
    return type(value) is str and value.partition("_")[2].startswith("gw_")


def response_id(answer_id: str) -> str:
    return answer_id if answer_id.startswith("resp_") else f"resp_{answer_id}"
