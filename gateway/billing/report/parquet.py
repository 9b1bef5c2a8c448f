"""A report as Parquet, for BigQuery and DuckDB: amounts are decimals, never floats."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from gateway.billing.report.cells import COUNTS, MONEY, amount
from gateway.billing.report.figures import Report

AMOUNT = pa.decimal128(38, 9)


def as_parquet(report: Report) -> bytes:
    """A row for each line of the report. A tag's column is called `tag_NAME`: dots would need quotes in SQL."""
    names = [name.replace(".", "_") for name in report.by]
    columns: dict[str, pa.Array] = {
        name: pa.array([line.key[place] for line in report.lines], pa.string()) for place, name in enumerate(names)
    }
    columns["kind"] = pa.array([line.kind for line in report.lines], pa.string())
    columns["name"] = pa.array([line.name for line in report.lines], pa.string())
    columns["currency"] = pa.array([report.currency] * len(report.lines), pa.string())
    for name in COUNTS:
        columns[name] = pa.array([getattr(line.figures, name) for line in report.lines], pa.int64())
    for name in MONEY:
        columns[name] = pa.array([amount(getattr(line.figures, name)) for line in report.lines], AMOUNT)
    out = io.BytesIO()
    about = {"months": report.title, "timezone": report.timezone, "policy_version": report.policy_version}
    pq.write_table(pa.table(columns).replace_schema_metadata(about), out, compression="zstd")
    return out.getvalue()
