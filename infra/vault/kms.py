"""The master key in AWS KMS, through boto3."""

import asyncio
from typing import Any

import boto3


class KmsMaster:
    """AWS KMS: the master key never leaves it."""

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id
        self._client: Any = boto3.client("kms")

    async def wrap(self, key: bytes, owner: bytes) -> bytes:
        answer = await asyncio.to_thread(
            self._client.encrypt, KeyId=self._key_id, Plaintext=key, EncryptionContext={"owner": owner.hex()}
        )
        return bytes(answer["CiphertextBlob"])

    async def unwrap(self, wrapped: bytes, owner: bytes) -> bytes:
        answer = await asyncio.to_thread(
            self._client.decrypt,
            KeyId=self._key_id,
            CiphertextBlob=wrapped,
            EncryptionContext={"owner": owner.hex()},
        )
        return bytes(answer["Plaintext"])
