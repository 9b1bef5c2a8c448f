"""Writes `gateway/dialects/LOSSES.md`, of what the probes saw: `python -m tests.dialects.loss_table`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.core.messages import DIALECTS
from gateway.dialects.losses import FEATURES
from tests.support.probes.crossing import OLDER, PROBES, TARGETS, Crossing, Fate, crossed
from tests.support.probes.silent import SILENT

PLACE: Final = Path(__file__).parents[2] / "gateway" / "dialects" / "LOSSES.md"

_ORDER: Final[tuple[Fate, ...]] = ("carries", "approximates", "drops", "refuses")
_ACTIONS: Final[dict[str, Fate]] = {"approximated": "approximates", "dropped": "drops"}

_HEAD: Final = """\
# What crosses from one dialect into another
Written by `python -m tests.dialects.loss_table` from requests that were really translated, one for each field of each
SDK; `tests/dialects/test_loss_table.py` holds it to the bodies that went out. A request that stays within its dialect
goes out as the client's own bytes and loses nothing.

- **carries**: the provider is told the same.
- **approximates**: it is told something near it; named in `x-gateway-dropped` with `(approximated)`.
- **drops**: it is not told; named in `x-gateway-dropped`, and refused with `x-gateway-strict: 1`.
- **refuses**: the request is answered 400, and the error names the field: without it, the answer would mean something
  else.
- **–**: no client of another dialect can say it.

Two words in one cell: it depends on the value, on the model, or on what else the conversation holds. The second column
is what decides where a dialect has no place for a feature: `meaning` refuses, `price` and `style` drop. A field that is
not known to the gateway is dropped and named. What a provider's own answer put into the ids and signatures that a
client echoes (its encrypted reasoning, its thought signatures) goes back to that provider's dialect whatever the
client's is. What an answer holds and the client's dialect has no place for (a picture drawn unasked, sound, citations)
is named like a field of the answer: `answer.image`; so are thoughts that the client refused, and that came all the same
(`answer.reasoning`).
"""


def written() -> str:
    seen = [
        crossed(client, probe, target)
        for client in DIALECTS
        for target in (*TARGETS, *OLDER)
        if target.dialect != client
        for probe in PROBES[client]
    ]
    names = [target.name for target in TARGETS]
    features = [feature for feature in FEATURES if any(feature in one.told for one in seen)]
    rows = ["| feature | matters to | " + " | ".join(names) + " |", "| --- " * (len(names) + 2) + "|"]
    for feature in features:
        cells = [
            _cell([one for one in seen if one.target.name.split(",")[0] == name and feature in one.told], feature)
            for name in names
        ]
        rows.append(f"| `{feature}` | {FEATURES[feature]} | " + " | ".join(cells) + " |")
    return "\n".join([_HEAD, *rows, "", *_silences()])


def _cell(seen: list[Crossing], feature: str) -> str:
    fates = {_fate(one, feature) for one in seen}
    return ", ".join(fate for fate in _ORDER if fate in fates) or "–"


def _fate(one: Crossing, feature: str) -> Fate:
    """What the encoder told, where it knew better than the column."""
    for loss in one.losses:
        if loss.feature == feature:
            return _ACTIONS[loss.action]
    return one.told[feature][0]


def _silences() -> list[str]:
    lines = [
        "## Not told",
        "Fields that may be left out without a word, because no answer depends on them:",
        "",
    ]
    lines += [f"- {client}, `{name}`: {why}." for (client, name), why in sorted(SILENT.items())]
    return [*lines, ""]


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")
