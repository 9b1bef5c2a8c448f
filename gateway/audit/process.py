"""The audit of a process that serves, with its keys from the settings."""

from __future__ import annotations

from gateway.audit.anchors.anchoring import Anchoring, anchors_of
from gateway.audit.keys import keeper_of, log_keys, pseudonyms
from gateway.audit.log import AuditLog
from gateway.audit.projector import LogProjector
from gateway.audit.writer import Writer
from gateway.core.alerting import Alarms
from gateway.core.ports import Clock, Journal
from gateway.settings import Settings


def audit_of(settings: Settings, journal: Journal, clock: Clock) -> tuple[AuditLog, LogProjector]:
    """What stages append to, and what the journal's records become. Raises ConfigurationError."""
    keeper, names = keeper_of(settings), pseudonyms(settings)

    def new_writer() -> Writer:
        return Writer(keeper, names)

    log = AuditLog(journal, new_writer(), clock)
    return log, LogProjector(log_keys(settings), log, new_writer, clock)


def anchoring_of(settings: Settings, clock: Clock, alarms: Alarms) -> Anchoring:
    """Who keeps the log's checkpoints outside of its database. Raises ConfigurationError."""
    key = log_keys(settings).signing.verify_key
    return Anchoring(anchors_of(settings), key, clock, alarms, settings.state_dir / "anchors.lock")
