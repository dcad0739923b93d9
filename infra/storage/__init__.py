"""Files: on disk or in S3. What is private is sealed by the vault before it comes here."""

from infra.storage.store import Store, store

__all__ = ["Store", "store"]
