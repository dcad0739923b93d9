"""The carriers that this process speaks for, by name."""

from infra.carriers.protocol import Voice

voices: dict[str, Voice] = {}


def records(carrier: str | None) -> bool:
    """Whether a carrier can record what is said between people."""
    voice = voices.get(carrier or "")
    return voice is not None and voice.can.records
