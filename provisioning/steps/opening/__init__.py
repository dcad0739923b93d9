"""Opening a hotline: twelve steps, each with the words that the applicant reads while it happens."""

from provisioning.steps.opening import answering, ground, public, records
from provisioning.steps.step import Run, Step, register
from tenants.problems import _

OPEN = register(
    Run(
        "open",
        (
            Step("tenant", _("A place of your own, apart from every other hotline"), ground.enter, ground.leave),
            Step("keys", _("A key that seals your notes"), ground.cut_key, ground.drop_key),
            Step("people", _("You as its owner"), ground.admit, ground.dismiss),
            Step("theme", _("Words and look"), ground.dress, ground.undress),
            Step("calendar", _("Opening hours and holidays"), answering.set_hours, answering.unset_hours),
            Step("teams", _("The team that is rung"), answering.gather, answering.scatter),
            Step("flow", _("The call flow, checked for dead ends"), answering.lead, answering.mislead),
            Step("roster", _("A week of shifts to fill"), answering.plan_shifts, answering.cancel_shifts),
            Step("records", _("The contact form and the stages of a case"), records.hand_out, records.take_in),
            Step("line", _("The line"), answering.lay_line, answering.cut_line),
            Step("number", _("A number"), answering.claim_number, answering.withdraw_number),
            Step("public", _("The public page"), public.open_page, public.close_page),
        ),
        done=public.tell_done,
        failed=public.tell_failed,
    )
)
