"""Every total equals what is behind it, by sums that know nothing of each other."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import msgspec
import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.billing.closing import ForgedStatement, closed
from gateway.billing.report import focus
from gateway.billing.report.build import Question
from gateway.billing.report.cells import MONEY, amount, cents, remainder
from gateway.billing.report.figures import FIGURES, Report
from gateway.billing.report.gather import gather
from gateway.billing.report.html import as_html
from gateway.billing.report.parquet import as_parquet
from gateway.billing.report.plain import as_csv, as_json
from gateway.billing.report.table import table
from gateway.billing.report.xlsx import HEAD_ROW, as_xlsx
from gateway.core.agreements import Agreement, DiscountStep, Reserved, Volume
from gateway.core.bills import Meters
from gateway.core.money import NANO, Money
from gateway.core.policy import Policy
from gateway.core.usage import Calls, Usage
from gateway.policy.load import policy_of_text
from gateway.storage.closings import AlreadyClosed, close_month
from gateway.storage.costs import Adjustment, adjust, roll_up
from gateway.storage.engine import open_engine
from tests.support.databases import BACKENDS, PostgresServer
from tests.support.spending import FINANCE, calls, write
from tests.support.sqlite import migrated_sqlite, sqlite_url

pytest_plugins = ["tests.support.databases"]

POLICY = policy_of_text("p.yaml", FINANCE, {})
ROWS = calls(POLICY, 400)
KEY = b"k" * 32


@pytest.fixture(scope="module")
def spent_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("spent") / "gateway.db"
    path.write_bytes(migrated_sqlite())
    asyncio.run(write(sqlite_url(path), POLICY, ROWS))
    return sqlite_url(path)


@pytest.fixture(scope="module")
def spent_on_postgresql(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.create_migrated_database()
    asyncio.run(write(postgres.url(name), POLICY, ROWS))
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")  # whoever writes takes `engine`
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(params=BACKENDS)
def spent_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(f"spent_on_{request.param}")


@pytest_asyncio.fixture
async def spent(spent_url: str) -> AsyncIterator[AsyncEngine]:
    """What has ROWS, for all who only read."""
    engine = open_engine(spent_url)
    yield engine
    await engine.dispose()


async def report(engine: AsyncEngine, *by: str, policy: Policy = POLICY, **changes: Any) -> Report:
    values = {
        "first_month": "2026-11",
        "last_month": "2026-11",
        "currency": "CHF",
        "today": "2027-01-02",
        "made_at": 1_800_000_000.0,
        **changes,
    }
    async with engine.connect() as connection:
        return await gather(connection, Question(by=by or ("team", "model"), **values), policy, KEY)


def by_hand(day_of: Any, month: str) -> dict[tuple[str, str], int]:
    """Contracted cost by team and model in nano-CHF, row by row in Python: it knows neither SQL nor reports."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in ROWS:
        day = day_of(row.at)
        if day.startswith(month) and row.cost is not None:
            dollar = Decimal("0.79") if day >= "2026-11-16" else Decimal("0.80")
            rate = {"USD": dollar, "EUR": Decimal("0.95"), "CHF": Decimal(1)}[row.cost.currency]
            sums[row.team, row.model or ""] += row.cost.nano * rate
    return {key: round(nano) for key, nano in sums.items()}


@pytest.mark.asyncio
async def test_lines_are_what_the_rows_come_to(spent: AsyncEngine) -> None:
    for month in ("2026-10", "2026-11"):
        found = await report(spent, first_month=month, last_month=month)
        lines = {line.key: line.figures for line in found.lines if line.kind == "usage"}
        expected = by_hand(POLICY.reporting.day_of, month)
        assert lines.keys() == expected.keys()
        for key, nano in expected.items():
            assert abs(lines[key].contracted - nano) < 1000, key  # a conversion a day, each within half a nano
        assert cents(found.total.contracted) == cents(sum(expected.values()))


@pytest.mark.asyncio
async def test_the_sum_in_the_database_is_the_sum_in_the_report(spent: AsyncEngine) -> None:
    found = await report(spent, "day", currency="USD", policy=msgspec.structs.replace(POLICY, agreements=()))
    async with spent.connect() as connection:
        counts = await connection.execute(
            text("SELECT COUNT(*), SUM(input_tokens), SUM(output_tokens) FROM usage WHERE local_day LIKE '2026-11-%'")
        )
        requests, read, written = map(int, counts.one())
    total = found.total
    assert total.requests == requests
    assert total.input_tokens + total.cache_read_tokens + total.cache_write_tokens == read
    assert total.output_tokens == written


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "by",
    [("team",), ("model",), ("day",), ("key", "user"), ("tag",), ("tag.purpose",), focus.BY, ("month", "cost_center")],
    ids=",".join,
)
async def test_every_grouping_has_the_same_totals(spent: AsyncEngine, by: tuple[str, ...]) -> None:
    reference = await report(spent, first_month="2026-10")
    found = await report(spent, *by, first_month="2026-10")
    for name in FIGURES:
        total = getattr(found.total, name)
        assert sum(getattr(line.figures, name) for line in found.lines) == total, name
        assert abs(total - getattr(reference.total, name)) <= 2000, name
    assert found.total.billed == found.total.effective
    for name in MONEY:
        shown = sum((cents(getattr(line.figures, name)) for line in found.lines), Decimal())
        assert shown + remainder(found, name) == cents(getattr(found.total, name))


@pytest.mark.asyncio
async def test_fees_and_discounts_are_those_of_the_contracts(spent: AsyncEngine) -> None:
    found = await report(spent)
    fees = {line.name: line.figures for line in found.lines if line.kind == "fee"}
    assert amount(fees["mini"].billed) == Decimal(90) * 20 / 30 * Decimal("0.79")
    assert amount(fees["room"].billed) == 62
    models = defaultdict(int)
    for line in found.lines:
        models[line.key[1]] += line.figures.effective
    assert models["llama"] == fees["room"].billed  # the machines' cost, all of it, is that of the local tokens
    claude = [charge for charge in found.charges if charge.agreement.name == "claude-2026"]
    assert claude
    assert claude[0].nano < 0
    assert found.total.local_saved != 0


@pytest.mark.asyncio
async def test_no_discount_and_no_commitment_is_of_what_capacity_has_paid_for(spent: AsyncEngine) -> None:
    [claude] = {row.provider for row in ROWS if (row.model or "").startswith("claude")}
    room = Agreement(
        name="room", provider=claude or "", since="2026-01-01", reserved=Reserved(monthly_fee=Money(50 * NANO, "USD"))
    )
    tenth = Volume(currency="USD", steps=(DiscountStep(above=0, discount=1000),))
    spend = Agreement(name="spend", provider=claude or "", since="2026-01-01", volume=tenth)
    alone, both = [
        await report(spent, policy=msgspec.structs.replace(POLICY, agreements=agreements))
        for agreements in ((room,), (spend, room))
    ]
    assert alone.total.contracted == both.total.contracted
    assert alone.total.billed == both.total.billed
    assert all(line.figures.billed >= 0 for line in both.lines)


@pytest.mark.asyncio
async def test_rolled_up_or_not_the_figures_are_the_same(engine: AsyncEngine, database_url: str) -> None:
    await write(database_url, POLICY, ROWS)
    before = await report(engine, *focus.BY, first_month="2026-10")
    assert await roll_up(engine, "2026-11-20") > 40
    assert await roll_up(engine, "2026-11-20") == 0
    after = await report(engine, *focus.BY, first_month="2026-10")
    assert after.lines == before.lines
    late = msgspec.structs.replace(ROWS[0], request_id="late")
    await write(database_url, POLICY, [late, ROWS[1]])
    marked = await report(engine, *focus.BY, first_month="2026-10")
    assert marked.total.requests == before.total.requests + 1
    assert await roll_up(engine, "2026-12-01") > 0
    assert (await report(engine, *focus.BY, first_month="2026-10")).lines == marked.lines


@pytest.mark.asyncio
async def test_money_without_a_rate_is_told_and_in_no_sum(spent: AsyncEngine) -> None:
    free = msgspec.structs.replace(POLICY, agreements=())
    found = await report(spent, currency="JPY", policy=free)
    assert found.total.contracted == 0
    assert [lost.currency for lost in found.unconverted] == ["CHF", "EUR", "USD"]
    told = msgspec.json.decode(as_json(found))
    assert any("NOT IN THE SUMS" in note for note in told["notes"])


@pytest.mark.asyncio
async def test_what_rounds_to_nothing_is_told(engine: AsyncEngine, database_url: str) -> None:
    """A first trial costs fractions of a cent; a table of zeros would look as if nothing had been counted."""
    free = msgspec.structs.replace(POLICY, agreements=())
    small = msgspec.structs.replace(ROWS[0], request_id="small", cost=Money(26_250, "CHF"))
    await write(database_url, free, [small])
    found = await report(engine, first_month="2026-10", policy=free)
    assert "0.00" in "\n".join(table(found))
    assert "LESS THAN A CENT in all: 0.00002625 CHF." in table(found)


@pytest.mark.asyncio
async def test_a_call_without_a_cost_is_an_alarm_in_the_report(engine: AsyncEngine, database_url: str) -> None:
    lost = msgspec.structs.replace(ROWS[0], request_id="lost", provider="openai", model="new", cost=None, unpriced=True)
    await write(database_url, POLICY, [lost])
    found = await report(engine, first_month="2026-10")
    assert found.unpriced == [("openai", "new", 1)]
    said = as_html(found).decode()
    assert "ALARM: 1 calls of openai/new left no cost, or not all of it" in said
    assert "price in prices.overrides, a tool" in said
    assert "in prices.calls" in said


@pytest.mark.asyncio
@pytest.mark.parametrize("separator", [",", ";"])  # a spreadsheet in German or French takes the second
async def test_no_cell_calculates_whatever_separates_them(
    engine: AsyncEngine, database_url: str, separator: str
) -> None:
    names = ["a;=1+1;b", "a; @b", "\uff1d1", " \uff0b1", "a;b"]
    rows = [msgspec.structs.replace(ROWS[0], request_id=f"r{n}", user=name) for n, name in enumerate(names)]
    await write(database_url, POLICY, rows)
    exported = as_csv(await report(engine, "user", first_month="2026-10")).decode()
    cells = [cell for row in csv.reader(io.StringIO(exported), delimiter=separator) for cell in row]
    assert not [cell for cell in cells if cell.strip()[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20")]
    assert "\na;b," in exported


@pytest.mark.asyncio
async def test_exports_hold_every_line_and_nothing_that_calculates(spent: AsyncEngine) -> None:
    found = await report(spent, "team", "cost_center", "user", "model")
    rows = list(csv.DictReader(io.StringIO(as_csv(found).decode())))
    assert len(rows) == len(found.lines)
    for name in MONEY:
        assert sum(Decimal(row[f"{name}_CHF"]) for row in rows) == amount(getattr(found.total, name))
    assert not [
        value for row in rows for name, value in row.items() if name in found.by and value[:1] in tuple("=+-@\t\r")
    ]
    assert {row["team"] for row in rows} >= {'\'=HYPERLINK("http://evil")'}

    sheet = load_workbook(io.BytesIO(as_xlsx(found)))["Costs"]
    cells = [cell for line in sheet.iter_rows() for cell in line]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert all(formula.startswith("=SUBTOTAL(109,") for formula in formulas)
    assert not [cell for cell in cells if cell.data_type == "s" and str(cell.value)[:1] in tuple("=+-@")]
    values = load_workbook(io.BytesIO(as_xlsx(found)), data_only=True)["Costs"]
    heads = [cell.value for cell in values[HEAD_ROW + 1]]
    place = heads.index("Billed CHF")
    body = [line[place].value for line in values.iter_rows(min_row=HEAD_ROW + 2)]
    assert cents(round(sum(body[:-1]) * 10**9)) == cents(round(body[-1] * 10**9)) == cents(found.total.billed)

    page = as_html(found).decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'http-equiv="Content-Security-Policy" content="default-src \'none\'' in page


@pytest.mark.asyncio
async def test_parquet_loads_into_duckdb_with_exact_decimals(spent: AsyncEngine, tmp_path: Any) -> None:
    found = await report(spent, "team", "tag.purpose", "day")
    (tmp_path / "r.parquet").write_bytes(as_parquet(found))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE r AS SELECT * FROM read_parquet(?)", [str(tmp_path / "r.parquet")])
        types = dict(connection.execute("SELECT column_name, data_type FROM duckdb_columns()").fetchall())
        [(billed, requests)] = connection.execute("SELECT SUM(billed), SUM(requests) FROM r").fetchall()
    assert {types[name] for name in MONEY} == {"DECIMAL(38,9)"}
    assert {"tag_purpose", "day"} <= types.keys()
    assert (billed, requests) == (amount(found.total.billed), found.total.requests)


@pytest.mark.asyncio
async def test_focus_has_a_row_for_each_meter_and_the_same_totals(engine: AsyncEngine, database_url: str) -> None:
    await write(database_url, POLICY, ROWS)
    correction = Adjustment(
        id="a1",
        month="2026-11",
        recorded_at=1_800_000_000.0,
        reason="credit note 7",
        key={"team": "support", "provider": "openai", "model": "gpt-5.5"},
        currency="EUR",
        nano=-1_000_000_000,
    )
    async with engine.begin() as connection:
        await adjust(connection, [correction])
    found = await report(engine, *focus.BY)
    rows = list(csv.DictReader(io.StringIO(focus.as_focus(found).decode())))
    for column, name in {
        "BilledCost": "billed",
        "EffectiveCost": "effective",
        "ContractedCost": "contracted",
        "ListCost": "list",
    }.items():
        fees = sum(row["ChargeCategory"] == "Purchase" for row in rows)
        total = sum(Decimal(row[column]) for row in rows)
        if column in {"ContractedCost", "ListCost"}:
            total -= sum(Decimal(row[column]) for row in rows if row["ChargeCategory"] == "Purchase")
        assert total == amount(getattr(found.total, name)), column
        assert fees == 2
    usage = [row for row in rows if row["ChargeCategory"] == "Usage"]
    assert {row["SkuMeter"] for row in usage} == {"Input Tokens", "Cached Input Tokens", "Output Tokens"}
    tokens = sum(int(row["ConsumedQuantity"]) for row in usage)
    total = found.total
    assert tokens == total.input_tokens + total.cache_read_tokens + total.output_tokens
    [adjusted] = [row for row in rows if row["ChargeClass"] == "Correction"]
    assert (adjusted["BilledCost"], adjusted["ChargeDescription"]) == ("-0.950000000", "credit note 7")
    assert {row["BillingPeriodStart"] for row in rows} == {"2026-10-31T23:00:00Z"}
    assert list(rows[0]) == [*focus.COLUMNS]


@pytest.mark.asyncio
async def test_calls_of_tools_have_a_row_of_their_own(engine: AsyncEngine, database_url: str) -> None:
    """Three searches at a cent beside tokens for half a dollar; rolled up or not."""
    policy = msgspec.structs.replace(POLICY, agreements=())
    searched = msgspec.structs.replace(
        ROWS[0],
        request_id="searched",
        usage=Usage(input_tokens=1000, calls=Calls(web_search=2, file_search=1)),
        cost=Money(530_000_000, "CHF"),
        meters=Meters(input=500_000_000, calls=30_000_000),
        list_cost=None,
        list_meters=None,
    )
    await write(database_url, policy, [searched])
    for _ in range(2):
        found = await report(engine, *focus.BY, policy=policy, first_month="2026-10")
        assert found.total.billed_calls == 3
        rows = {row["SkuMeter"]: row for row in csv.DictReader(io.StringIO(focus.as_focus(found).decode()))}
        assert rows.keys() == {"Input Tokens", "Tool Calls"}
        calls_row = rows["Tool Calls"]
        assert (calls_row["BilledCost"], calls_row["ConsumedQuantity"]) == ("0.030000000", "3")
        assert (calls_row["ConsumedUnit"], calls_row["PricingUnit"]) == ("Requests", "Requests")
        assert rows["Input Tokens"]["BilledCost"] == "0.500000000"
        assert "Calls of tools" in as_csv(found).decode() or "billed_calls" in as_csv(found).decode()
        await roll_up(engine, "2027-01-01")


@pytest.mark.asyncio
async def test_capacity_pays_for_no_call_of_a_tool_in_any_row(engine: AsyncEngine, database_url: str) -> None:
    room = Reserved(monthly_fee=Money(200_000_000, "CHF"))
    agreements = (Agreement(name="room", provider=ROWS[0].provider or "", since="2026-01-01", reserved=room),)
    policy = msgspec.structs.replace(POLICY, agreements=agreements)
    searched = msgspec.structs.replace(
        ROWS[0],
        request_id="searched",
        usage=Usage(input_tokens=1000, calls=Calls(web_search=3)),
        cost=Money(530_000_000, "CHF"),
        meters=Meters(input=500_000_000, calls=30_000_000),
        list_cost=None,
        list_meters=None,
    )
    await write(database_url, policy, [searched])
    month = policy.reporting.day_of(searched.at)[:7]
    found = await report(engine, *focus.BY, policy=policy, first_month=month, last_month=month)
    rows = {row["SkuMeter"]: row for row in csv.DictReader(io.StringIO(focus.as_focus(found).decode()))}
    read, calls_row = rows["Input Tokens"], rows["Tool Calls"]
    assert (read["BilledCost"], read["EffectiveCost"], read["PricingCategory"]) == (
        "0.000000000",
        "0.200000000",
        "Committed",
    )
    assert (calls_row["BilledCost"], calls_row["EffectiveCost"]) == ("0.030000000", "0.030000000")


@pytest.mark.asyncio
async def test_a_closed_month_keeps_its_statement(engine: AsyncEngine, database_url: str) -> None:
    await write(database_url, POLICY, ROWS)
    october = {"first_month": "2026-10", "last_month": "2026-10"}
    before = await report(engine, "team", "cost_center", "provider", "model", **october)
    async with engine.begin() as connection:
        await close_month(connection, closed(before, KEY))
    with pytest.raises(AlreadyClosed):
        async with engine.begin() as connection:
            await close_month(connection, closed(before, KEY))
    [same] = (await report(engine, **october)).closings
    assert same.since == 0  # whatever it is grouped by
    first = min(ROWS, key=lambda row: row.at if row.provider == "claude" else 9e9)
    await write(database_url, POLICY, [msgspec.structs.replace(first, request_id="late")])
    [late] = (await report(engine, **october)).closings
    assert (late.billed, late.month) == (before.total.billed, "2026-10")
    assert late.since is not None
    assert late.since > 1000
    for change in (
        "month = '2026-09'",  # another month's, signed and whole
        "month = '2026-10', statement = replace(statement, 'CHF', 'EUR')",
    ):
        async with engine.begin() as connection:
            await connection.execute(text(f"UPDATE closed_month SET {change}"))
        with pytest.raises(ForgedStatement):
            await report(engine, first_month="2026-09", last_month="2026-10")
