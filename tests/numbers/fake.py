"""A telephone company of the tests: its books are a folder, so that processes which are killed leave theirs behind.

Everything that costs money is written down, so a test can say what was paid for. It can be told to be out of reach, to
answer only after the deed, and to refuse.
"""

import asyncio
import json
from pathlib import Path

from infra.carriers.numbers import Found, Held, Offers, OutOfReach, Refusal, Refused, Wanted, Way, offer_numbers

NAME = "fakeco"


class FakeCompany:
    """An account with stock in `stock`, and everything else in files under `books`."""

    def __init__(self, books: Path, name: str = NAME, nodes: tuple[str, ...] = ("main",)) -> None:
        self.books, self.name, self._nodes = books, name, nodes
        self.offers = Offers(search=True, buy=True, point=True, release=True, any_country=True)
        self.stock: list[Found] = []
        self.silent = False
        self.silent_after_buying = 0
        self.refuses: Refusal | None = None
        self.refuses_to_point = False
        books.mkdir(parents=True, exist_ok=True)
        offer_numbers(name, self)

    @property
    def nodes(self) -> tuple[str, ...]:
        return self._nodes

    @property
    def bill(self) -> list[str]:
        """Every purchase and return, in order."""
        file = self.books / "bill"
        return file.read_text().split("\n")[:-1] if file.exists() else []

    def bought(self, e164: str) -> dict[str, str] | None:
        """The number as this account has it now."""
        file = self.books / f"number{e164}"
        return json.loads(file.read_text()) if file.exists() else None

    def way(self, node: str) -> Way:
        return Way(self.name, node, f"https://{node}.{self.name}.example")

    def leads(self, _node: str, _way: Way) -> bool:
        return not self.refuses_to_point

    async def _reach(self) -> None:
        await asyncio.sleep(0)
        if self.silent:
            raise OutOfReach(self.name)

    def _bill(self, line: str) -> None:
        with (self.books / "bill").open("a") as file:
            file.write(line + "\n")

    async def search(self, _node: str, wanted: Wanted) -> list[Found]:
        await self._reach()
        return [each for each in self.stock if (each.country, each.kind) == (wanted.country, wanted.kind)]

    async def held(self, _node: str, e164: str) -> Held | None:
        await self._reach()
        row = self.bought(e164)
        return Held(e164, row["ref"], row["key"], row["address"]) if row else None

    async def buy(self, node: str, e164: str, key: str) -> Held:
        await self._reach()
        if self.refuses:
            raise Refused(self.refuses)
        if self.bought(e164):
            raise Refused("taken")
        self._bill(f"buy {e164}")
        self.give(e164, key)
        if self.silent_after_buying:
            self.silent_after_buying -= 1
            raise OutOfReach("the answer was lost")
        return Held(e164, f"ref-{e164}", key)

    def give(self, e164: str, key: str = "") -> None:
        """The number comes into the account, by purchase or otherwise."""
        (self.books / f"number{e164}").write_text(json.dumps({"ref": f"ref-{e164}", "key": key, "address": ""}))

    async def point(self, _node: str, ref: str, way: Way) -> None:
        await self._reach()
        if self.refuses_to_point:
            raise Refused("unable")
        e164 = ref.removeprefix("ref-")
        row = self.bought(e164)
        if row is None:
            raise Refused("unknown")
        (self.books / f"number{e164}").write_text(json.dumps(row | {"address": way.address}))

    async def release(self, _node: str, ref: str) -> None:
        await self._reach()
        e164 = ref.removeprefix("ref-")
        if self.bought(e164):
            self._bill(f"release {e164}")
            (self.books / f"number{e164}").unlink()
