"""Every slice's routes, in one list: the app serves them and the sweeps walk them."""

from fastapi import APIRouter

from billing.bankfeed import bringing as bank_files
from billing.bankfeed import routes as bankfeed
from billing.campaigns import routes as campaigns
from billing.donors.pages import entering as donor_entering
from billing.donors.pages import own as donor_pages
from billing.donors.pages import wishes as donor_wishes
from billing.fundraising.donors import routes as funds_donors
from billing.fundraising.gifts import routes as gifts
from billing.fundraising.overview import routes as funds_overview
from billing.fundraising.payouts import routes as payouts
from billing.giving.desk import routes as giving_desk
from billing.giving.page import elsewhere as giving_elsewhere
from billing.giving.page import routes as giving
from billing.giving.page import thanks as giving_thanks
from billing.ledger.digest import routes as digests
from billing.ledger.pages import platform as platform_books
from billing.ledger.pages import routes as books
from billing.matching.desk import routes as matching
from billing.monthly.desk import routes as monthly
from billing.offline import routes as offline
from billing.openness.pages import costs
from billing.openness.pages import public as open_books
from billing.openness.pages import settings as openness
from billing.plans.pages import platform as platform_plans
from billing.plans.pages import routes as plans
from billing.plans.sponsoring import routes as sponsors
from billing.posters import routes as posters
from billing.processor.connect import routes as payment_account
from billing.processor.events import routes as payment_events
from billing.receipts.pages import links as receipt_links
from billing.receipts.pages import routes as receipts
from billing.reminders import routes as reminders
from billing.simulated import routes as simulated
from hark.answering import routes as answering
from hark.answering import sip as answering_sip
from hark.callers import routes as callers
from hark.cases import routes as cases
from hark.console import routes as console
from hark.console import socket as console_socket
from hark.contacts import routes as contacts
from hark.desk import routes as desk
from hark.entrance import routes as entrance
from hark.phone.carriers import webhooks as phone_webhooks
from hark.phone.sounds import audio as phone_audio
from hark.public import leave as public_leave
from hark.public import routes as public
from hark.public import socket as public_socket
from hark.recordings import routes as recordings
from hark.sandbox import routes as sandbox
from hark.sandbox import socket as sandbox_socket
from hark.settings import destinations
from hark.settings import lines as line_settings
from hark.settings import routes as settings
from hark.watch import routes as watch
from provisioning.closing import routes as closing
from provisioning.review import routes as review
from provisioning.signup import routes as signup
from tenants.members import routes as people

ROUTERS: tuple[APIRouter, ...] = (
    entrance.router,
    platform_books.router,
    platform_plans.router,
    signup.router,
    review.router,
    closing.router,
    people.router,
    settings.router,
    line_settings.router,
    destinations.router,
    recordings.router,
    phone_audio.router,
    phone_webhooks.router,
    public.router,
    watch.router,
    public_socket.router,
    public_leave.router,
    giving_elsewhere.router,
    giving.router,
    giving_thanks.router,
    giving_desk.router,
    funds_overview.router,
    gifts.router,
    funds_donors.router,
    payouts.router,
    campaigns.router,
    matching.router,
    monthly.router,
    sandbox.router,
    sandbox_socket.router,
    answering.router,
    answering_sip.router,
    console.router,
    console_socket.router,
    contacts.router,
    cases.router,
    callers.router,
    books.router,
    digests.router,
    costs.router,
    openness.router,
    open_books.router,
    offline.router,
    bank_files.router,
    bankfeed.router,
    receipts.router,
    receipt_links.router,
    donor_entering.router,
    donor_pages.router,
    donor_wishes.router,
    reminders.router,
    posters.router,
    plans.router,
    sponsors.router,
    payment_account.router,
    payment_events.router,
    desk.router,
    simulated.router,
)
