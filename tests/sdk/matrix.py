"""The matrix in README.md: what every client dialect carries to every kind of provider, as the SDKs saw it.

    python -m tests.sdk.matrix        # drives all vendors' SDKs through a gateway of its own, and writes the table

Invariants
- A mark is the worst that any SDK of the dialect saw, in any version.
- Providers that carry the same stand in one row.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from gateway.telemetry import logs
from tests.sdk.asked import CONTENT, ERRORS, PROVIDERS, Asked
from tests.sdk.cells import Saw
from tests.sdk.judging import Outcome, judge
from tests.sdk.sdks import SDKS, Dialect, run, together
from tests.support.local_llm import start_local_llm
from tests.support.running import LoopThread, RunningGateway, in_thread, policy_for, serving
from tests.support.simulated import simulated_in_thread

README = Path(__file__).parents[2] / "README.md"
_BEGIN, _END = "<!-- matrix -->\n", "<!-- /matrix -->"

DIALECTS: tuple[Dialect, ...] = ("Chat Completions", "Responses", "Messages", "Gemini", "Mistral")
_MARKS: dict[Outcome, str] = {"carried": "✓", "approximated": "≈", "refused": "✗"}
_RANKING: tuple[Outcome, ...] = ("carried", "approximated", "refused")


def table(saw: Saw) -> str:
    """The block between the README's marks; raises AssertionError where a cell fails."""
    head = ["from", "to", *CONTENT, "errors"]
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(['---', '---', *[':-:' for _ in head[2:]]])}|"]
    for dialect in DIALECTS:
        rows: dict[tuple[str, ...], list[str]] = {}
        for asked in PROVIDERS:
            if not asked.real:
                rows.setdefault(_marks(saw, dialect, asked), []).append(asked.title)
        lines += [f"| {dialect} | {', '.join(titles)} | {' | '.join(marks)} |" for marks, titles in rows.items()]
    return "\n".join(lines) + "\n"


def _marks(saw: Saw, dialect: Dialect, asked: Asked) -> tuple[str, ...]:
    vendors = [name for name, sdk in SDKS.items() if sdk.dialect == dialect and not name.startswith("ai-")]

    def worst(*cases: str) -> str:
        seen = [
            judge(asked, case, saw(name)[f"{asked.provider}: {case}"], SDKS[name].fails)
            for name in vendors
            for case in cases
        ]
        return _MARKS[max(seen, key=_RANKING.index)]

    return (*[worst(case) for case in CONTENT], worst(*ERRORS))


def told(readme: str) -> str:
    """The block that stands in the README's text."""
    return readme.partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    logs.configure("critical")
    with _running() as gateway:
        known: dict[str, dict[str, Any]] = {}
        for name in SDKS:
            if name not in known:
                known |= run(together(name), gateway.url, gateway.key)
    text = README.read_text()
    README.write_text(text.replace(f"{_BEGIN}{told(text)}{_END}", f"{_BEGIN}{table(known.__getitem__)}{_END}"))


@contextmanager
def _running() -> Iterator[RunningGateway]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engine = start_local_llm(folder)
        stack.callback(engine.close)
        simulated = stack.enter_context(simulated_in_thread())
        thread = LoopThread()
        stack.callback(thread.close)
        policy = policy_for(simulated.url, local_url=engine.base_url)
        yield stack.enter_context(in_thread(serving(policy, folder / "state"), thread))


if __name__ == "__main__":
    main()
