"""Every slice's jobs, imported so that they register; the worker runs them."""

from billing.donors import jobs as donors
from billing.fundraising.payouts import keeping as payouts
from billing.giving import arriving as giving
from billing.ledger.digest import jobs as books
from billing.matching import service as matching
from billing.monthly.following import daily as monthly
from billing.monthly.following import wishes
from billing.openness import jobs as openness
from billing.plans import rounds as plans
from billing.processor import refunds
from billing.processor.booking import sweep as payments
from billing.processor.events import jobs as payment_events
from billing.receipts import letters as receipts
from billing.reminders import jobs as reminders
from billing.simulated import jobs as simulated
from hark.demo.live import job as demo
from hark.desk.messages import notifying as messages
from hark.metering import jobs as metering
from hark.phone.sounds import warming as phone
from hark.phone.stray import jobs as stray
from hark.retention import jobs as retention
from hark.watch import schedule as watch
from infra.carriers.twiml import jobs as twiml
from infra.jobs.outbox import HANDLERS
from infra.mail import send as mail
from provisioning.closing import steps as closing
from provisioning.numbers import claiming, failover, porting, releasing
from provisioning.review import service as review
from provisioning.signup import service as signup
from provisioning.steps import run as steps
from tenants.prompts import service as prompts
from tenants.prompts import warming

SLICES = (
    books,
    receipts,
    mail, signup, steps, review, closing, demo, retention, prompts, warming, phone, messages, claiming, failover,
    porting, releasing, twiml, watch, stray,
    refunds, payments, payment_events, payouts,
    giving, monthly, wishes,
    donors, reminders,
    plans,
    simulated,
    matching,
    metering, openness,
)  # fmt: skip
JOBS = HANDLERS
