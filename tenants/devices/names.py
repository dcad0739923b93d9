"""By which names a switch knows the telephones of a hotline's people. Never digits alone: those are callers'."""

from uuid import UUID


def tab_account(member: UUID, sid: str) -> str:
    """The softphone in one tab of a member's console; `sid` is how the tab calls itself."""
    return f"o{member.hex}-{''.join(letter for letter in sid.lower() if letter.isascii() and letter.isalnum())[:24]}"


def desk_account(device: UUID) -> str:
    """A desk phone."""
    return f"d{device.hex}"
