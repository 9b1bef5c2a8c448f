"""The program: which command is asked for, its function run, its exit code.

Invariants
- Exit codes: 0 done, 1 a negative answer, 2 wrong usage, or nothing can be printed, 78 the configuration does not allow
  it (one line on stderr names the setting).
- Data goes to stdout, everything else to stderr. `--json` gives the same data to programs.
- A command's modules are imported when it runs, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final, NoReturn

from gateway.cli.command import imported
from gateway.cli.commands import COMMANDS, GROUPS
from gateway.cli.output import CannotPrint, finish, hold_standard_streams, remark, take_any_text
from gateway.settings import ConfigurationError

NEGATIVE: Final = 1
USAGE: Final = 2
CONFIGURATION: Final = 78
INTERRUPTED: Final = 130


class CommandParser(argparse.ArgumentParser):
    """Says after each error where the right usage stands; an argument that a command does not know is its error."""

    def parse_known_args(self, *arguments: Any, **named: Any) -> Any:
        found, unknown = super().parse_known_args(*arguments, **named)
        if unknown:  # argparse hands these up to the root, whose usage names no argument of the command's
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        super().error(f"{message} (see `{self.prog} --help`)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run what `argv` (default: the process's) asks for; the exit code. Wrong usage raises SystemExit(2)."""
    try:
        hold_standard_streams()
        take_any_text()
        arguments = parser().parse_args(argv)
        code = imported(arguments.run)(arguments)
        finish()
    except ConfigurationError as error:
        remark(f"gateway: {error}")
        return CONFIGURATION
    except BrokenPipeError:  # the reader, as `head`, has seen enough
        _print_no_more()
        return NEGATIVE
    except CannotPrint as why:
        remark(f"gateway: standard output cannot be written to: {why}; what it was to do may be done all the same")
        _print_no_more()
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _print_no_more() -> None:
    """Nothing may be flushed at exit into what takes nothing."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """The tree of COMMANDS; each leaf sets `run` to `module:function`."""
    root = CommandParser(
        prog="gateway",
        description="One base_url between a company's applications and every language model.",
        epilog="Settings come from the environment (GATEWAY_…); `gateway doctor` tells what is in force.\n\n"
        "example:\n  gateway serve --policies policies --port 8080",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"gateway {version('llm-gateway')}")
    top = root.add_subparsers(metavar="COMMAND", required=True)
    groups: dict[str, Any] = {}
    for words, run, summary, example, arguments in COMMANDS:
        group, _, name = words.rpartition(" ")
        if group and group not in groups:
            branch = top.add_parser(
                group,
                help=GROUPS[group],
                description=GROUPS[group],
                epilog=f"example:\n  {example}",
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
            groups[group] = branch.add_subparsers(metavar="COMMAND", required=True)
        leaf = (groups[group] if group else top).add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        leaf.set_defaults(run=run)
        for names, options in arguments:
            leaf.add_argument(*names, **options)
    return root
