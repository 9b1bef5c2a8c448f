"""The audit of a process that serves, with its keys from the settings."""

from __future__ import annotations

from gateway.audit.keeping import keeper_of, log_keys, pseudonyms
from gateway.audit.log import AuditLog
from gateway.audit.projector import LogProjector
from gateway.audit.writer import Writer
from gateway.core.ports import Clock, Journal
from gateway.settings import Settings


def audit_of(settings: Settings, journal: Journal, clock: Clock) -> tuple[AuditLog, LogProjector]:
    """What stages append to, and what the journal's records become. Raises ConfigurationError."""
    log = AuditLog(journal, Writer(keeper_of(settings), pseudonyms(settings)), clock)
    return log, LogProjector(log_keys(settings), log, clock)
