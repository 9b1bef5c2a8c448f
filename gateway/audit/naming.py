"""Names for the pseudonyms that headers hold, to whoever has the keys: of teams, and of accounts that acted."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.audit.pseudonyms import ID_BYTES, Pseudonyms
from gateway.audit.record import Header
from gateway.audit.writer import THE_GATEWAY


class Names:
    """Of what is known here: teams of the policies, accounts of the machine. Whatever else is nobody's."""

    def __init__(self, pseudonyms: Pseudonyms, teams: Iterable[str], accounts: Iterable[str]) -> None:
        self.teams = {pseudonyms.team(name): name for name in teams}
        self._teams = {**self.teams, pseudonyms.team(THE_GATEWAY): ""}
        self._accounts = {actor_of(pseudonyms, name): name for name in accounts}

    def who(self, header: Header) -> str | None:
        """The team whose request it was, or the account that acted; None where neither has a name here."""
        actor = header.about.get("by")
        return self._teams.get(header.team) if actor is None else self._accounts.get(actor)


def actor_of(pseudonyms: Pseudonyms, account: str) -> str:
    """How the header of an act names the account."""
    return pseudonyms.subject(account).hex()[: 2 * ID_BYTES]
