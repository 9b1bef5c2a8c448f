"""What handlers take, as types that check and describe it; the same names mean the same everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from litestar.openapi.spec import OpenAPIType
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

_TEXT: Final[dict[str, Any]] = {"one_of": None, "type": OpenAPIType.STRING}
"""How a query parameter that may be left out is described: there is no null in a query."""

# In bodies.
Label = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
Duration = Annotated[str, Meta(min_length=2, max_length=16, pattern="^([0-9]{1,9}(s|min|h|d)|never)$")]
Grace = Annotated[str, Meta(min_length=2, max_length=8, pattern="^[0-9]{1,6}(s|min|h)$")]

# In paths.
KeyId = Annotated[str, PathParameter(pattern="^[0-9A-Za-z]{10}$")]
TeamName = Annotated[str, PathParameter(min_length=1, max_length=255)]

# In queries.
Name = Annotated[str, QueryParameter(min_length=1, max_length=255)]
Team = Annotated[str | None, QueryParameter(min_length=1, max_length=255, schema_extra=_TEXT)]
Limit = Annotated[int, QueryParameter(ge=1, le=500)]
Month = Annotated[str | None, QueryParameter(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", schema_extra=_TEXT)]
Moment = Annotated[datetime | None, QueryParameter(schema_extra={**_TEXT, "format": "date-time"})]
AfterKey = Annotated[str | None, QueryParameter(pattern="^[0-9A-Za-z]{10}$", schema_extra=_TEXT)]
AfterEntry = Annotated[str | None, QueryParameter(pattern="^[0-9a-f]{1,32}$", schema_extra=_TEXT)]
AfterLine = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{1,18}_[0-9A-Za-z_-]{1,512}$", schema_extra=_TEXT)]


class EmptyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body without fields."""
