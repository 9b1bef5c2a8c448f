"""The commands of `gateway report …`."""

from __future__ import annotations

from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any, Final

from gateway.billing.calendar import is_month
from gateway.cli.arguments import label, period
from gateway.cli.command import AS_JSON, Argument, Command
from gateway.core.tags import is_tag_name
from gateway.policy.units import parse_currency

FORMATS: Final = ("table", "csv", "xlsx", "json", "parquet", "html", "focus")
DIMENSIONS: Final = (
    "team",
    "cost_center",
    "project",
    "tag",
    "user",
    "key",
    "provider",
    "model",
    "region",
    "day",
    "month",
)
CACHE_DIMENSIONS: Final = ("team", "cost_center", "model", "day")


def months(text: str) -> tuple[str, str]:
    """`2026-11`, or `2026-01..2026-11`."""
    first, _, last = text.partition("..")
    last = last or first
    if not is_month(first) or not is_month(last) or last < first:
        raise ArgumentTypeError("must be a month as in 2026-11, or 2026-01..2026-11")
    return first, last


def dimensions(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in DIMENSIONS and not (name.startswith("tag.") and is_tag_name(name[4:])):
            raise ArgumentTypeError(f"cannot be by {name!r}; it can be: {', '.join(DIMENSIONS)}, tag.NAME")
    if not names:
        raise ArgumentTypeError(f"must name one of {', '.join(DIMENSIONS)}")
    return names


def cache_dimensions(text: str) -> tuple[str, ...]:
    names = dimensions(text)
    for name in names:
        if name not in CACHE_DIMENSIONS:
            raise ArgumentTypeError(f"cannot be by {name!r}; it can be: {', '.join(CACHE_DIMENSIONS)}")
    return names


def currency(text: str) -> str:
    try:
        return parse_currency(text)
    except ValueError as unknown:
        raise ArgumentTypeError(str(unknown)) from None


_MONTH: Final[Argument] = (
    ("--month",),
    {"type": months, "metavar": "M", "required": True, "help": "2026-11, or 2026-01..2026-11"},
)

_ONE_MONTH: Final[Argument] = (("--month",), {**_MONTH[1], "help": "2026-11"})


class _OneForm(Action):
    """Stores the form of a report; a second, other one is an error, whichever of the two options names it."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, *told: Any) -> None:
        values, _ = told
        form = self.const or values
        named = getattr(namespace, "named_format", form)
        if named != form:
            parser.error(f"a report has one form: --format {named} or --format {form}")
        namespace.named_format = namespace.format = form


def _form(choices: tuple[str, ...]) -> Argument:
    return ("--format",), {"action": _OneForm, "choices": choices, "default": "table", "help": "default: %(default)s"}


_FORM_JSON: Final[Argument] = (
    ("--json",),
    {"action": _OneForm, "nargs": 0, "const": "json", "dest": "format", "default": "table", "help": "as --format json"},
)

REPORT_COMMANDS: Final[tuple[Command, ...]] = (
    (
        "report costs",
        "gateway.cli.report:costs",
        "Tell what usage cost: listed, contracted, billed, effective, saved; 1 where calls have no price or rate.",
        "gateway report costs --month 2026-11 --by team,model --currency CHF --format xlsx --out november.xlsx",
        (
            _MONTH,
            (
                ("--by",),
                {
                    "type": dimensions,
                    "metavar": "D,…",
                    "default": ("team", "model"),
                    "help": f"{', '.join(DIMENSIONS)} or tag.NAME (default: team,model); focus has its own",
                },
            ),
            (
                ("--currency",),
                {"type": currency, "metavar": "C", "help": "as in CHF (default: the policy's reporting currency)"},
            ),
            _form(FORMATS),
            _FORM_JSON,
            (("--out",), {"type": Path, "metavar": "FILE", "help": "where to write it (default: stdout)"}),
        ),
    ),
    (
        "report close",
        "gateway.cli.report:close",
        "Close a month: sign its totals. What comes later shows as a difference; corrections are added.",
        "gateway report close --month 2026-10",
        (_ONE_MONTH, AS_JSON),
    ),
    (
        "report reprice",
        "gateway.cli.reconcile:repriced",
        "Price a past month again by today's policy; with --apply, record the difference as corrections.",
        "gateway report reprice --month 2026-10 --apply --reason contract-of-october",
        (
            _ONE_MONTH,
            (("--apply",), {"action": "store_true", "help": "record corrections; what is recorded never changes"}),
            (("--reason",), {"type": label, "metavar": "R", "help": "why, for whoever reads the books"}),
            AS_JSON,
        ),
    ),
    (
        "report reconcile",
        "gateway.cli.reconcile:reconcile",
        "Hold a provider's usage or cost export (CSV or JSON) against the books, and explain each difference.",
        "gateway report reconcile --provider openai --file completions_usage_2026-11.csv",
        (
            (("--provider",), {"metavar": "P", "required": True, "help": "a name below `providers` in the policies"}),
            (("--file",), {"type": Path, "metavar": "F", "required": True, "help": "the export"}),
            (("--currency",), {"type": currency, "metavar": "C", "help": "to compare in (default: the export's)"}),
            (
                ("--decimals",),
                {"choices": ("point", "comma"), "help": "what a CSV has before decimals (default: as its numbers say)"},
            ),
            AS_JSON,
        ),
    ),
    (
        "report cache",
        "gateway.cli.cache_report:cache",
        "Tell what the caches of answers saved, and how near answers to texts that mean the same came to real ones.",
        "gateway report cache --month 2026-11 --by team,model",
        (
            _MONTH,
            (
                ("--by",),
                {
                    "type": cache_dimensions,
                    "metavar": "D,…",
                    "default": ("team",),
                    "help": f"{', '.join(CACHE_DIMENSIONS)} (default: team)",
                },
            ),
            (
                ("--currency",),
                {"type": currency, "metavar": "C", "help": "as in CHF (default: the policy's reporting currency)"},
            ),
            _form(("table", "csv", "json")),
            _FORM_JSON,
        ),
    ),
    (
        "report shadows",
        "gateway.cli.shadows:compare",
        "Hold what shadows answered against what clients got: speed, length, refusals, tools, cost.",
        "gateway report shadows --model fast-chat --since 7d",
        (
            (("--model",), {"type": label, "metavar": "M", "help": "the model that was asked for (default: all)"}),
            (
                ("--since",),
                {"type": period, "metavar": "7d", "default": "7d", "help": "how far back (default: %(default)s)"},
            ),
            AS_JSON,
        ),
    ),
)
