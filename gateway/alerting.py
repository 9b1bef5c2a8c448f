"""All that telling people needs in one process, put together: alarms go by the journal into the database, and from
there to whom policy names.
"""

from __future__ import annotations

from gateway.alerts.delivery import AlertDelivery
from gateway.alerts.messages import unpriced, unusual
from gateway.core.anomaly import Restriction
from gateway.core.ports import Clock, PolicySource, UsageRow
from gateway.journal.alarms import JournalledAlarms
from gateway.journal.local import LocalJournal
from gateway.storage.alerts import StoredAlerts
from gateway.storage.engine import DATABASE_ERRORS, Engine
from gateway.telemetry import logs
from gateway.telemetry.metrics import Metrics


class Alerting:
    """`raised`: what parts tell of; `delivery` is to be started and closed."""

    def __init__(
        self, journal: LocalJournal, engine: Engine, policies: PolicySource, metrics: Metrics, clock: Clock
    ) -> None:
        self._policies = policies
        self._metrics = metrics
        self._clock = clock
        self.stored = StoredAlerts(engine)
        self.raised = JournalledAlarms(journal, logs.alert)
        self.delivery = AlertDelivery(self.stored, lambda: policies.current.alerts, clock, DATABASE_ERRORS)

    def unpriced(self, row: UsageRow) -> None:
        """A call was made whose cost nobody knows."""
        self._metrics.row_unpriced(row)
        logs.unpriced(row)
        self.raised.raise_alarm(unpriced(row, self._policies.current.reporting.day_of(row.at)))

    def unusual(self, found: Restriction) -> None:
        """A key was used as it never was."""
        self._metrics.key_unusual(found)
        logs.anomaly(found)
        self.raised.raise_alarm(unusual(found, self._clock.now()))
