from __future__ import annotations

import secrets

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.virtual_key import VirtualKey
from gateway.storage.keys import GRACE_LIMIT, KeyIssuer, KeyMissing, KeyNotLive, KeyStore, secret_hash
from gateway.storage.tables import virtual_key

PEPPER = bytes(range(32))
NOW = 1_800_000_000.123456


def issuer(engine: AsyncEngine) -> KeyIssuer:
    return KeyIssuer(engine, PEPPER, "dev")


@pytest.mark.asyncio
async def test_a_key_comes_back_as_it_was_created(engine: AsyncEngine) -> None:
    issued = await issuer(engine).create(team="équipe", user="ana@example.com", name="bot", now=NOW, expires_at=NOW + 9)
    assert await KeyStore(engine).fetch(issued.key.id) == issued.record
    assert issued.record.created_at == NOW
    assert issued.record.expires_at == NOW + 9


@pytest.mark.asyncio
async def test_an_id_that_nobody_has_is_none(engine: AsyncEngine) -> None:
    assert await KeyStore(engine).fetch("0123456789") is None


@pytest.mark.asyncio
@pytest.mark.parametrize("key_id", ["' OR '1'='1", "x'; DROP TABLE virtual_key; --", "\\", "%", "é" * 300])
async def test_hostile_ids_are_values_and_nothing_else(engine: AsyncEngine, key_id: str) -> None:
    await issuer(engine).create(team="a", now=NOW)
    store = KeyStore(engine)
    assert await store.fetch(key_id) is None
    assert await store.of_team(key_id) == []
    with pytest.raises(KeyMissing):
        await store.revoke(key_id, NOW)
    assert len(await store.of_team()) == 1


@pytest.mark.asyncio
async def test_the_database_holds_no_secret(engine: AsyncEngine) -> None:
    first = await issuer(engine).create(team="a", now=NOW)
    second = await issuer(engine).rotate(first.key.id, now=NOW, grace=60)
    async with engine.connect() as connection:
        [row] = (await connection.execute(select(virtual_key))).all()
    for value in row:
        for secret in (first.key.secret, second.key.secret):
            assert secret not in str(value)
            assert secret.encode() not in (value if isinstance(value, bytes) else b"")


def test_a_hash_fits_one_pepper_one_id_and_one_environment() -> None:
    key = VirtualKey("dev", "0123456789", "A" * 32)
    hashes = {
        secret_hash(PEPPER, key),
        secret_hash(bytes(32), key),
        secret_hash(PEPPER, VirtualKey("prod", key.id, key.secret)),
        secret_hash(PEPPER, VirtualKey("dev", "0123456780", key.secret)),
        secret_hash(PEPPER, VirtualKey("dev", key.id, "B" * 32)),
    }
    assert len(hashes) == 5


@pytest.mark.asyncio
async def test_keys_are_listed_oldest_first_and_by_team(engine: AsyncEngine) -> None:
    made = [
        await issuer(engine).create(team=team, now=NOW + number) for number, team in enumerate(["b", "a", "b", "c"])
    ]
    store = KeyStore(engine)
    assert await store.of_team() == [issued.record for issued in made]
    assert await store.of_team("b") == [made[0].record, made[2].record]


@pytest.mark.asyncio
async def test_revoking_twice_keeps_the_first_moment(engine: AsyncEngine) -> None:
    key = (await issuer(engine).create(team="a", now=NOW)).key
    store = KeyStore(engine)
    assert (await store.revoke(key.id, NOW + 1)).revoked_at == NOW + 1
    assert (await store.revoke(key.id, NOW + 2)).revoked_at == NOW + 1
    assert (await store.existing(key.id)).state(NOW + 3) == "revoked"


@pytest.mark.asyncio
async def test_rotating_keeps_the_id_and_the_secret_before(engine: AsyncEngine) -> None:
    first = await issuer(engine).create(team="a", name="bot", now=NOW)
    second = await issuer(engine).rotate(first.key.id, now=NOW + 1, grace=60)
    third = await issuer(engine).rotate(first.key.id, now=NOW + 2, grace=0)
    assert first.key.id == second.key.id == third.key.id
    assert len({first.key.secret, second.key.secret, third.key.secret}) == 3
    assert second.record.previous_hash == first.record.secret_hash
    assert second.record.previous_until == NOW + 61
    assert third.record.previous_hash == second.record.secret_hash
    assert third.record.previous_until == NOW + 2
    assert third.record == await KeyStore(engine).fetch(first.key.id)


@pytest.mark.asyncio
async def test_a_dead_key_is_not_rotated_back_to_life(engine: AsyncEngine) -> None:
    revoked = await issuer(engine).create(team="a", now=NOW)
    expired = await issuer(engine).create(team="a", now=NOW, expires_at=NOW + 5)
    await KeyStore(engine).revoke(revoked.key.id, NOW)
    for key, state in ((revoked.key, "revoked"), (expired.key, "expired")):
        before = await KeyStore(engine).fetch(key.id)
        with pytest.raises(KeyNotLive) as raised:
            await issuer(engine).rotate(key.id, now=NOW + 5, grace=60)
        assert raised.value.state == state
        assert await KeyStore(engine).fetch(key.id) == before
    with pytest.raises(KeyMissing):
        await issuer(engine).rotate("0123456789", now=NOW, grace=0)


@pytest.mark.asyncio
@pytest.mark.parametrize("grace", [-1, GRACE_LIMIT + 1])
async def test_a_grace_beyond_its_limits_is_refused(engine: AsyncEngine, grace: float) -> None:
    with pytest.raises(ValueError):
        await issuer(engine).rotate("0123456789", now=NOW, grace=grace)


@pytest.mark.asyncio
async def test_secrets_come_from_the_source_that_is_handed_in(engine: AsyncEngine) -> None:
    asked: list[int] = []

    def source(size: int) -> bytes:
        asked.append(size)
        return secrets.token_bytes(size)

    await KeyIssuer(engine, PEPPER, "dev", source).create(team="a", now=NOW)
    assert asked
    assert all(size >= 16 for size in asked)


@pytest.mark.asyncio
async def test_no_repr_shows_a_hash_or_a_secret(engine: AsyncEngine) -> None:
    issued = await issuer(engine).create(team="a", now=NOW)
    shown = repr(issued)
    assert issued.key.secret not in shown
    assert repr(issued.record.secret_hash) not in shown
