"""Every slice's jobs, imported so that they register; the worker runs them."""

from infra.jobs.outbox import HANDLERS
from infra.mail import send as mail

SLICES = (mail,)
JOBS = HANDLERS
