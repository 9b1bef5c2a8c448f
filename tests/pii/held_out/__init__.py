"""Texts that were written without a look at the rules, their word lists or the generator of `score`.

The labelled files hold one text after each line `%% language kind`, its values in ⟦type:value⟧; the second was written
and measured when the rules held the first one, the third (four sets) after those, the fourth (the sets of 2026-11-27 in
`FIRST_SIGHT.md`, each template once), the fifth (261 business templates, once), the sixth (about half of the realistic
Italian and English ones), the seventh (48 of 324 in German and French, each of which had leaked something) and the
eighth (a third of those with plain names of 2026-11-28) after those. Whoever wrote the later sets of the fourth, and
the last 69 of the fifth, knew the rules by then; the others were written blind. The harmless files hold one text a
line, `language|text`, in which nothing is anybody's. All of it is made up; check digits are right. The seventh of these
(599 prompts of a company's staff) was written before a look at the rules, the eighth (265) after what the seventh
showed was mended; so the ninth (622, full of authors, firms and flowers) and the tenth (245); the eleventh (564, plain
questions of daily work) was written blind, and the twelfth (621, full of operas, authors, goods and rulers) by somebody
who knew the rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
LABEL = re.compile(r"⟦([a-z_]+):([^⟧]*)⟧")
WORD = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Value:
    type: str
    text: str

    def is_left_in(self, sent: str) -> bool:
        """Of a name its longest word counts, of an address its street: a half that is hidden hides nobody."""
        if self.type == "person":
            longest = max(WORD.findall(self.text), key=len)
            return re.search(rf"\b{re.escape(longest)}\b", sent) is not None
        return (self.text.split(",")[0] if self.type == "address" else self.text) in sent


@dataclass(frozen=True, slots=True)
class Labelled:
    language: str
    kind: str
    text: str
    values: tuple[Value, ...]


@cache
def labelled() -> tuple[Labelled, ...]:
    texts = []
    numbers = ("", "_second", "_third", "_fourth", "_fifth", "_sixth", "_seventh", "_eighth")
    files = [HERE / f"labelled{number}.txt" for number in numbers]
    for block in (block for file in files for block in file.read_text(encoding="utf-8").split("%% ")[1:]):
        head, _, marked = block.rstrip("\n").partition("\n")
        language, _, kind = head.partition(" ")
        values = tuple(Value(*label.groups()) for label in LABEL.finditer(marked))
        texts.append(Labelled(language, kind, LABEL.sub(r"\2", marked), values))
    return tuple(texts)


@cache
def harmless() -> tuple[tuple[str, str], ...]:
    numbers = ["", "_second", "_third", "_fourth", "_fifth", "_sixth", "_seventh", "_eighth", "_ninth", "_tenth"]
    numbers += ["_eleventh", "_twelfth"]
    files = [HERE / f"harmless{number}.txt" for number in numbers]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return tuple((line.partition("|")[0], line.partition("|")[2].replace("\\n", "\n")) for line in lines)
