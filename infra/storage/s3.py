"""Blobs in an S3 bucket, through boto3."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3

from infra.errors import NotFound


class S3Store:
    """Objects in a bucket, under an optional prefix."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._bucket = parts.netloc
        self._prefix = parts.path.strip("/")
        self._client: Any = boto3.client("s3")

    def _name(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    async def put(self, key: str, data: bytes) -> None:
        await asyncio.to_thread(self._client.put_object, Bucket=self._bucket, Key=self._name(key), Body=data)

    async def get(self, key: str) -> bytes:
        try:
            answer = await asyncio.to_thread(self._client.get_object, Bucket=self._bucket, Key=self._name(key))
        except self._client.exceptions.NoSuchKey:
            raise NotFound from None
        return bytes(await asyncio.to_thread(answer["Body"].read))

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self._client.delete_object, Bucket=self._bucket, Key=self._name(key))

    def _listed(self, prefix: str) -> Iterator[Any]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._name(prefix))
        return (item for page in pages for item in page.get("Contents", ()))

    async def keys(self, prefix: str) -> list[str]:
        skip = len(self._prefix) + 1 if self._prefix else 0
        return await asyncio.to_thread(lambda: [item["Key"][skip:] for item in self._listed(prefix)])

    async def size(self, prefix: str) -> int:
        return await asyncio.to_thread(lambda: sum(int(item["Size"]) for item in self._listed(prefix)))
