"""A report in the FinOps Open Cost and Usage Specification 1.4, dataset Cost and Usage, as CSV.

Promise: one row for each meter (input, cache read, cache write, output, calls of providers' tools) of each of the
report's parts; the sum of BilledCost is the report's billed total and the sum of EffectiveCost its effective one, to
the nano-unit. Corrections are rows of their own (ChargeClass Correction), and nothing is ever written over.

How the specification's words are meant here
- A gateway sells nothing: the service provider is who serves the model, and the team is the sub-account.
- A fee is a Purchase of category Recurring with an effective cost of 0, since the usage that it pays for carries it;
  what nobody used stays on it.
- Columns whose name begins with `x_` are ours. A column that never has a value here is left out, as the
  specification wants of those that are conditional.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from gateway.billing.calendar import days_of, next_month
from gateway.billing.report.cells import amount, harmless
from gateway.billing.report.figures import Part, Report
from gateway.billing.report.shares import shared
from gateway.core.reporting import zone
from gateway.core.tags import parted

BY: Final = ("day", "team", "cost_center", "project", "tag", "user", "key", "provider", "model", "region")
"""What a FOCUS report is always made of."""

COLUMNS: Final = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractedCost",
    "EffectiveCost",
    "HostProviderName",
    "InvoiceIssuerName",
    "ListCost",
    "PricingCategory",
    "PricingQuantity",
    "PricingUnit",
    "RegionId",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
    "x_CostCenter",
    "x_KeyId",
    "x_Project",
    "x_User",
)
METERS: Final = ("Input Tokens", "Cached Input Tokens", "Cache Write Tokens", "Output Tokens", "Tool Calls")
CALLS: Final = METERS.index("Tool Calls")
"""The last."""
ACCOUNT: Final = "llm-gateway"


def as_focus(report: Report) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for part in report.parts:
        writer.writerows(_usage(report, part) if part.kind == "usage" else [_other(report, part)])
    return out.getvalue().encode()


def _usage(report: Report, part: Part) -> Iterator[dict[str, Any]]:
    figures = part.figures
    tokens = (figures.input_tokens, figures.cache_read_tokens, figures.cache_write_tokens, figures.output_tokens)
    counts = (*tokens, figures.billed_calls)
    contracted = part.meters_contracted
    weights = contracted if any(contracted) else (*tokens, 0)
    if not any(weights):
        weights = (1, 0, 0, 0, 0)
    left = _left(part)
    billed = shared(figures.billed, left if any(left) else weights)
    fees = shared(figures.effective - figures.billed, (*contracted[:CALLS], 0) if part.covered else weights)
    effective = [one + two for one, two in zip(billed, fees, strict=True)]
    for place, meter in enumerate(METERS):
        numbers = contracted[place], part.meters_list[place], billed[place], effective[place]
        if not counts[place] and not any(numbers):
            continue
        provider, model = part.key.get("provider") or "none", part.key.get("model") or "none"
        yield _common(report, part) | {
            "BilledCost": _amount(billed[place]),
            "ChargeCategory": "Usage",
            "ChargeDescription": harmless(f"{meter} of {model} at {provider}"),
            "ChargeFrequency": "Usage-Based",
            "ConsumedQuantity": counts[place],
            "ConsumedUnit": "Tokens" if place < len(tokens) else "Requests",
            "ContractedCost": _amount(contracted[place]),
            "EffectiveCost": _amount(effective[place]),
            "ListCost": _amount(part.meters_list[place]),
            "PricingCategory": "Standard" if billed[place] else "Committed" if effective[place] else "Standard",
            "PricingQuantity": f"{_millions(counts[place])}" if place < len(tokens) else counts[place],
            "PricingUnit": "1000000 Tokens" if place < len(tokens) else "Requests",
            "SkuId": harmless(f"{provider}/{model}/{meter}"),
            "SkuMeter": meter,
        }


def _left(part: Part) -> tuple[int, ...]:
    """What each meter still costs where a fee pays for some: of tokens, and of no calls of tools."""
    by_token, calls = part.meters_contracted[:CALLS], part.meters_contracted[CALLS]
    paid = shared(part.covered, by_token) if part.covered else (0,) * CALLS
    return (*(cost - some for cost, some in zip(by_token, paid, strict=True)), calls)


def _other(report: Report, part: Part) -> dict[str, Any]:
    figures, fee = part.figures, part.kind == "fee"
    return _common(report, part) | {
        "BilledCost": _amount(figures.billed),
        "ChargeCategory": "Purchase" if fee else "Adjustment",
        "ChargeClass": "" if fee else "Correction",
        "ChargeDescription": harmless(f"{part.reason}: {part.name}" if fee else part.reason),
        "ChargeFrequency": "Recurring" if fee else "One-Time",
        "ContractedCost": _amount(figures.billed if fee else figures.contracted),
        "EffectiveCost": _amount(figures.effective),
        "ListCost": _amount(figures.billed if fee else figures.list),
        "PricingCategory": "Standard" if fee else "",
        "PricingQuantity": 1 if fee else "",
        "PricingUnit": "Months" if fee else "",
        "SkuId": harmless(f"agreement/{part.name}") if fee else "",
    }


def _common(report: Report, part: Part) -> dict[str, Any]:
    key = part.key
    month = key.get("month") or report.first_month
    day = key.get("local_day")
    first = day or days_of(month)[0]
    end = _after(day) if day else f"{next_month(month)}-01"
    provider, model = key.get("provider") or "", key.get("model") or ""
    tags = parted(key.get("tags"))
    return {
        "BillingAccountId": ACCOUNT,
        "BillingAccountName": ACCOUNT,
        "BillingCurrency": report.currency,
        "BillingPeriodStart": _midnight(days_of(month)[0], report.timezone),
        "BillingPeriodEnd": _midnight(f"{next_month(month)}-01", report.timezone),
        "ChargePeriodStart": _midnight(first, report.timezone),
        "ChargePeriodEnd": _midnight(end, report.timezone),
        "HostProviderName": harmless(provider),
        "InvoiceIssuerName": harmless(provider) or ACCOUNT,
        "RegionId": harmless(key.get("region") or ""),
        "ResourceId": harmless(f"{provider}/{model}") if model else "",
        "ResourceName": harmless(model),
        "ResourceType": "Model" if model else "",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "ServiceName": harmless(provider) or ACCOUNT,
        "ServiceProviderName": harmless(provider) or ACCOUNT,
        "SubAccountId": harmless(key.get("team") or ""),
        "SubAccountName": harmless(key.get("team") or ""),
        "SubAccountType": "Team" if key.get("team") else "",
        "Tags": msgspec.json.encode(tags).decode() if tags else "",
        "x_CostCenter": harmless(key.get("cost_center") or ""),
        "x_KeyId": harmless(key.get("key_id") or ""),
        "x_Project": harmless(key.get("project") or ""),
        "x_User": harmless(key.get("user") or ""),
    }


def _amount(nano: int) -> str:
    return f"{amount(nano):f}"


def _millions(tokens: int) -> str:
    whole, rest = divmod(tokens, 1_000_000)
    return f"{whole}.{rest:06}".rstrip("0").rstrip(".")


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _midnight(day: str, timezone: str) -> str:
    """The day's beginning in that time zone, as UTC."""
    local = datetime.fromisoformat(day).replace(tzinfo=zone(timezone))
    return local.astimezone(zone("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
