from __future__ import annotations

import importlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.commands import COMMANDS
from gateway.cli.program import parser
from tests.cli.conftest import Gateway
from tests.support.each_case import each_case

WORDS = [words for words, *_ in COMMANDS]
OWN = [(words, run) for words, run, *_ in COMMANDS if run.startswith("gateway.cli.")]


@pytest.mark.parametrize("words", WORDS)
def test_every_command_has_help_with_an_example_that_parses(gateway: Gateway, words: str) -> None:
    told = gateway(*words.split(), "--help")
    assert told.code == 0
    [example] = [line.strip() for line in told.out.split("example:\n")[1].splitlines() if line.strip()]
    call = example.split("gateway ", 1)[1]
    assert call.startswith(words)
    parser().parse_args(call.split())


@each_case("words,run", OWN)
def test_every_command_names_a_function_that_exists(words: str, run: str) -> None:
    module, _, function = run.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


@each_case("words", [words for words, *_, arguments in COMMANDS if words not in {"serve", "demo"}])
def test_every_command_that_prints_data_can_print_json(words: str) -> None:
    [arguments] = [arguments for name, *_, arguments in COMMANDS if name == words]
    assert "--json" in [name for names, _ in arguments for name in names]


def test_serve_takes_what_the_contract_says() -> None:
    taken = parser().parse_args(["serve", "--policies", "p", "--host", "::", "--port", "0", "--workers", "2"])
    assert (taken.policies, taken.host, taken.port, taken.workers) == (Path("p"), "::", 0, 2)
    default = parser().parse_args(["serve"])
    assert (default.policies, default.host, default.port, default.workers) == (None, "127.0.0.1", 8080, 1)


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("serve", ["--port", "65536"]),
        ("serve", ["--workers", "0"]),
        ("serve", ["--por", "1"]),
        ("audit search", ["--status", "okay"]),
    ],
)
def test_values_out_of_range_and_half_words_are_wrong_usage(gateway: Gateway, command: str, wrong: list[str]) -> None:
    told = gateway(*command.split(), *wrong)
    assert told.code == 2
    assert told.err.startswith(f"usage: gateway {command} ")
    assert told.err.endswith(f"(see `gateway {command} --help`)\n")


ENTRIES = [[sys.executable, "-m", "gateway"], [str(Path(sys.executable).parent / "gateway")]]


@pytest.mark.parametrize("entry", ENTRIES, ids=["python -m gateway", "gateway"])
def test_both_ways_of_calling_it_work_and_give_the_same_codes(entry: list[str], home: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environ = {**os.environ, "PYTHONWARNINGS": "error"}
        return subprocess.run([*entry, *words], capture_output=True, text=True, cwd=home, env=environ, check=False)

    told = run("--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "usage: gateway" in told.stdout
    assert run("nonsense").returncode == 2
    assert run("keys", "list").returncode == 78
    if entry == ENTRIES[0]:  # from here on, both call the same
        migrated = run("migrate")
        assert (migrated.returncode, migrated.stderr) == (0, "")
        assert run("policy", "check", "nowhere").returncode == 1


def test_a_reader_that_has_seen_enough_gives_no_traceback(home: Path) -> None:
    """`gateway doctor | head -0`"""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*ENTRIES[0], "doctor"], stdout=writing, stderr=subprocess.PIPE, text=True, cwd=home, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("redirected", [">/dev/full", ">&-", "2>&- >/dev/full"])
@pytest.mark.parametrize("command", ["policy schema", pytest.param("doctor --json", marks=pytest.mark.soak)])
def test_an_output_that_takes_nothing_is_told_in_a_line(home: Path, redirected: str, command: str) -> None:
    """A full disk, or nobody there: no answer that is negative, and no trace."""
    words = f"exec {shlex.join(ENTRIES[0])} {command} {redirected}"
    done = subprocess.run(["/bin/sh", "-c", words], capture_output=True, text=True, cwd=home, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    if "2>" not in redirected:
        assert done.stderr.startswith("gateway: standard output cannot be written to: ")
        assert len(done.stderr.splitlines()) == 1


BY_TURNS = """
import sys
from gateway.cli.program import main
for line in sys.argv[1:]:
    try:
        code = main(line.split(" "))
    except SystemExit as exit:
        code = exit.code
    print(chr(12), code or 0, chr(12), sep="", end="", flush=True)
"""
"""Several commands, at the price of one process."""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_a_character_gets_its_code(gateway: Gateway, home: Path, encoding: str) -> None:
    gateway("migrate")
    lines = ["keys create --team support --name Łódź🔑 --json", "keys list", "report costs --help"]
    done = subprocess.run(
        [sys.executable, "-c", BY_TURNS, *lines],
        capture_output=True,
        encoding=encoding,
        cwd=home,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=True,
    )
    assert done.stderr == ""
    told = done.stdout.split("\f")
    assert told[1::2] == ["0", "0", "0"]
    made, listed = told[0], told[2]
    assert json.loads(made)["name"] == "Łódź🔑"
    assert "\\u0141" in listed


REFUSED = """
import sys
from gateway.cli.program import main
print(main(["serve", "--policies", "policies"]), {"gateway.serve", "litestar", "sqlalchemy"} & {*sys.modules})
"""


def test_a_setting_that_is_wrong_is_told_before_all_that_serves_is_imported(home: Path) -> None:
    environ = {**os.environ, "GATEWAY_WORKERS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", REFUSED], capture_output=True, text=True, cwd=home, env=environ, timeout=60, check=True
    )
    assert done.stdout == "78 set()\n"
    assert done.stderr.startswith("gateway: GATEWAY_WORKERS: there is no such setting")


AFTERWARDS = """
import os
from gateway.cli.program import main
try:
    main(["--version"])
except SystemExit:
    print(*[os.readlink(f"/proc/self/fd/{number}") for number in (0, 2)])
"""


def test_no_file_of_ours_takes_the_place_of_a_standard_stream_that_is_closed() -> None:
    """The journal would: and a library's last words would stand in it."""
    closed = ["sh", "-c", '"$0" -c "$1" 0<&- 2>&-', sys.executable, AFTERWARDS]
    done = subprocess.run(closed, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1] == f"{os.devnull} {os.devnull}"
