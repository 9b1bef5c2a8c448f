"""The README's table of stages, made from `gateway/pipeline.py`.

python -m tests.laws.stage_table     writes it into README.md
"""

from __future__ import annotations

import re
from pathlib import Path

from gateway.pipeline import STAGES

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- stages -->\n).*?(<!-- /stages -->)", re.DOTALL)
LINE = re.compile(r"    (?P<stage>\w+),\s+#\s+(?P<status>\d{3})?\s*(?P<does>.+?)\s{2,}(?P<why>.+)")


def table() -> str:
    """Markdown: one row a stage, in the order of the pipeline."""
    rows = ["| stage | refuses with | does | stands here because |", "| --- | --- | --- | --- |"]
    found = [match for line in (ROOT / "gateway/pipeline.py").read_text().splitlines() if (match := LINE.match(line))]
    assert [match["stage"] for match in found] == [stage.__name__ for stage in STAGES]
    rows += [f"| {m['stage']} | {m['status'] or ''} | {m['does']} | {m['why']} |" for m in found]
    return "\n".join(rows) + "\n"


def updated(readme: str) -> str:
    return BLOCK.sub(lambda match: match[1] + table() + match[2], readme)


if __name__ == "__main__":
    README.write_text(updated(README.read_text()))
