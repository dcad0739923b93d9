"""The listening socket: opened once by `hark up` and handed to each web process, so that a restart refuses nobody."""

import errno
import os
import socket

from infra.services import CannotStartError
from infra.settings import settings

VARIABLE = "HARK_WEB_SOCKET"


def open_door() -> socket.socket:
    """Listen at the configured host and port. Raises CannotStartError that names the setting to change."""
    host, port = settings().host, settings().port
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStartError(
                f"Port {port} is taken by another program: stop that, or choose another port, as in "
                f"HARK_PORT={port + 1 if port < 65535 else 8000}."
            ) from error
        if error.errno == errno.EACCES:
            raise CannotStartError(f"Port {port} is for root alone: set HARK_PORT to one above 1023.") from error
        reason = str(error.strerror).partition(" (while")[0]
        raise CannotStartError(f"Nothing can listen at {host!r} ({reason}): set HARK_HOST.") from error


def inherited_door() -> socket.socket | None:
    """The socket that `hark up` opened for us, if it started us."""
    number = os.environ.get(VARIABLE)
    return socket.socket(fileno=int(number)) if number else None
