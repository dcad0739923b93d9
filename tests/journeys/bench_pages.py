"""What a first visit costs a phone on a slow network: bytes, requests, and how long until a tap is answered; part of
`make bench`, not of the suite.

The phone and the network are those of Lighthouse's mobile runs: a processor four times slower than this one, 1.6 Mbit/s
and 150 ms there and back. A page answers once its own scripts have run and the last task that kept it busy for more
than 50 ms is over.
"""

from dataclasses import dataclass
from statistics import median

from playwright.async_api import Browser

from tests.journeys.people import Hotline
from tests.journeys.test_giving import PHONE, takes_gifts
from tests.services.up import Up

VISITS = 5
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 // 8, "uploadThroughput": 750_000 // 8}
READY = """() => new Promise(done => {
  const busy = [];
  new PerformanceObserver(list => busy.push(...list.getEntries())).observe({type: "longtask", buffered: true});
  setTimeout(() => {
    const page = performance.getEntriesByType("navigation")[0];
    const painted = performance.getEntriesByName("first-contentful-paint")[0];
    const last = busy.reduce((end, task) => Math.max(end, task.startTime + task.duration), 0);
    done([painted ? painted.startTime : 0, Math.max(page.domContentLoadedEventEnd, last)]);
  }, 1000);
})"""


@dataclass(frozen=True)
class Visit:
    """One first visit: bytes over the wire, requests, milliseconds to the first words and to an answered tap."""

    weight: int
    requests: int
    painted: float
    ready: float


async def _visit(chrome: Browser, address: str) -> Visit:
    context = await chrome.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]  # a size is as good as its own type
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    weights: list[float] = []
    wire.on("Network.loadingFinished", lambda told: weights.append(told["encodedDataLength"]))
    await wire.send("Network.enable")
    await wire.send("Network.emulateNetworkConditions", SLOW)
    await wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    await page.goto(address, wait_until="load")
    painted, ready = await page.evaluate(READY)
    await context.close()
    return Visit(round(sum(weights)), len(weights), painted, ready)


async def _say(chrome: Browser, name: str, address: str, bare: float = 0) -> float:
    visits = [await _visit(chrome, address) for _ in range(VISITS)]
    ready = median(visit.ready for visit in visits)
    ratio = f", {ready / bare:.1f} times a bare page" if bare else ""
    print(
        f"{name}: {visits[0].weight / 1024:.0f} KiB in {visits[0].requests} requests; first words after "
        f"{median(visit.painted for visit in visits):.0f} ms, a tap is answered after {ready:.0f} ms{ratio}"
    )
    return ready


async def test_what_a_first_visit_costs(chrome: Browser, up: Up) -> None:
    hotline: Hotline = await takes_gifts(chrome, up, "Feather line")
    line = hotline.desk.replace("/o/", "/h/")
    print()
    bare = await _say(chrome, "a bare page", f"{up.url}/health")
    await _say(chrome, "the line's own page", line, bare)
    await _say(chrome, "the donation page", f"{line}/give", bare)
