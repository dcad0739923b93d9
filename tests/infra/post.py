"""A tiny mail server (RFC 5321): keeps what it is handed, and can be told to dawdle or to refuse."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class PostOffice:
    """`letters` has arrived; `handing_over` is set while a letter lies on the counter, taken once `open` is set."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.handing_over = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.refusing = False
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""

        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await say("220 here")
        try:
            while word := (await reader.readline()).split(b" ")[0].strip().upper():
                if word == b"DATA":
                    await say("354 go on")
                    raw = await reader.readuntil(b"\r\n.\r\n")
                    self.handing_over.set()
                    await self.open.wait()
                    if reader.at_eof():  # whoever brought it has gone without an answer
                        return
                    if not self.refusing:
                        self.letters.append(message_from_bytes(raw[:-3], policy=policy.default))  # type: ignore[arg-type]  # typeshed knows only the old class
                    await say("451 later" if self.refusing else "250 taken")
                else:
                    await say("221 bye" if word == b"QUIT" else "250 fine")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    """A mail server on a port of its own for as long as the block lasts."""
    office = PostOffice()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        office.open.set()
        server.close()
