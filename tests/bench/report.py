"""From samples to a table: median and range of each subject, ratios to the bare relay of the same run."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

REFERENCE = "bare relay"

PREFACE = """\
Written by `make bench`. CPU µs per request = (user + system time of the process tree) ÷ completed requests:
median (least–most) of {rounds} interleaved rounds of about {seconds:g} s each.
A request of 1.45 kB and an answer of 0.8 kB over {plain} connections; streams of 60 events 10 ms apart over {streams}.
Ratio: to the bare relay, the median of the rounds' own ratios. Added: beside asking the provider directly.
Factors below 1.3 are noise."""

STAGES_PREFACE = """\
Written by `make bench-stages`. CPU µs per request of the whole gateway less those of the gateway without the stage,
measured one after the other: median (least–most) of {rounds} rounds of {seconds:g} s. Same dialect, not streamed."""

CACHE_PREFACE = """\
Written by `make bench-cache`. CPU µs per request, same dialect: median (least–most) of {rounds} rounds of {seconds:g} s
(as long as streams last). A miss asks, seals and keeps; `neither` has no breakers, no pace, no choice and no cache. A
miss of a stream relays 60 events 10 ms apart, each a turn of its own; its hit gives all of them at once. Ratios are
taken within a round."""

MANY_PREFACE = """\
Written by `make bench-many`. CPU µs per request, same dialect, not streamed, with all that was left to be written. Each
team has one key, quotas, a budget with alerts, a user with a quota, and the house's rules for personal data; requests
go through all keys in a drawn order. Alike gateways differ by several percent, so there were {sets} sets of two fresh
ones. In a set each row of the larger one had {rounds} turns of {seconds:g} s and the smaller one as many beside; the
set's figure is the median of these. Here stand the median (least–most) of the sets. The last row is the larger
gateway, asked with ten of its keys: what is more there grows with the number, the rest is memory that the processor's
caches do not hold.
Every key was asked with before: the first call of each, after a start, took {first} CPU µs, which is in
no row."""

COLUMNS = (
    "subject",
    "CPU µs/request",
    "ratio",
    "requests/s",
    "p50 ms",
    "CPU ms/stream",
    "ratio",
    "first byte p50 ms, added",
    "RSS MB",
    "bad",
)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One round of one row. `processor`: microseconds of processor time for each completed request."""

    processor: float
    rate: float
    p50_ms: float
    first_byte_p50_ms: float
    bad: int
    completed: int = 0


class Row(msgspec.Struct, kw_only=True):
    """A subject in one form; samples by whether they streamed; megabytes at the end of the run."""

    name: str
    plain: list[Sample] = []
    streamed: list[Sample] = []
    megabytes: float = 0.0


def summary(rows: Sequence[Row], rounds: int, seconds: float, connections: tuple[int, int]) -> str:
    """Markdown."""
    by_name = {row.name: row for row in rows}
    direct = by_name.get("direct")
    told = PREFACE.format(rounds=rounds, seconds=seconds, plain=connections[0], streams=connections[1])
    lines = [_line(row, by_name.get(REFERENCE), direct) for row in rows if row is not direct]
    return page("What the gateway costs", told, COLUMNS, lines)


def page(title: str, told: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    table = [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *lines)]
    return "\n".join([f"# {title}", "", told, "", _machine(), "", *table, ""])


def _machine() -> str:
    day = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}"
    return f"{day} · Python {platform.python_version()} · {system}"


def _line(row: Row, reference: Row | None, direct: Row | None) -> list[str]:
    plain, streamed = row.plain, row.streamed
    added = "–"
    if streamed and direct and direct.streamed:
        own, least = (median(s.first_byte_p50_ms for s in samples) for samples in (streamed, direct.streamed))
        added = f"{own - least:.1f}"
    return [
        row.name,
        _spread([s.processor for s in plain], 0),
        _ratio(plain, reference.plain if reference else []),
        f"{median(s.rate for s in plain):,.0f}" if plain else "–",
        f"{median(s.p50_ms for s in plain):.1f}" if plain else "–",
        _spread([s.processor / 1000 for s in streamed], 1),
        _ratio(streamed, reference.streamed if reference else []),
        added,
        f"{row.megabytes:.0f}",
        str(sum(s.bad for s in [*plain, *streamed])),
    ]


def _spread(values: Sequence[float], digits: int) -> str:
    if not values:
        return "–"
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def _ratio(samples: Sequence[Sample], reference: Sequence[Sample]) -> str:
    """Of samples taken in the same round, so that a slow moment of the machine weighs on both."""
    ratios = [
        own.processor / other.processor for own, other in zip(samples, reference, strict=False) if other.processor
    ]
    return f"{median(ratios):.2f}" if ratios else "–"


def stage_summary(rows: Sequence[Row], rounds: int, seconds: float) -> str:
    """Markdown: the whole gateway less the gateway without a stage, turn by turn."""
    by_name = {row.name: row.plain for row in rows}
    lines = []
    for name, whole in by_name.items():
        if name.startswith("whole "):
            stage = name.removeprefix("whole ")
            without = by_name[f"without {stage}"]
            costs = [a.processor - b.processor for a, b in zip(whole, without, strict=True)]
            lines.append([stage, _spread(costs, 0), _spread([s.processor for s in without], 0)])
    told = STAGES_PREFACE.format(rounds=rounds, seconds=seconds)
    return page("What each stage costs", told, ("stage", "CPU µs/request", "without it"), lines)


def cache_summary(rows: Sequence[Row], rounds: int, seconds: float) -> str:
    """Markdown: a hit and a miss beside the gateway without routing and cache, round by round; and both of a stream."""
    told = CACHE_PREFACE.format(rounds=rounds, seconds=seconds)
    of = {row.name: row.plain or row.streamed for row in rows}
    lines = []
    for what, hit, miss, neither in (
        ("in one piece", "hit", "miss", "Routing"),
        ("a stream of 60 events", "hit-streamed", "miss-streamed", ""),
    ):
        costs = [_spread([sample.processor for sample in of.get(name, [])], 0) for name in (hit, miss, neither)]
        lines.append([what, *costs, _ratio(of[hit], of[miss]), _ratio(of[miss], of.get(neither, []))])
    heads = ("answer", "hit", "miss", "neither", "hit to miss", "miss to neither")
    return page("What routing and the cache cost, and save", told, heads, lines)


def pii_summary(rows: Sequence[Row], rounds: int, seconds: tuple[float, float]) -> str:
    """Markdown: requests under a rule set for personal data beside none, round by round. `seconds`: plain, streamed."""
    plain, streamed = seconds
    told = (
        "Written by `make bench-pii`. CPU µs of the gateway per request, same dialect: median (least–most) of\n"
        f"{rounds} rounds of {plain:g} s ({streamed:g} s for streams). The prompt holds no personal data, and is\n"
        "that of a moment ago, as all of a conversation but its last is, or a new one each time; or it holds an\n"
        "address of mail, which is looked for in every piece of the answer. Ratios are taken within a round."
    )
    named = {"no rules": "no rule set", "again": "the same prompt again", "new": "a new prompt", "held": "an address"}
    lines = []
    for what, of in (
        ("in one piece", {row.name: row.plain for row in rows}),
        ("a stream of 60 events", {row.name: row.streamed for row in rows}),
    ):
        cells = [_spread([sample.processor for sample in of[name]], 0) for name in named]
        lines.append([what, *cells, *(_ratio(of[name], of["no rules"]) for name in named if name != "no rules")])
    heads = ("answer", *named.values(), "again to none", "new to none", "address to none")
    return page("What the search for personal data costs", told, heads, lines)


def limits_summary(rows: Sequence[Row], rounds: int, seconds: float) -> str:
    """Markdown: quotas and budgets counted by the process and in Valkey, beside none, round by round."""
    return _three_beside(
        rows,
        "What quotas and budgets cost",
        "Written by `make bench-limits`. CPU µs of the gateway per request, same dialect, not streamed: median\n"
        f"(least–most) of {rounds} rounds of {seconds:g} s. Three quotas and a budget of the team, and a budget of\n"
        "the organisation: counted by the process, or in Valkey. Ratios are taken within a round.",
        {"without": "without", "process": "in process", "valkey": "in Valkey"},
        {"in process to without": ("process", "without"), "in Valkey to without": ("valkey", "without")},
    )


def _three_beside(
    rows: Sequence[Row], title: str, told: str, columns: Mapping[str, str], ratios: Mapping[str, tuple[str, str]]
) -> str:
    """One line of figures. `columns`: row -> heading. `ratios`: heading -> (row, row that it is held to)."""
    by_name = {row.name: row.plain for row in rows}
    heads = [*columns.values(), *ratios]
    cells = [_spread([sample.processor for sample in by_name[name]], 0) for name in columns]
    cells += [_ratio(by_name[one], by_name[other]) for one, other in ratios.values()]
    return page(title, told, heads, [cells])


class Pair(msgspec.Struct, frozen=True):
    """One row of the larger gateway, and the smaller one's turns beside it, as long; of one set."""

    few: Row
    many: Row


def many_summary(pairs: Sequence[Pair], first: Sequence[Sample], sets: int, rounds: int, seconds: float) -> str:
    """Markdown: ten keys and teams beside ten thousand, and these by ten of their keys; `first`: of the calls that were
    each the first with their key.
    """
    lines = [_of_sets([pair.few for pair in pairs], "–")]
    for name in dict.fromkeys(pair.many.name for pair in pairs):
        own = [pair for pair in pairs if pair.many.name == name]
        lines.append(_of_sets([pair.many for pair in own], _spread_signed([_more(pair) for pair in own])))
    dear = _spread([sample.processor for sample in first], 0)
    told = MANY_PREFACE.format(sets=sets, rounds=rounds, seconds=seconds, first=dear)
    heads = ("keys and teams", "CPU µs/request", "more than with ten, %", "RSS MB")
    return page("What ten thousand keys and teams cost beside ten", told, heads, lines)


def _of_sets(rows: Sequence[Row], more: str) -> list[str]:
    processor = [median(sample.processor for sample in row.plain) for row in rows]
    return [rows[0].name, _spread(processor, 0), more, f"{median(row.megabytes for row in rows):.0f}"]


def _more(pair: Pair) -> float:
    """Percent."""
    turns = zip(pair.few.plain, pair.many.plain, strict=True)
    return median((many.processor / few.processor - 1) * 100 for few, many in turns)


def _spread_signed(values: Sequence[float]) -> str:
    return f"{median(values):+.1f} ({min(values):+.1f} to {max(values):+.1f})"
