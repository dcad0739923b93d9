"""The web server: one process, one loop, the app."""

import uvicorn

from hark.running.door import inherited_door
from infra.settings import settings


def main() -> None:
    """Serve until told to stop, then give open requests two seconds."""
    config = uvicorn.Config(
        "hark.app:app",
        host=settings().host,
        port=settings().port,
        loop="uvloop",
        http="httptools",
        ws_per_message_deflate=False,  # halves the memory of a socket
        log_level="warning",
        access_log=False,  # nobody's address is written down
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    door = inherited_door()
    uvicorn.Server(config).run([door] if door else None)
