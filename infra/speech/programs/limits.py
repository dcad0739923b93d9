"""What a process that works on sound may use, so that a file made to do harm runs into a wall of its own."""

import resource
from contextlib import suppress

MEMORY = 1 << 30
PROCESSOR_SECONDS = 20


def confine() -> None:
    """Let this process use so much memory and so many seconds of a processor, and write no files."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # macOS knows no limit of memory
            resource.setrlimit(what, (most, most))
