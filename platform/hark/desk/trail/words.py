"""What each act in the audit trail is called, and its picture. A test finds an act that has no words."""

from typing import NamedTuple

from tenants.problems import _


class Act(NamedTuple):
    """`words` is a sentence after a person's name; `icon` is its picture."""

    words: str
    icon: str


ACTS: dict[str, Act] = {
    "call.answer": Act(_("answered a call"), "phone-incoming"),
    "call.hand_over": Act(_("offered a call to a colleague"), "arrow-right-left"),
    "duty.on": Act(_("went on duty"), "headphones"),
    "duty.break": Act(_("took a break"), "coffee"),
    "duty.off": Act(_("went off duty"), "headphone-off"),
    "device.add": Act(_("added a telephone of their own"), "smartphone"),
    "device.remove": Act(_("removed a telephone of their own"), "smartphone"),
    "contact.open": Act(_("began a record"), "notebook-pen"),
    "contact.read": Act(_("read a record"), "eye"),
    "contact.submit": Act(_("submitted a record"), "check"),
    "contact.amend": Act(_("opened a record to amend it"), "pencil"),
    "contact.hand_over": Act(_("took over a call with its record"), "arrow-right-left"),
    "case.open": Act(_("opened a case"), "folder-open"),
    "case.read": Act(_("read a case"), "eye"),
    "case.move": Act(_("moved a case to another stage"), "arrow-right"),
    "case.note": Act(_("wrote a note on a case"), "notebook-pen"),
    "case.title": Act(_("renamed a case"), "pencil"),
    "case.assign": Act(_("gave a case to somebody"), "user-round-check"),
    "case.close": Act(_("closed a case"), "folder-check"),
    "case.reopen": Act(_("opened a closed case again"), "folder-open"),
    "voicemail.play": Act(_("listened to a voice message"), "voicemail"),
    "voicemail.take": Act(_("took a voice message on"), "hand"),
    "voicemail.done": Act(_("marked a voice message as done"), "check"),
    "voicemail.return": Act(_("put a voice message back"), "undo-2"),
    "callback.read": Act(_("read how to call somebody back"), "eye"),
    "callback.take": Act(_("took a call-back on"), "hand"),
    "callback.dial": Act(_("called somebody back"), "phone-outgoing"),
    "callback.try": Act(_("said what came of a call-back"), "notebook-pen"),
    "callback.done": Act(_("marked a call-back as done"), "check"),
    "callback.return": Act(_("put a call-back back"), "undo-2"),
    "caller.plan": Act(_("wrote the plan for a caller"), "heart-handshake"),
    "caller.block": Act(_("turned a caller away for a time"), "ban"),
    "caller.unblock": Act(_("let a caller through again"), "undo-2"),
    "contact.silence": Act(_("noted a silent call"), "ear"),
    "shift.take": Act(_("took a shift"), "user-round-check"),
    "shift.leave": Act(_("left a shift"), "user-round-minus"),
    "shift.fill": Act(_("put somebody on a shift"), "user-round-plus"),
    "shift.add": Act(_("added a shift"), "calendar-plus"),
    "shift.change": Act(_("changed a shift"), "calendar-cog"),
    "shift.remove": Act(_("removed a shift"), "calendar-x"),
    "hours.see": Act(_("looked at the opening hours for the first time"), "clock"),
    "hours.change": Act(_("changed the opening hours"), "clock"),
    "hours.undo": Act(_("undid a change of the opening hours"), "undo-2"),
    "flow.draft": Act(_("changed the draft of the flow"), "waypoints"),
    "flow.discard": Act(_("discarded the draft of the flow"), "trash-2"),
    "flow.publish": Act(_("published the flow"), "rocket"),
    "prompt.record": Act(_("recorded a text of the flow"), "mic"),
    "prompt.remove": Act(_("took a recording of the flow back"), "mic-off"),
    "flow.undo": Act(_("went back to an earlier flow"), "undo-2"),
    "member.invite": Act(_("invited somebody"), "mail"),
    "member.uninvite": Act(_("took an invitation back"), "mail-x"),
    "member.join": Act(_("joined the hotline"), "user-round-plus"),
    "member.change": Act(_("changed what somebody may do"), "user-round-cog"),
    "member.remove": Act(_("ended somebody's place here"), "user-round-x"),
    "profile.change": Act(_("changed the hotline's settings"), "settings-2"),
    "review.attach": Act(_("added a file for the review"), "paperclip"),
    "review.decide": Act(_("decided about the hotline's approval"), "stamp"),
    "retention.sweep": Act(_("deleted records that were past their time"), "eraser"),
    "hotline.open": Act(_("opened the hotline"), "sprout"),
    "hotline.export": Act(_("took an export of everything"), "download"),
}
