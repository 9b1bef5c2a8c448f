"""A report as one HTML file: figures, charts and lines, to be mailed, printed and filed.

Promise: it loads nothing and runs nothing (its own policy forbids it), and every text in it is escaped.
"""

from __future__ import annotations

from html import escape

from gateway.billing.report.cells import (
    COUNTS,
    MONEY,
    NONE,
    cents,
    discounted,
    harmless,
    heading,
    is_urgent,
    labels,
    notes,
    remainder,
    shown,
    shown_columns,
)
from gateway.billing.report.charts import bars, columns
from gateway.billing.report.figures import Report

CHARTED = 12
SHOWN_COUNTS = ("requests", "input_tokens", "cache_read_tokens", "output_tokens")

STYLE = """
:root{color-scheme:light;--ink:#1b2733;--faint:#5f6b7a;--line:#dde3ea;--blue:#2f6db5;--dark:#1f3a5f}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"Liberation Sans",sans-serif;color:var(--ink);
max-width:1320px;margin:0 auto;padding:32px 24px;background:#fff}
h1{font-size:28px;margin:0;color:var(--dark)}h2{font-size:17px;margin:32px 0 12px;color:var(--dark)}
.about{color:var(--faint);margin:4px 0 24px}.tiles{display:flex;flex-wrap:wrap;gap:12px}
.tile{flex:1 1 150px;border:1px solid var(--line);border-radius:8px;padding:12px 16px}
.tile b{display:block;font-size:22px;font-variant-numeric:tabular-nums}.tile span{color:var(--faint);font-size:13px}
.charts{display:flex;flex-wrap:wrap;gap:24px}.charts section{flex:1 1 480px;min-width:0}
svg{width:100%;height:auto;font-size:13px}svg rect{fill:var(--blue)}svg text{fill:var(--ink)}
svg .value{fill:var(--faint);font-variant-numeric:tabular-nums}svg line{stroke:var(--line)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}
th{background:var(--dark);color:#fff;font-weight:600;text-align:left;vertical-align:bottom}
th,td{padding:5px 8px;border-bottom:1px solid var(--line)}td{white-space:nowrap}
.n{text-align:right;font-variant-numeric:tabular-nums}tr.fee td,tr.correction td{color:var(--faint);font-style:italic}
tfoot td{border-top:2px solid var(--dark);font-weight:600}tfoot tr.rest td{font-weight:400;color:var(--faint);
border-top:1px solid var(--line)}.alarm{background:#fdecea;border-left:4px solid #c0392b;padding:8px 12px}
ul.notes{padding:0;list-style:none}ul.notes li{margin:6px 0}
@media print{body{padding:0;max-width:none;font-size:11px}table{font-size:10px}h2{break-after:avoid}
tr{break-inside:avoid}thead{display:table-header-group}@page{size:A4 landscape;margin:12mm}}
"""
FORBID = "default-src 'none'; style-src 'unsafe-inline'"


def as_html(report: Report) -> bytes:
    title = f"LLM costs {report.title}"
    told = notes(report)
    page = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{FORBID}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f'<h1>{escape(title)}</h1><p class="about">{escape(told[0])}</p>',
        *(f'<p class="alarm">{escape(note)}</p>' for note in told[1:] if is_urgent(note)),
        _tiles(report),
        _charts(report),
        "<h2>Lines</h2>",
        _table(report),
        '<h2>Notes</h2><ul class="notes">',
        *(f"<li>{escape(note)}</li>" for note in told[1:] if not is_urgent(note)),
        f"<li>{escape(MEANING)}</li></ul></body></html>",
    ]
    return "".join(page).encode()


MEANING = (
    "List: at public prices. Contracted: at our prices, token by token. Billed: what is invoiced, after volume "
    "discounts; fees stand on their own lines. Effective: billed, with each fee shared out to the usage that it is for."
)


def _tiles(report: Report) -> str:
    total = report.total
    tiles = [
        (f"Billed, {report.currency}", f"{cents(total.billed):,}"),
        ("At list prices", f"{cents(total.list):,}"),
        ("Saved by contracts", f"{cents(discounted(total)):,}"),
        ("Saved by caches", f"{cents(total.cache_saved):,}"),
        (
            "Saved by local models" if total.local_saved >= 0 else "Local models, dearer than hosted by",
            f"{cents(abs(total.local_saved)):,}",
        ),
        ("Calls", f"{total.requests:,}"),
    ]
    return f'<div class="tiles">{"".join(map(_tile, tiles))}</div>'


def _tile(tile: tuple[str, str]) -> str:
    return f'<div class="tile"><span>{escape(tile[0])}</span><b>{escape(tile[1])}</b></div>'


def _charts(report: Report) -> str:
    sections = []
    for name, what in (("by", heading(report.by[0])), ("model", "Model")):
        sums: dict[str, int] = {}
        if name == "by":
            for line in report.lines:
                if line.kind != "fee":
                    sums[line.key[0] or NONE] = sums.get(line.key[0] or NONE, 0) + line.figures.effective
        elif report.by[0] != "model":
            for part in report.parts:
                if part.kind == "usage":
                    label = f"{part.key.get('provider') or NONE}/{part.key.get('model') or NONE}"
                    sums[label] = sums.get(label, 0) + part.figures.effective
        if any(sums.values()):
            timed = name == "by" and report.by[0] in {"day", "month"}
            drawn = columns(_in_time(sums)) if timed else bars(_dearest(sums))
            sections.append(
                f"<section><h2>{escape(f'Effective cost by {what.lower()}, {report.currency}')}</h2>{drawn}</section>"
            )
    return f'<div class="charts">{"".join(sections)}</div>'


def _in_time(sums: dict[str, int]) -> list[tuple[str, float, str]]:
    return [(label[5:], float(cents(nano)), f"{cents(nano):,}") for label, nano in sorted(sums.items())]


def _dearest(sums: dict[str, int]) -> list[tuple[str, float, str]]:
    ordered = sorted(sums.items(), key=lambda item: -item[1])
    if len(ordered) > CHARTED:
        rest = ordered[CHARTED - 1 :]
        ordered = [*ordered[: CHARTED - 1], (f"{len(rest)} others", sum(nano for _, nano in rest))]
    return [(label, float(cents(nano)), f"{cents(nano):,}") for label, nano in ordered]


def _table(report: Report) -> str:
    money = shown_columns(report)
    heads = "".join(f"<th>{escape(heading(name))}</th>" for name in report.by)
    heads += "".join(f'<th class="n">{escape(COUNTS[name])}</th>' for name in SHOWN_COUNTS)
    heads += "".join(f'<th class="n">{escape(MONEY[name])}</th>' for name in money)
    rows = []
    for line in report.lines:
        cells = "".join(f"<td>{escape(harmless(text))}</td>" for text in labels(line))
        cells += "".join(f'<td class="n">{shown(line, name)}</td>' for name in (*SHOWN_COUNTS, *money))
        rows.append(f'<tr class="{line.kind}">{cells}</tr>')
    feet = f'<tr><td colspan="{len(report.by)}">Total {escape(report.currency)}</td>'
    feet += "".join(f'<td class="n">{getattr(report.total, name):,}</td>' for name in SHOWN_COUNTS)
    feet += "".join(f'<td class="n">{cents(getattr(report.total, name)):,}</td>' for name in money) + "</tr>"
    rest = {name: remainder(report, name) for name in money}
    if any(rest.values()):
        feet = (
            f'<tr class="rest"><td colspan="{len(report.by) + len(SHOWN_COUNTS)}">Rounding of the lines</td>'
            + "".join(f'<td class="n">{f"{rest[name]:+,}" if rest[name] else ""}</td>' for name in money)
            + f"</tr>{feet}"
        )
    return (
        f'<div class="wide"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody><tfoot>{feet}</tfoot></table></div>"
    )
