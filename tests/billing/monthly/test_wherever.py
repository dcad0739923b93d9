"""A gift is followed by all who wait for it in whichever process it is noticed: worker, or a web server by itself."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WAITING = """
import sys
sys.path[:0] = [{root!r}, {root!r} + "/platform"]
import {program}
from billing.giving import arriving
from billing.processor import payments
from billing.processor.booking import payouts
from billing.processor.invoicing import heard
from billing.processor.subscriptions import watching
for told in (payments.listeners, payments.declined, arriving.arrived, watching.watchers, payouts.listeners,
             heard.listeners):
    print(sorted(f"{{each.__module__}}.{{each.__name__}}" for each in told))
"""


def waiting(program: str) -> str:
    """Who waits for what in a process of this program."""
    code = WAITING.format(root=str(ROOT), program=program)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_web_server_by_itself_tells_everybody_whom_the_worker_tells() -> None:
    served = waiting("hark.app")
    assert "billing.monthly.following.months.arrived" in served
    assert served == waiting("hark.running.worker")
