"""Every table, imported in one place, so that migrations and sweeps see them all."""

from sqlmodel import SQLModel

from billing.bankfeed import models as bankfeed
from billing.campaigns import models as campaigns
from billing.donors import models as donors
from billing.fundraising import models as fundraising
from billing.giving import models as giving
from billing.ledger import models as ledger
from billing.matching import models as matching
from billing.monthly import models as monthly
from billing.offline import models as offline
from billing.openness import models as openness
from billing.plans import models as plans
from billing.processor import models as processor
from billing.receipts import models as receipts
from billing.reminders import models as reminders
from billing.simulated import models as simulated
from billing.usage import models as usage
from hark.cases import models as cases
from hark.contacts import models as contacts
from hark.desk.messages import models as messages
from hark.phone import models as phone
from hark.recordings import models as recordings
from hark.switchboard import models as switchboard
from hark.watch import models as watch
from infra.carriers.twiml import models as twiml
from infra.jobs import outbox
from infra.mail import send
from infra.vault import keyring
from provisioning.closing import models as closing
from provisioning.numbers import models as numbers
from provisioning.signup import models as signup
from provisioning.steps import models as steps
from tenants.allowance import models as allowance
from tenants.audit import models as audit
from tenants.destinations import models as destinations
from tenants.devices import models as devices
from tenants.directory import models as directory
from tenants.flows import models as flows
from tenants.forms import models as forms
from tenants.lines import models as lines
from tenants.lines import settings as line_settings
from tenants.members import models as members
from tenants.profile import models as profile
from tenants.prompts import models as prompts
from tenants.rosters import models as rosters
from tenants.trunks import models as trunks
from tenants.workflows import models as workflows

metadata = SQLModel.metadata
SLICES = (
    receipts,
    ledger,
    outbox, send, keyring, directory, members, devices, audit, profile, prompts, rosters, flows, forms, workflows,
    lines, signup, steps, closing, switchboard, phone, contacts, cases,
    line_settings, messages, recordings, watch, numbers, trunks, allowance, destinations, twiml,
    campaigns, giving, monthly,
    donors, reminders,
    processor,
    offline, bankfeed,
    plans,
    simulated,
    usage, openness,
    matching,
    fundraising,
)  # fmt: skip
