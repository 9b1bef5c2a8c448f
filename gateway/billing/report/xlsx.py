"""A report as a workbook: the lines with totals that Excel can check, a chart, and what must be known about them.

Promise: a cell holds the exact amount and shows cents; a total is a formula over the cells above it, with its value
beside it for readers that do not calculate.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from gateway.billing.report.cells import COUNTS, MONEY, amount, harmless, heading, labels, notes, shown_columns
from gateway.billing.report.figures import Report

HEAD_ROW = 3
CHARTED = 15
"""Lines of a chart: the dearest, and all others as the last."""


def as_xlsx(report: Report) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"LLM costs {report.title}", "comments": f"policy {report.policy_version}"})
    _costs(book, report)
    if any(line.kind != "fee" for line in report.lines):
        _chart(book, report)
    _notes(book, report)
    book.close()
    return out.getvalue()


def _costs(book: Any, report: Report) -> None:
    sheet = book.add_worksheet("Costs")
    title = book.add_format({"bold": True, "font_size": 16})
    faint = book.add_format({"font_color": "#5F6B7A"})
    head = {"bold": True, "bg_color": "#1F3A5F", "font_color": "white", "valign": "vcenter", "text_wrap": True}
    head_text, head_number = book.add_format(head), book.add_format({**head, "align": "right"})
    count, money = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "#,##0.00;[Red]-#,##0.00"})
    foot = {"bold": True, "top": 1}
    sum_text = book.add_format(foot)
    sum_count = book.add_format({**foot, "num_format": "#,##0"})
    sum_money = book.add_format({**foot, "num_format": "#,##0.00;[Red]-#,##0.00"})
    columns = shown_columns(report)
    texts = len(report.by)

    sheet.write_string(0, 0, f"LLM costs {report.title}", title)
    sheet.write_string(1, 0, notes(report)[0], faint)
    for place, name in enumerate(report.by):
        sheet.write_string(HEAD_ROW, place, heading(name), head_text)
    for place, name in enumerate(COUNTS, texts):
        sheet.write_string(HEAD_ROW, place, COUNTS[name], head_number)
    for place, name in enumerate(columns, texts + len(COUNTS)):
        sheet.write_string(HEAD_ROW, place, f"{MONEY[name]} {report.currency}", head_number)
    row = HEAD_ROW
    for row, line in enumerate(report.lines, HEAD_ROW + 1):
        for place, text in enumerate(labels(line)):
            sheet.write_string(row, place, harmless(text))
        for place, name in enumerate((*COUNTS, *columns), texts):
            number = getattr(line.figures, name)
            if number or line.kind == "usage":  # a fee has no tokens, and not none of them
                value, form = (number, count) if name in COUNTS else (float(amount(number)), money)
                sheet.write_number(row, place, value, form)
    sheet.write_string(row + 1, 0, f"Total {report.currency}", sum_text)
    for place in range(1, texts):
        sheet.write_blank(row + 1, place, None, sum_text)
    for place, name in enumerate((*COUNTS, *columns), texts):
        number = getattr(report.total, name)
        value, form = (number, sum_count) if name in COUNTS else (float(amount(number)), sum_money)
        first = xl_rowcol_to_cell(HEAD_ROW + 1, place)
        above = f"{first}:{xl_rowcol_to_cell(max(row, HEAD_ROW + 1), place)}"
        sheet.write_formula(row + 1, place, f"=SUBTOTAL(109,{above})", form, value)
    _layout(sheet, report, texts, len(columns), row)


def _layout(sheet: Any, report: Report, texts: int, columns: int, last: int) -> None:
    every = texts + len(COUNTS) + columns
    for place, _ in enumerate(report.by):
        longest = max((len(list(labels(line))[place]) for line in report.lines), default=0)
        sheet.set_column(place, place, min(max(longest, 14) + 2, 44))
    sheet.set_column(texts, every - 1, 15)
    sheet.set_row(0, 24)
    sheet.set_row(HEAD_ROW, 32)
    sheet.freeze_panes(HEAD_ROW + 1, texts)
    sheet.autofilter(HEAD_ROW, 0, max(last, HEAD_ROW + 1), every - 1)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.set_footer("&L&F&C&A&RPage &P of &N")


def _chart(book: Any, report: Report) -> None:
    """The dearest lines and the rest, whose labels and amounts stand beside the chart so that it can be changed."""
    sheet = book.add_worksheet("Chart")
    money = book.add_format({"num_format": "#,##0.00"})
    dearest = sorted((line for line in report.lines if line.kind != "fee"), key=lambda line: -line.figures.effective)
    shown = [(harmless(" · ".join(labels(line))), line.figures.effective) for line in dearest]
    if len(shown) > CHARTED:
        rest = shown[CHARTED - 1 :]
        shown = [*shown[: CHARTED - 1], (f"{len(rest)} others", sum(nano for _, nano in rest))]
    for row, (label, nano) in enumerate(shown):
        sheet.write_string(row, 0, label)
        sheet.write_number(row, 1, float(amount(nano)), money)
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": f"Effective cost, {report.currency}",
            "categories": ["Chart", 0, 0, len(shown) - 1, 0],
            "values": ["Chart", 0, 1, len(shown) - 1, 1],
            "fill": {"color": "#2F6DB5"},
            "gap": 40,
            "data_labels": {"value": True, "num_format": "#,##0.00"},
        }
    )
    chart.set_title({"name": f"Effective cost {report.title}, {report.currency}", "name_font": {"size": 14}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E3E7EC"}}})
    chart.set_size({"width": 920, "height": 120 + 32 * len(shown)})
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 12)
    sheet.insert_chart(0, 3, chart)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)


def _notes(book: Any, report: Report) -> None:
    sheet = book.add_worksheet("Notes")
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 120)
    for row, note in enumerate(notes(report)):
        sheet.write_string(row, 0, harmless(note), wrapped)
