"""`make pii-score`: how much leaks, by type and language, on texts made up from a seed; written into the README.

A value has leaked if a fifth of its letters and digits would still be sent. The texts and the rules have one author, so
these figures flatter; judge a detector on texts of your own.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from pathlib import Path

from gateway.core.privacy import Finding, Leaf
from gateway.pii.engine import Engine
from gateway.pii.rampart import installed_names
from tests.pii.score.labelled import LANGUAGES, Text, corpus, harmless

README = Path(__file__).parents[3] / "README.md"
MARKS = ("<!-- pii-score -->", "<!-- /pii-score -->")
MODEL_MARKS = ("<!-- pii-score-model -->", "<!-- /pii-score-model -->")
COLUMNS = (*LANGUAGES, "neutral")


def leaked(text: Text, findings: list[Finding]) -> list[bool]:
    result = []
    for span in text.spans:
        places = [at for at in range(span.start, span.end) if text.text[at].isalnum()]
        covered = sum(any(finding.start <= at < finding.end for finding in findings) for at in places)
        result.append(covered < 0.8 * len(places))
    return result


class Score:
    def __init__(self) -> None:
        self.leaks: dict[str, Counter[str]] = defaultdict(Counter)
        self.spans: dict[str, Counter[str]] = defaultdict(Counter)
        self.forms: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.altered: list[str] = []

    def add(self, text: Text, findings: list[Finding], shown: set[str]) -> None:
        for span, leak in zip(text.spans, leaked(text, findings), strict=True):
            self.leaks[span.type][text.language] += leak
            self.spans[span.type][text.language] += 1
            self.forms[text.form][0] += leak
            self.forms[text.form][1] += 1
            if leak and span.type in shown:
                print(
                    f"[{text.language} {text.form} {span.type}] {text.text[span.start : span.end]!r} in {text.text[max(0, span.start - 60) : span.end + 30]!r}"
                )

    def rate(self, kind: str, language: str | None = None) -> float | None:
        spans = self.spans[kind][language] if language else self.spans[kind].total()
        return (self.leaks[kind][language] if language else self.leaks[kind].total()) / spans if spans else None

    def table(self) -> str:
        lines = [f"| leaked, % | {' | '.join(COLUMNS)} | all | values |", "|---|" + "--:|" * (len(COLUMNS) + 2)]
        for kind in sorted(self.spans):
            cells = [self._percent(self.rate(kind, language)) for language in COLUMNS]
            lines.append(
                f"| {kind} | {' | '.join(cells)} | {self._percent(self.rate(kind))} | {self.spans[kind].total()} |"
            )
        return "\n".join(lines)

    @staticmethod
    def _percent(rate: float | None) -> str:
        return "" if rate is None else f"{100 * rate:.1f}"


def run(engine: Engine, seed: int, count: int, shown: set[str]) -> tuple[Score, float]:
    score = Score()
    size, spent = 0, 0.0
    for text in corpus(seed, count):
        began = time.process_time()
        findings = engine.find([Leaf(text.text)])[0]
        spent += time.process_time() - began
        size += len(text.text)
        score.add(text, findings, shown)
    for text in harmless():
        findings = engine.find([Leaf(text.text)])[0]
        if findings:
            score.altered.append(text.text)
            if "harmless" in shown:
                print("[harmless]", repr(text.text), [(text.text[f.start : f.end], f.type, f.rule) for f in findings])
    return score, spent * 1e6 / size


def main() -> None:
    parser = argparse.ArgumentParser(prog="make pii-score", description=__doc__)
    parser.add_argument("--seed", type=int, default=20261125)
    parser.add_argument("--count", type=int, default=20, help="rounds over all templates")
    parser.add_argument("--show", default="", help="types whose leaks are printed, with commas between; or harmless")
    parser.add_argument("--model", action="store_true", help="with the name model, where `.[ner]` is installed")
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    arguments = parser.parse_args()
    score, cost = run(
        Engine().asking(installed_names() if arguments.model else None),
        arguments.seed,
        arguments.count,
        set(arguments.show.split(",")),
    )
    clean = len(harmless())
    altered = f"Harmless prompts altered: {len(score.altered)} of {clean}."
    text = f"{score.table()}\n\n{altered}"
    print(text)
    print(
        {form: f"{100 * leaks / spans:.1f}%" for form, (leaks, spans) in score.forms.items()},
        f"{cost:.2f} µs a character",
    )
    if arguments.write:
        first, last = MODEL_MARKS if arguments.model else MARKS
        if arguments.model:  # the model finds names; the rest is as above
            lines = score.table().splitlines()
            text = "\n".join([*lines[:2], *(line for line in lines if line.startswith("| person"))]) + f"\n\n{altered}"
        before, _, rest = README.read_text().partition(first)
        README.write_text(f"{before}{first}\n{text}\n{last}{rest.partition(last)[2]}")


if __name__ == "__main__":
    main()
