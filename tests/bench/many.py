"""Two gateways that differ in one thing: how many teams there are, each with one key and all that a team may have.

What grows with it beyond look-ups: everything that is remembered of a key, a team or a level. Requests go through all
keys in a drawn order, so that nearly every request of the larger one meets a key whose values have left the processor's
caches: they are fetched from memory then, and that is counted like the rest.

Processes that are alike differ, too, by where their memory happens to lie: of six gateways of ten teams the medians lay
up to 8 % apart. So there are several sets of two fresh gateways, one set after the other, and what counts is the middle
of the sets. Within a set the smaller one has its turn beside each turn of the larger one, so that as many calls stand
in either's database, and work that a turn leaves for later meets both.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from pathlib import Path

import msgspec
from sqlalchemy import insert, update

from gateway.settings import Settings, load_settings, with_root_key
from gateway.storage.engine import open_engine
from gateway.storage.keys import KeyIssuer, KeyRecord, secret_hash
from gateway.storage.tables import key_version, virtual_key
from tests.bench.processes import RUN, python
from tests.bench.subjects import Subject, migrated, relative
from tests.support.ports import free_port

FEW, MANY = 10, 10_000
ASKING = {f"{MANY:,}": 0, f"{MANY:,}, of which {FEW} ask": FEW}
"""Row of the larger gateway -> how many of its keys ask, 0: all. Those of a few stay in the processor's caches."""
A_FILE = 1000
"""Teams; a policy file may have 1 MiB."""

HEAD = """\
version: 1
providers:
  openai: {{kind: openai, base_url: "{origin}/v1", api_key: "${{BENCH_PROVIDER_KEY}}", region: on_prem}}
models:
  bench-same: {{targets: [{{provider: openai, model: gpt-5-mini}}]}}
prices:
  exchange: [{{from: USD, to: CHF, rate: 0.80, since: 2026-01-01}}]
pii:
  house: {{actions: {{email: pseudonymise, iban: pseudonymise, secret: block}}}}
organisation: {{pii: house, regions: [on_prem], tags: [purpose]}}
"""
TEAM = """\
  team-{number}:
    cost_center: "{number}"
    models: [bench-same]
    quotas: {{requests_per_minute: 1000000, tokens_per_minute: 1000000000, concurrent: 1000}}
    budgets: [{{period: month, limit: 100000 CHF, alerts: [50, 80, 100]}}]
    users: {{user-{number}: {{quotas: {{requests_per_minute: 1000000}}}}}}
"""


class Prepared(msgspec.Struct, frozen=True):
    """What each gateway of so many teams begins with. `keys`: a file with all keys, one a line."""

    number: int
    policies: Path
    environment: dict[str, str]
    keys: Path

    def gateway(self, place: int) -> Subject:
        """A fresh one, of the set with this number."""
        port, state = free_port(), RUN / f"state-{self.number}-{place}"
        shutil.copytree(RUN / f"state-{self.number}", state)
        return Subject(
            name=f"{self.number:,} of set {place}",
            command=python("-m", "gateway", "serve", "--policies", relative(self.policies), "--port", str(port)),
            port=port,
            forms={"": "bench-same"},
            environment={**self.environment, "GATEWAY_STATE_DIR": relative(state)},
            streams=False,
            patience=240.0,
        )


def prepared(origin: str) -> tuple[Prepared, Prepared]:
    """For few teams, and for many."""
    return _prepared(origin, FEW), _prepared(origin, MANY)


def _prepared(origin: str, number: int) -> Prepared:
    policies = RUN / f"policies-{number}"
    policies.mkdir(parents=True)
    (policies / "bench.yaml").write_text(HEAD.format(origin=origin))
    for first in range(0, number, A_FILE):
        teams = "".join(TEAM.format(number=each) for each in range(first, min(first + A_FILE, number)))
        (policies / f"teams-{first}.yaml").write_text(f"teams:\n{teams}")
    environment = migrated(RUN / f"state-{number}", policies)
    keys = RUN / f"keys-{number}"
    keys.write_text("\n".join(asyncio.run(_issued(with_root_key(load_settings(environment)), number))))
    return Prepared(number, policies, environment, keys)


async def _issued(settings: Settings, number: int) -> list[str]:
    """The texts of so many keys, in a drawn order."""
    engine = open_engine(settings.database_url.reveal())
    pepper = settings.key_for("virtual-key-pepper")
    issuer = KeyIssuer(engine, pepper, settings.environment)
    keys = [issuer.mint() for _ in range(number)]
    rows = [
        KeyRecord(
            id=key.id,
            team=f"team-{place}",
            user=f"user-{place}",
            name=f"key-{place}",
            created_at=time.time(),
            expires_at=None,
            revoked_at=None,
            secret_hash=secret_hash(pepper, key),
            previous_hash=None,
            previous_until=None,
            version=place + 1,
        )
        for place, key in enumerate(keys)
    ]
    async with engine.begin() as connection:
        await connection.execute(update(key_version).values(version=number))
        await connection.execute(insert(virtual_key), [msgspec.structs.asdict(row) for row in rows])
    await engine.dispose()
    random.Random(1).shuffle(keys)
    return [key.text for key in keys]
