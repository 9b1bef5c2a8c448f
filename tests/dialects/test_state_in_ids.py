"""State in ids survives, and damage does no harm."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.messages import DIALECTS, ProviderState, Reasoning
from gateway.dialects.state_in_ids import MARK, Sealed, seal, short_id, unseal

PASSPORTS = st.builds(ProviderState, st.sampled_from(DIALECTS), st.text(max_size=10), st.text(max_size=200))
IDS = st.from_regex(r"[a-zA-Z0-9_-]{1,40}", fullmatch=True).filter(lambda text: MARK not in text)


@given(IDS, st.none() | PASSPORTS, st.lists(st.builds(Reasoning, text=st.text(), provider_state=PASSPORTS), max_size=3))
def test_round_trip(call_id: str, provider_state: ProviderState | None, reasoning: list[Reasoning]) -> None:
    shown = seal(call_id, provider_state, tuple(reasoning))
    assert unseal(shown) == Sealed(call_id, provider_state, tuple(reasoning))
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", shown)


@given(IDS, st.text(max_size=60))
def test_a_damaged_seal_is_an_id_without_state(call_id: str, damage: str) -> None:
    opened = unseal(call_id + MARK + damage)
    assert opened.id == call_id


@given(st.integers(1, 12))
def test_a_seal_cut_short_is_an_id_without_state(cut: int) -> None:
    shown = seal("call", ProviderState("gemini", "thoughtSignature", "abcdefgh" * 40))
    assert unseal(shown[:-cut]) == Sealed("call")


def test_a_bomb_is_not_inflated() -> None:
    shown = seal("call", ProviderState("gemini", "thoughtSignature", "x" * 50_000_000))
    assert unseal(shown) == Sealed("call")


@given(st.text(max_size=100))
def test_short_ids_are_nine_letters_and_stable(call_id: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{9}", short_id(call_id))
    assert short_id(call_id) == short_id(call_id)
    assert short_id(short_id(call_id)) == short_id(call_id)
