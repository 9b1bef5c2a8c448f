"""Whether a database is this root key's: told by its log's first checkpoint, whose signing key is derived of it.

Promise: nobody who starts with another root key adds to a log. What they added could be read and proved by nobody, and
would make it tampered for good; and every virtual key of the database would be unknown to them. Whoever starts while
the log is empty, beside another with a key of its own, is not told: the first record decides between them, and the next
start tells the other.
"""

from __future__ import annotations

from gateway.audit.keys import log_keys
from gateway.settings import ConfigurationError, Settings
from gateway.storage.audit_log import AuditTables

ANOTHER_ROOT_KEY = (
    "is not the one that this database was made with: give that one (where the gateway made it, `root.key` of its state"
    " directory), or another database"
)


async def check_made_with(tables: AuditTables, settings: Settings) -> None:
    """Raises ConfigurationError where another root key began the log; errors of the database pass through.

    A checkpoint that names no key, or this one beside a bad signature, is for `gateway audit verify`; so is what
    another key added later, before that was refused.
    """
    first = await tables.first_checkpoint()
    if first is not None and log_keys(settings).signing.verify_key.is_another_of(first[1]):
        raise ConfigurationError("GATEWAY_ROOT_KEY", ANOTHER_ROOT_KEY)
