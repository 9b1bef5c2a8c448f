"""Exports in the shapes that consoles and APIs give them; whatever else comes is refused or passed over."""

from __future__ import annotations

import contextlib
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.reconcile.readers import NAMELESS, BilledLine, NotAnExport, read_export, same_model
from gateway.core.money import NANO

DAY = "2026-11-05"
START = 1_793_836_800  # that day, in UTC

OPENAI_USAGE = {
    "object": "page",
    "data": [
        {
            "object": "bucket",
            "start_time": START,
            "end_time": START + 86_400,
            "results": [
                {
                    "object": "organization.usage.completions.result",
                    "input_tokens": 1000,
                    "input_cached_tokens": 400,
                    "output_tokens": 50,
                    "num_model_requests": 3,
                    "model": "gpt-5-mini-2025-08-07",
                }
            ],
        }
    ],
    "has_more": False,
}
OPENAI_COSTS = {
    "data": [
        {
            "start_time": START,
            "results": [
                {"amount": {"value": 0.06, "currency": "usd"}, "line_item": "gpt-5-mini-2025-08-07, input"},
                {"amount": {"value": "0.04", "currency": "usd"}, "line_item": "gpt-5-mini-2025-08-07, output"},
            ],
        }
    ]
}
ANTHROPIC_USAGE = {
    "data": [
        {
            "starting_at": "2026-11-05T00:00:00Z",
            "ending_at": "2026-11-06T00:00:00Z",
            "results": [
                {
                    "uncached_input_tokens": 100,
                    "cache_read_input_tokens": 40,
                    "cache_creation": {"ephemeral_1h_input_tokens": 7, "ephemeral_5m_input_tokens": 3},
                    "output_tokens": 20,
                    "model": "claude-sonnet-5-5",
                }
            ],
        }
    ]
}
ANTHROPIC_COST = {
    "data": [
        {
            "starting_at": "2026-11-05T00:00:00Z",
            "results": [{"currency": "USD", "amount": "123.45", "model": "claude-sonnet-5-5"}],
        }
    ]
}
_SKU = '"sku":{"description":"gemini-3.8-flash"},"currency":"CHF"'
GOOGLE = (
    f'{{"usage_start_time":"2026-11-05 07:00:00 UTC","cost":0.5,{_SKU}}}\n'
    f'{{"usage_start_time":"2026-11-05 08:00:00 UTC","cost":0.25,{_SKU}}}'
)


def test_openais_usage_api_counts_cached_tokens_as_input() -> None:
    [line] = read_export(json.dumps(OPENAI_USAGE).encode(), "openai")
    assert line == BilledLine(day=DAY, model="gpt-5-mini", input=600, cache_read=400, output=50)


def test_openais_costs_by_line_item() -> None:
    lines = read_export(json.dumps(OPENAI_COSTS).encode(), "openai")
    assert [(line.model, line.nano, line.currency) for line in lines] == [
        ("gpt-5-mini", NANO * 6 // 100, "USD"),
        ("gpt-5-mini", NANO * 4 // 100, "USD"),
    ]


def test_anthropics_usage_report_counts_them_apart() -> None:
    [line] = read_export(json.dumps(ANTHROPIC_USAGE).encode(), "anthropic")
    assert line.tokens == (100, 40, 10, 20)
    assert (line.day, line.model) == (DAY, "claude-sonnet-5-5")


def test_anthropics_cost_report_is_in_cents_and_its_csv_is_not() -> None:
    [line] = read_export(json.dumps(ANTHROPIC_COST).encode(), "anthropic")
    assert line.nano == 1_234_500_000
    [line] = read_export(b"usage_date_utc,model,cost_usd\n2026-11-05,claude-sonnet-5-5,1.2345\n", "anthropic")
    assert line.nano == 1_234_500_000


def test_googles_billing_export_line_by_line() -> None:
    lines = read_export(GOOGLE.encode(), "gemini")
    assert [(line.day, line.model, line.nano, line.currency) for line in lines] == [
        (DAY, "gemini-3.8-flash", NANO // 2, "CHF"),
        (DAY, "gemini-3.8-flash", NANO // 4, "CHF"),
    ]


def test_googles_labels_and_credits_make_no_lines_of_their_own() -> None:
    """As BigQuery exports it: what the labels and tags are does not cost again, and credits are taken off."""
    row = {
        "usage_start_time": "2026-11-05 07:00:00 UTC",
        "sku": {"id": "A", "description": "gemini-3.8-flash"},
        "project": {"id": "p", "labels": [{"key": "a", "value": "b"}], "ancestors": [{"resource_name": "o"}]},
        "labels": [{"key": "team", "value": "support"}, {"key": "env", "value": "prod"}],
        "system_labels": [{"key": "x", "value": "y"}],
        "tags": [],
        "cost": 10.5,
        "currency": "CHF",
        "credits": [{"name": "promotion", "amount": -2.25, "type": "PROMOTION"}, {"name": "c", "amount": -0.25}],
    }
    plain = {**row, "credits": [], "cost": "0.5"}
    lines = read_export(f"{json.dumps(row)}\n{json.dumps(plain)}".encode(), "gemini")
    assert [line.nano for line in lines] == [8 * NANO, NANO // 2]
    assert lines == read_export(json.dumps([row, plain]).encode(), "gemini")


def test_a_bucket_with_an_amount_of_its_own_is_not_its_results() -> None:
    """A sum beside what it is of names no model, so that nothing counts twice."""
    told = {
        "data": [{"start_time": START, "cost": 9, "results": [{"model": "m", "cost": 4}, {"model": "n", "cost": 5}]}]
    }
    assert [(line.model, line.nano) for line in read_export(json.dumps(told).encode(), "openai")] == [
        ("m", 4 * NANO),
        ("n", 5 * NANO),
    ]


TABBED = (
    "\ufeffMODEL\tDATE\tINPUT TOKENS\tOUTPUT TOKENS\tCOST\tCURRENCY\tregion\n"
    "mistral-large-4\t2026-11-05T13:00:00Z\t1000\t20\t0.5\tEUR\teu\n"
)


@pytest.mark.parametrize(
    "text",
    [
        "Date,Model,Input tokens,Output tokens,Cost,Currency\n2026-11-05,mistral-large-4,1000,20,0.5,EUR\n",
        "currency;cost;output_tokens;model;input_tokens;date\nEUR;0.5;20;mistral-large-4;1000;2026-11-05\n",
        TABBED,
    ],
    ids=["commas", "semicolons", "tabs"],
)
def test_columns_in_any_order_with_any_separator(text: str) -> None:
    [line] = read_export(text.encode(), "mistral")
    assert line == BilledLine(day=DAY, model="mistral-large-4", input=1000, output=20, nano=NANO // 2, currency="EUR")


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("date;model;cost\n2026-11-05;m;0,05\n2026-11-05;n;1.234,5\n", [50_000_000, 1_234_500_000_000]),
        ("date;model;cost\n2026-11-05;m;0,123\n2026-11-05;n;12,345678\n", [123_000_000, 12_345_678_000]),
        ('date,model,cost\n2026-11-05,m,"3,5"\n2026-11-05,n,"2,125"\n', [3_500_000_000, 2_125_000_000]),
        ("date;model;cost\n2026-11-05;m;0.05\n2026-11-05;n;-7\n", [50_000_000, -7 * NANO]),
        ('date,model,cost\n2026-11-05,m,"1,234.50"\n2026-11-05,n,"2,000"\n', [1_234_500_000_000, 2000 * NANO]),
        ("date;model;cost\n2026-11-05;m;1'234.50 €\n2026-11-05;n;-\n2026-11-05;n;2\n", [1_234_500_000_000, 2 * NANO]),
    ],
)
def test_commas_are_what_the_files_amounts_make_of_them(text: str, amounts: list[int]) -> None:
    """A clerk has looked at it in a spreadsheet before, and saved it as his country writes numbers."""
    assert [line.nano for line in read_export(text.encode(), "mistral")] == amounts


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date;model;cost\n2026-11-05;m;1,500\n2026-11-05;n;7\n", "'1,500' is a thousand and more, or has three dec"),
        ('date,model,cost\n2026-11-05,m,"$12,500"\n', "'12,500' is a thousand and more, or has three decimals"),
        ("date;model;cost\n2026-11-05;m;1.500\n2026-11-05;n;-\n", "'1.500' is a thousand and more, or has three dec"),
        ("date;model;cost\n2026-11-05;m;1,50\n2026-11-05;n;2.5\n", r"points \('2.5'\) and decimal commas \('1,50'\)"),
    ],
)
def test_an_amount_that_can_be_read_in_two_ways_is_not_guessed(text: str, told: str) -> None:
    with pytest.raises(NotAnExport, match=told):
        read_export(text.encode(), "mistral")


@pytest.mark.parametrize(
    ("head", "first", "second", "amount"),
    [
        ("cost", "1,500", "0.5", 1500),
        ("cost", "1,500", "0,5", Fraction(3, 2)),
        ("cost", "1,500", "1,234,567", 1500),
        ("cost", "1.500", "1.234.567", 1500),
        ("cost", "1,500", "1.5E-05", 1500),
        ("cost", "1.500", "-0.125", Fraction(3, 2)),
        ("input tokens;cost", "12,345;1,500", ";2", 1500),
        ("input tokens;cost", "12.345;1,500", ";2", Fraction(3, 2)),
        ("input tokens;cost", "12345.0;1,500", ";2", 1500),
    ],
)
def test_other_numbers_of_the_file_say_how_it_is_meant(head: str, first: str, second: str, amount: Fraction) -> None:
    text = f"date;model;{head}\n2026-11-05;m;{first}\n2026-11-05;n;{second}\n"
    lines = read_export(text.encode(), "anthropic")
    assert lines[0].nano == amount * NANO
    assert lines[0].input in (None, 12345)


def test_a_day_that_no_calendar_has_in_utc_is_none() -> None:
    text = b"date;model;cost\n9999-12-31T23:59:59-12:00;m;1.5\n2026-11-05;n;2.5\n"
    assert [line.model for line in read_export(text, "mistral")] == ["n"]


def test_whoever_has_the_file_says_how_it_is_meant() -> None:
    text = b"date;model;cost\n2026-11-05;m;1,500\n"
    assert read_export(text, "mistral", ".")[0].nano == 1500 * NANO
    assert read_export(text, "mistral", ",")[0].nano == NANO * 3 // 2


def test_an_amount_that_cannot_be_read_is_not_no_amount() -> None:
    """Else the bill would be taken for one of tokens alone, and agree."""
    with pytest.raises(NotAnExport, match=r"of 'm' on 2026-11-05 it has an amount that is no number: '1,2,3\.4\.5'"):
        read_export(b"date;model;input tokens;cost\n2026-11-05;m;10;1,2,3.4.5\n", "openai")


@pytest.mark.parametrize("text", ["", "{", "[]", "a,b\n1,2\n", "\0", '{"model": "m"}', "date,model\n2026-11-05,m\n"])
def test_what_is_no_export_is_told(text: str) -> None:
    with pytest.raises(NotAnExport):
        read_export(text.encode(), "openai")


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    with contextlib.suppress(NotAnExport):
        read_export(data, "openai")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("models/Gemini-3.8-Flash", "gemini-3.8-flash"),
        ("gpt-5.5", "gpt-5.5"),
    ],
)
def test_a_snapshots_day_is_not_part_of_the_name(name: str, plain: str) -> None:
    assert same_model(name) == plain


def test_what_is_billed_without_a_model_is_on_the_bill() -> None:
    """As searches of the web in Anthropic's costs. Left out, a bill would be found in order that is not."""
    export = (
        b"usage_date_utc,model,token_type,cost_usd,cost_type\n"
        b"2026-11-05,Claude Sonnet 4.5,output,1.25,token\n"
        b"2026-11-05,,,0.05,web_search\n2026-11-05,,,0.02,\n2026-11-05,,,0,\n"
    )
    assert [(line.model, line.nano) for line in read_export(export, "anthropic")] == [
        ("claude-sonnet-4-5", NANO * 5 // 4),
        ("web_search", NANO // 20),
        (NAMELESS, NANO // 50),
    ]


def test_a_bill_that_is_not_by_model_says_how_to_export_it() -> None:
    costs = {"start_time": START, "results": [{"amount": {"value": 1.5, "currency": "usd"}, "line_item": None}]}
    with pytest.raises(NotAnExport, match="by line item"):
        read_export(json.dumps({"data": [costs]}).encode(), "openai")


def test_one_page_of_several_is_no_bill() -> None:
    """OpenAI's costs come a week a page: what is reconciled would be that week."""
    first, last = {**OPENAI_USAGE, "has_more": True, "next_page": "p"}, OPENAI_USAGE
    for cut in (json.dumps(first), json.dumps([last, first]), f"{json.dumps(last)}\n{json.dumps(first)}\n"):
        with pytest.raises(NotAnExport, match="has_more"):
            read_export(cut.encode(), "openai")
    both = f"{json.dumps(first)}\n{json.dumps(last)}\n"
    assert len(read_export(both.encode(), "openai")) == 2


GOOGLE_TABLE = b"""\
Invoice number,5000000000
Invoice date,2026-11-30
Currency,CHF
Total amount due,"1,234.56"

Project name,SKU description,Credit type,Usage start date,Usage amount,Unrounded Cost (CHF),Cost (CHF)
ai,Gemini 2.5 Flash GA Text Input - Predictions,,2026-11-05,123456,0.123456,0.12
ai,Gemini 2.5 Flash GA Text Output - Predictions,,2026-11-05,1000,"1,000.5",1000.50
ai,Gemini 2.5 Flash GA Text Output - Predictions,Promotion,2026-11-05,,-0.5,-0.50
"""


def test_google_clouds_cost_table_stands_below_its_invoice() -> None:
    lines = read_export(GOOGLE_TABLE, "gemini")
    assert {(line.day, line.model, line.currency) for line in lines} == {(DAY, "gemini-2.5-flash", "CHF")}
    assert [line.nano for line in lines] == [123_456_000, 1_000_500_000_000, -NANO // 2]


@pytest.mark.parametrize(
    ("said", "model"),
    [
        ("Generate content output token count gemini 2.5 flash lite short text", "gemini-2.5-flash-lite"),
        ("Gemini 3 Pro Text Input (Batch)", "gemini-3-pro"),
        ("gemini-2.5-flash", "gemini-2.5-flash"),
        ("Grounding with Google Search for Gemini", "grounding with google search for gemini"),
    ],
)
def test_google_cloud_names_a_model_within_a_sentence(said: str, model: str) -> None:
    assert same_model(said) == model
