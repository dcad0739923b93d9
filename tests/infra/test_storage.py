"""Files come back whole or not at all, stay inside their store, and are the same on disk as in S3."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.errors import NotFound
from infra.ids import new_id
from infra.settings import settings
from infra.storage import Store, store
from infra.storage.s3 import S3Store
from infra.storage.store import DiskStore

SOUND = b"\x1aE\xdf\xa3" * 1000


@pytest.fixture(params=["disk", "s3", "s3 with a prefix"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of each kind; S3 is played by moto."""
    if request.param == "disk":
        yield DiskStore(tmp_path / "files")
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="hark")
        yield S3Store("s3://hark" if request.param == "s3" else "s3://hark/some/where")


async def test_what_is_put_is_got_and_what_is_deleted_is_gone(kept: Store) -> None:
    await kept.put("voicemail/a/1", SOUND)
    assert await kept.get("voicemail/a/1") == SOUND
    await kept.put("voicemail/a/1", b"anew")
    assert await kept.get("voicemail/a/1") == b"anew"
    await kept.delete("voicemail/a/1")
    await kept.delete("voicemail/a/1")  # again is nothing
    with pytest.raises(NotFound):
        await kept.get("voicemail/a/1")


async def test_keys_are_listed_below_their_prefix_only(kept: Store) -> None:
    for key in ("voicemail/a/2", "voicemail/a/1", "voicemail/b/1", "exports/a"):
        await kept.put(key, b"x")
    assert sorted(await kept.keys("voicemail/a")) == ["voicemail/a/1", "voicemail/a/2"]
    assert await kept.keys("voicemail/none") == []


@pytest.mark.parametrize(
    "key", ["../outside", "a/../../outside", "/etc/passwd", "a/../..", "a\0b", "link/secret", "link/outside"]
)
async def test_a_key_that_leads_out_of_the_store_is_refused(tmp_path: Path, key: str) -> None:
    disk = DiskStore(tmp_path / "files")
    (tmp_path / "files").mkdir()
    (tmp_path / "secret").write_bytes(b"not yours")
    (tmp_path / "files" / "link").symlink_to(tmp_path)
    for act in (disk.get, disk.delete, disk.keys):
        with pytest.raises(ValueError):
            await act(key)
    with pytest.raises(ValueError):
        await disk.put(key, b"x")
    assert (tmp_path / "secret").read_bytes() == b"not yours"
    assert not (tmp_path / "outside").exists()


async def test_a_half_written_file_is_never_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is stopped just before its file takes its name: whoever reads finds what was there before."""
    disk = DiskStore(tmp_path / "files")
    await disk.put("notes/1", b"before")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopped:
        stopped.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            disk._put(tmp_path / "files" / "notes" / "1", b"after, and longer")
        with pytest.raises(KeyboardInterrupt):
            disk._put(tmp_path / "files" / "notes" / "2", b"after")
    assert await disk.get("notes/1") == b"before"
    with pytest.raises(NotFound):
        await disk.get("notes/2")
    assert await disk.keys("notes") == ["notes/1"]


async def test_many_writers_of_one_key_leave_one_whole_file(tmp_path: Path) -> None:
    disk = DiskStore(tmp_path / "files")
    wholes = [bytes([n]) * 50_000 for n in range(20)]
    await asyncio.gather(*(disk.put("one", whole) for whole in wholes))
    assert await disk.get("one") in wholes
    assert await disk.keys("") == ["one"]


async def test_the_configured_store_lies_in_the_data_folder(ground: None, data_dir: Path) -> None:
    key = f"test/{new_id()}"
    await store().put(key, b"x")
    assert (data_dir / "files" / key).read_bytes() == b"x"
    assert settings().storage == "disk"
    await store().delete(key)
