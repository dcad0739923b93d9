"""Keeps blobs by key, on disk under the data folder or in an S3 bucket (`HARK_STORAGE=s3://bucket/prefix`)."""

import asyncio
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from infra.errors import NotFound
from infra.settings import settings


class Store(Protocol):
    """Keys are slash-separated names made by us, never by a visitor."""

    async def put(self, key: str, data: bytes) -> None: ...

    async def get(self, key: str) -> bytes: ...

    async def delete(self, key: str) -> None: ...

    async def keys(self, prefix: str) -> list[str]: ...

    async def size(self, prefix: str) -> int: ...


class DiskStore:
    """Files below one folder; written beside and renamed, so that a killed writer leaves no half file."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root):
            raise ValueError(f"a key outside the store: {key}")
        return path

    async def put(self, key: str, data: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(key), data)

    def _put(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.{id(data)}")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    async def get(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except FileNotFoundError:
            raise NotFound from None

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._path(key).unlink, True)

    async def keys(self, prefix: str) -> list[str]:
        def listed() -> list[str]:
            return sorted(
                str(path.relative_to(self._root))
                for path in self._path(prefix).rglob("*")
                if path.is_file() and not path.name.startswith(".")
            )

        return await asyncio.to_thread(listed)

    async def size(self, prefix: str) -> int:
        def weighed() -> int:
            total = 0
            for path in self._path(prefix).rglob("*"):
                with suppress(FileNotFoundError):  # taken away while we looked
                    total += path.stat().st_size if path.is_file() else 0
            return total

        return await asyncio.to_thread(weighed)


@lru_cache(maxsize=1)
def store() -> Store:
    """The configured store."""
    if settings().storage.startswith("s3://"):
        made: Store = resolve_name("infra.storage.s3:S3Store")(settings().storage)  # boto3 costs 20 MB: only where used
        return made
    return DiskStore(settings().data_dir / "files")
