"""The vault opens to nobody but the tenant that sealed, finds again without reading, and forgets for good."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from moto import mock_aws
from sqlalchemy import text

from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import tenant_scope
from infra.settings import settings
from infra.vault import (
    create_key,
    destroy_key,
    fingerprint,
    keyring,
    open_platform,
    platform_fingerprint,
    seal,
    seal_platform,
    unseal,
)
from infra.vault.keyring import Erased
from infra.vault.kms import KmsMaster
from infra.vault.master import LocalMaster, master
from tests.infra.conftest import Small

Pair = tuple[Small, Small]
NOTE = "她说只在下午三点回电".encode()


async def _in(small: Small, act: Any, *values: Any) -> Any:
    with tenant_scope(small.tenant):
        async with unit_of_work() as session:
            return await act(session, *values)


async def test_what_is_sealed_opens_again_and_shows_nothing_meanwhile(pair: Pair) -> None:
    first, _ = pair
    once, twice = await _in(first, seal, NOTE), await _in(first, seal, NOTE)
    assert await _in(first, unseal, once) == await _in(first, unseal, twice) == NOTE
    assert once != twice
    assert NOTE not in once


async def test_another_tenants_blob_doesnt_open(pair: Pair) -> None:
    first, second = pair
    blob = await _in(first, seal, NOTE)
    with pytest.raises(ValueError, match="another owner"):
        await _in(second, unseal, blob)
    with pytest.raises(ValueError, match="another owner"):
        open_platform(blob)


async def test_a_blob_moved_to_a_tenant_of_the_same_key_doesnt_open_either(pair: Pair) -> None:
    """The owner is bound into the blob, not only into the key."""
    first, second = pair
    blob = await _in(first, seal, NOTE)
    with pytest.raises(ValueError, match="another owner"):
        keyring._unseal(keyring._opened[first.tenant], second.tenant, blob)


async def test_a_wrapped_key_moved_to_another_tenant_doesnt_open_there(pair: Pair) -> None:
    first, second = pair
    wrapped = await _in(first, _wrapped)
    await _in(second, _put_key, wrapped)
    keyring._opened.pop(second.tenant, None)
    with pytest.raises(InvalidTag):
        await _in(second, seal, NOTE)


async def _wrapped(session: Any) -> bytes:
    return bytes((await session.execute(text("SELECT wrapped FROM vault_key"))).scalar_one())


async def _put_key(session: Any, wrapped: bytes | None) -> None:
    await session.execute(text("UPDATE vault_key SET wrapped = :wrapped"), {"wrapped": wrapped})


async def test_a_damaged_blob_is_refused_wherever_it_was_touched(pair: Pair) -> None:
    first, _ = pair
    blob = await _in(first, seal, NOTE)
    for place in (0, 1, 12, 13, len(blob) - 1):
        damaged = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        with pytest.raises(ValueError, match="sealed blob"):
            await _in(first, unseal, damaged)
    for length in (0, 1, 13, len(blob) - 1):
        with pytest.raises(ValueError, match="sealed blob"):
            await _in(first, unseal, blob[:length])


async def test_a_destroyed_key_erases_what_it_sealed(pair: Pair) -> None:
    first, second = pair
    blob, other = await _in(first, seal, NOTE), await _in(second, seal, NOTE)
    await _in(first, destroy_key)
    for act, value in ((unseal, blob), (seal, NOTE)):
        with pytest.raises(Erased):
            await _in(first, act, value)
    await _in(first, create_key)  # and no new key takes the old one's place
    with pytest.raises(Erased):
        await _in(first, unseal, blob)
    assert await _in(second, unseal, other) == NOTE


async def test_without_a_key_nothing_is_sealed(ground: None) -> None:
    with pytest.raises(Erased):
        await _in(Small(new_id(), new_id(), new_id(), new_id()), seal, NOTE)


async def test_a_key_is_made_once(pair: Pair) -> None:
    first, _ = pair
    blob, wrapped = await _in(first, seal, NOTE), await _in(first, _wrapped)
    await _in(first, create_key)
    assert await _in(first, _wrapped) == wrapped
    keyring._opened.pop(first.tenant)
    assert await _in(first, unseal, blob) == NOTE


async def test_a_fingerprint_is_the_same_only_for_one_tenant_and_one_purpose(pair: Pair) -> None:
    first, second = pair
    number = "+8613800138000"
    found = [
        await _in(first, fingerprint, "phone", number),
        await _in(second, fingerprint, "phone", number),
        await _in(first, fingerprint, "email", number),
        await _in(first, fingerprint, "phone", number + "1"),
        platform_fingerprint("phone", number),
    ]
    assert len(set(found)) == len(found)
    assert {len(each) for each in found} == {32}
    assert await _in(first, fingerprint, "phone", number) == found[0]


async def test_the_platforms_own_secrets_open_in_no_tenant(pair: Pair) -> None:
    blob = seal_platform(NOTE)
    assert open_platform(blob) == NOTE
    with pytest.raises(ValueError, match="another owner"):
        await _in(pair[0], unseal, blob)


async def test_the_local_master_binds_a_key_to_its_owner() -> None:
    owner, other, key = new_id().bytes, new_id().bytes, os.urandom(32)
    local = LocalMaster(os.urandom(32))
    wrapped = await local.wrap(key, owner)
    assert await local.unwrap(wrapped, owner) == key
    assert key not in wrapped
    for stranger, who in ((local, other), (LocalMaster(os.urandom(32)), owner)):
        with pytest.raises(InvalidTag):
            await stranger.unwrap(wrapped, who)


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A key in Amazon's key management, played by moto."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]


async def test_kms_wraps_a_tenants_key_where_a_setting_names_one(
    ground: None, kms: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings(), "kms_key", kms)
    master.cache_clear()
    try:
        small = Small(new_id(), new_id(), new_id(), new_id())
        await _in(small, create_key)
        blob = await _in(small, seal, NOTE)
        keyring._opened.pop(small.tenant)
        assert await _in(small, unseal, blob) == NOTE
        with pytest.raises(ClientError):
            await KmsMaster(kms).unwrap(await _in(small, _wrapped), new_id().bytes)
    finally:
        master.cache_clear()


async def test_a_key_destroyed_by_another_process_is_forgotten_here_soon(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = pair
    blob = await _in(first, seal, NOTE)
    await _in(first, _put_key, None)
    assert await _in(first, unseal, blob) == NOTE  # it is held open for some seconds
    monkeypatch.setattr(keyring, "CACHE_SECONDS", 0)
    with pytest.raises(Erased):
        await _in(first, unseal, blob)
    assert first.tenant not in keyring._opened
