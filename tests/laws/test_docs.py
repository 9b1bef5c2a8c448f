"""The documents are in step with the code."""

from __future__ import annotations

import re

import pytest

from gateway.cli.program import parser
from gateway.settings import NAMES
from tests.laws.stage_table import README, ROOT, updated


def test_the_readme_shows_the_stages_as_they_are() -> None:
    text = README.read_text()
    assert "<!-- stages -->" in text
    assert updated(text) == text, "run `python -m tests.laws.stage_table`"


def test_the_readme_names_the_settings_that_matter() -> None:
    text = README.read_text()
    for name in NAMES:
        if name.endswith("_FILE"):
            continue
        assert name in text, name


def test_every_command_in_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    commands = set(re.findall(r"^gateway ([a-z]+(?: [a-z]+)?)", README.read_text(), re.MULTILINE))
    assert commands
    for command in commands:
        words = [word for word in command.split() if word != "policies"]
        with pytest.raises(SystemExit, match=r"^0$"):
            parser().parse_args([*words, "--help"])
        assert "example" in capsys.readouterr().out.lower()


def test_decisions_name_files_that_exist() -> None:
    text = (ROOT / "gateway/DECISIONS.md").read_text()
    for name in re.findall(r"`((?:gateway/)?[\w/]+\.py)`", text):
        found = [ROOT / name, ROOT / "gateway" / name, *(ROOT / "gateway").glob(f"*/{name}")]
        assert any(path.exists() for path in found), name


def test_modules_named_in_comments_and_docstrings_exist() -> None:
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in (ROOT / "gateway").rglob("*.py")}
    packages = {module.split(".")[1] for module in modules if module.count(".") > 1}
    packages.remove("alerts")  # a key of policies, too, with keys below it
    named = re.compile(r"`(?:gateway\.)?([a-z_]+(?:\.[a-z_]+)+)(?:\.[A-Z]\w*)?`")
    missing = [
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "gateway").rglob("*.py")
        for name in named.findall(path.read_text())
        if name.split(".")[0] in packages
        and not {f"gateway.{name}", f"gateway.{name.rpartition('.')[0]}"} & modules  # a module, or a name in one
    ]
    assert missing == []


def test_decisions_are_numbered_in_their_order_and_each_stands_under_a_topic() -> None:
    text = (ROOT / "gateway/DECISIONS.md").read_text()
    heads = re.findall(r"^## (.*) \(\d{4}-\d\d-\d\d\)$", text, re.MULTILINE)
    assert [head.split(". ")[0] for head in heads] == [str(number + 1) for number in range(len(heads))]
    index = re.findall(r"^- (\d+): (.*)$", text.partition("\n## ")[0], re.MULTILINE)
    assert sorted(map(". ".join, index)) == sorted(heads)


def test_prose_keeps_within_its_lines() -> None:
    for name in ("README.md", "CHANGELOG.md", "gateway/DECISIONS.md"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("|")]
        assert [line for line in lines if len(line) > 120] == [], name


def test_what_is_generated_stands_in_the_readme_once() -> None:
    marks = re.findall(r"<!-- (/?[\w-]+) -->", README.read_text())
    assert len(marks) == len(set(marks)), "a generated table stands there twice"
