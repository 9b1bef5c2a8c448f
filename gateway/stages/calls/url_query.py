"""What the client wrote behind the question mark."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from gateway.errors import BadParameter
from gateway.exchange import Exchange

MAX_FIELDS: Final = 32


def query_of(exchange: Exchange) -> dict[str, str]:
    """The parameters, decoded; of one that stands twice the last. Raises BadParameter."""
    query = exchange.inbound.query.decode("latin-1")
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise BadParameter(f"The URL has more than {MAX_FIELDS} parameters. Leave some out.") from None
