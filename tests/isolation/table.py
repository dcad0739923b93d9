"""The table of every route × everybody who may ask, and of every job. What isn't in it fails the suite."""

from tests.isolation.expect import ANSWERS, EVERYONE, LEADS, SUPERVISES, Row, everybody, multipart, only, staff

SIGN_UP = "/sign-up/{application}"
CALL = "/h/{slug}/call/{call_id}"
VENDOR = "/voice/{vendor}/{node}"
CONTACT = "/o/{slug}/contacts/{key}"
CASE = "/o/{slug}/cases/{number}"
DEVICES = "/o/{slug}/me/devices"
SHIFT = "/o/{slug}/roster/shifts/{key}"
HOURS = "/o/{slug}/roster/hours"
NUMBERS = "/o/{slug}/settings/numbers"
SOUND = {"content-type": "audio/webm"}
PROMPTS = "/o/{slug}/flow/prompts"
RECORDED = multipart({"node": "language", "path": "text", "tongue": "en", "seen": "other"}, sound=b"sound")
HERS = "it is kept for the browser that sent it, and for the account that came of it: Alice's"
AGAIN = "doing it again is nothing, so what isn't there is as good as done"
SIGNED = "only who signs as a telephone company of ours is heard, whoever is signed in"
HIS = "a telephone is its owner's alone, and can't be verified while there is nothing to ring it with"
DOOR = "a socket refused at the door is a 403 to the browser, for whatever reason"

# fmt: off
ROWS: tuple[Row, ...] = (
    # The entrance
    Row("GET", "/health", everybody(200)),
    Row("GET", "/static", everybody(307), why="files lie below it; it leads to itself with a slash, where nothing is"),
    Row("GET", "/", everybody(200)),
    Row("GET", "/sign-in", everybody(200)),
    Row("POST", "/sign-in", everybody(422), form={"email": "nobody@example.org"}),
    Row("POST", "/sign-out", everybody(303)),
    Row("GET", "/outbox", everybody(200), why="the letters of an install that has no mail server"),
    # Signing up
    Row("GET", "/sign-up", everybody(200)),
    Row("GET", "/sign-up/zone", everybody(200)),
    Row("POST", "/sign-up", everybody(422), form={"organisation": ""}),
    Row("GET", f"{SIGN_UP}/code", only("owner", 303, visitor=404), why=HERS),
    Row("POST", f"{SIGN_UP}/code", only("owner", 303, visitor=404), form={"code": "123456"}, why=HERS),
    Row("POST", f"{SIGN_UP}/resend", only("owner", 303, visitor=404), form={"email": ""}, why=HERS),
    Row("GET", f"{SIGN_UP}/opening", only("owner", visitor=404), why=HERS),
    Row("GET", f"{SIGN_UP}/opening/steps", only("owner", visitor=404), why=HERS),
    Row("POST", f"{SIGN_UP}/again", only("owner", 303, visitor=404), why=HERS),
    # The platform's operators
    Row("GET", "/platform", only("platform")),
    Row("GET", "/platform/guide", only("platform")),
    Row("GET", "/platform/{application}", only("platform")),
    Row("POST", "/platform/{application}/verdict", only("platform", 303), form={"verdict": "approved"}),
    Row("GET", "/platform/{application}/files/{file}", only("platform")),
    # A hotline's review, closing and export
    Row("GET", "/o/{slug}/review", staff(*LEADS)),
    Row("POST", "/o/{slug}/review", staff(*LEADS, ok=303), form={"words": "We are who we say."}),
    Row("GET", "/o/{slug}/settings/close", staff("owner")),
    Row("GET", "/o/{slug}/settings/close/export", staff("owner")),
    Row("POST", "/o/{slug}/settings/close/export", staff("owner", ok=303)),
    Row("POST", "/o/{slug}/settings/close", staff("owner", ok=422), form={"name": "some other name"}),
    Row("GET", "/closing/{tenant}", only("owner")),
    Row("GET", "/closing/{tenant}/steps", only("owner")),
    Row("GET", "/exports/{export}", only("owner")),
    # People and invitations
    Row("GET", "/o/{slug}/people", staff(*LEADS)),
    Row("POST", "/o/{slug}/people/invite", staff(*LEADS, ok=303), form={"email": "x@example.org", "role": "operator"}),
    Row("POST", "/o/{slug}/people/invitations/{invitation}/withdraw", staff(*LEADS, ok=303), hostile=303, why=AGAIN),
    Row("POST", "/o/{slug}/people/{member}", staff(*LEADS, ok=303), smuggled=422,
        form={"role": "operator", "team": "{team}", "languages": "en"},
        why="for the other owner it is their own only owner, who can't stop being one"),
    Row("POST", "/o/{slug}/people/{member}/remove", staff(*LEADS, ok=303)),
    Row("GET", "/o/{slug}/join/{token}", everybody(200), why="whoever holds the link is the one who was invited"),
    Row("POST", "/o/{slug}/join/{token}", everybody(422), form={"name": ""}, why="nobody joins without a name"),
    # Settings
    Row("GET", "/o/{slug}/settings", staff(*LEADS)),
    Row("GET", "/o/{slug}/settings/profile", staff(*LEADS)),
    Row("GET", "/o/{slug}/settings/profile/colour", staff(*LEADS)),
    Row("POST", "/o/{slug}/settings/profile", staff(*LEADS, ok=422), form={"name": ""}),
    # Numbers: none of these buys anything; what is claimed or brought is judged by tests/numbers
    Row("GET", NUMBERS, staff(*LEADS)),
    Row("GET", f"{NUMBERS}/search", staff(*LEADS)),
    Row("POST", f"{NUMBERS}/claims", staff(*LEADS, ok=422), form={"line": "{line}", "choice": ""}, smuggled=422,
        why="nothing is chosen; tests/numbers choose, and are refused another's line"),
    Row("GET", f"{NUMBERS}/claims/{{key}}", staff(*LEADS), key="claimed"),
    Row("GET", f"{NUMBERS}/claims/{{key}}/steps", staff(*LEADS), key="claimed"),
    Row("GET", f"{NUMBERS}/trunks/new", staff(*LEADS)),
    Row("POST", f"{NUMBERS}/trunks", staff(*LEADS, ok=422), form={"name": ""}),
    Row("GET", f"{NUMBERS}/trunks/{{key}}", staff(*LEADS), key="trunk"),
    Row("POST", f"{NUMBERS}/trunks/{{key}}", staff(*LEADS, ok=422), key="trunk", form={"name": ""}),
    Row("POST", f"{NUMBERS}/trunks/{{key}}/look", staff(*LEADS), key="trunk"),
    Row("POST", f"{NUMBERS}/trunks/{{key}}/numbers", staff(*LEADS, ok=303), key="trunk", smuggled=404,
        form={"number": "+44 20 7183 8750", "line": "{line}"}),
    Row("POST", f"{NUMBERS}/trunks/{{key}}/removal", staff(*LEADS, ok=303), key="trunk"),
    Row("GET", f"{NUMBERS}/moves", staff(*LEADS)),
    Row("POST", f"{NUMBERS}/moves", staff(*LEADS, ok=303), smuggled=404,
        form={"number": "+44 20 7183 8751", "company": "Old", "holder": "We", "line": "{line}"}),
    Row("GET", f"{NUMBERS}/moves/{{key}}", staff(*LEADS), key="port"),
    Row("POST", f"{NUMBERS}/moves/{{key}}/withdrawal", staff(*LEADS, ok=303), key="port"),
    Row("GET", f"{NUMBERS}/{{key}}", staff(*LEADS), key="own_number"),
    Row("POST", f"{NUMBERS}/{{key}}", staff(*LEADS, ok=303), key="own_number", smuggled=404, form={"line": "{line}"}),
    Row("POST", f"{NUMBERS}/{{key}}/trial", staff(*LEADS, ok=303), key="own_number"),
    Row("POST", f"{NUMBERS}/{{key}}/release", staff(*LEADS, ok=422), key="own_number", form={"digits": "no"}),
    Row("POST", f"{NUMBERS}/{{key}}/regain", staff(*LEADS, ok=303), key="resting", smuggled=404,
        form={"line": "{line}"}),
    Row("GET", "/platform/numbers/moves", only("platform")),
    Row("GET", "/platform/numbers/moves/{port}", only("platform")),
    Row("POST", "/platform/numbers/moves/{port}", only("platform", 422), form={"state": "done"}),
    Row("GET", "/platform/hotlines/{tenant}/limits", only("platform")),
    Row("POST", "/platform/hotlines/{tenant}/limits", only("platform", 422), form={"legs": "many"}),
    Row("GET", "/o/{slug}/settings/lines", staff(*LEADS)),
    Row("POST", "/o/{slug}/settings/lines", staff(*LEADS, ok=303), form={"most_calls": "12"}),
    Row("GET", "/o/{slug}/settings/lines/{key}", staff(*LEADS), key="line"),
    Row("POST", "/o/{slug}/settings/lines/{key}", staff(*LEADS, ok=303), key="line", form={"recording_days": "30"}),
    # Recordings
    Row("GET", "/o/{slug}/recordings", staff(*SUPERVISES)),
    Row("GET", "/o/{slug}/recordings/{key}/sound", staff(*SUPERVISES), key="recording"),
    Row("POST", "/o/{slug}/recordings/{key}/removal", staff(*LEADS, ok=303), key="recording"),
    # A hotline's public side
    Row("GET", "/h/{slug}/status", everybody(200)),
    Row("GET", "/h/{slug}", everybody(200)),
    Row("GET", "/h/{slug}/theme.css", everybody(200)),
    Row("GET", "/h/{slug}/call", everybody(200)),
    Row("POST", "/h/{slug}/call", everybody(303)),
    Row("GET", CALL, everybody(404)),
    Row("GET", CALL, everybody(200), calling=True),
    Row("POST", f"{CALL}/bye", everybody(404)),
    Row("POST", f"{CALL}/bye", everybody(204), calling=True),
    Row("WS", f"{CALL}/socket", everybody(403), why=DOOR),
    Row("WS", f"{CALL}/socket", everybody(101), calling=True),
    Row("GET", "/phone", everybody(200)),
    Row("POST", "/phone/calls", everybody(404), form={"number": "+9990"}, why="no hotline has this number"),
    Row("WS", f"{CALL}/telephone", everybody(403), why=DOOR),
    Row("WS", f"{CALL}/telephone", everybody(101), calling=True),
    Row("POST", f"{CALL}/voicemail/{{part}}", everybody(404), content=b"sound", headers=SOUND),
    Row("POST", f"{CALL}/voicemail/{{part}}", everybody(409), calling=True, content=b"sound", headers=SOUND,
        why="this call is over, and its recording with it"),
    Row("POST", f"{CALL}/voicemail", everybody(404), json={"take": 1, "chunks": 1, "seconds": 2}),
    Row("POST", f"{CALL}/voicemail", everybody(204), calling=True, json={"take": 1, "chunks": 1, "seconds": 2}),
    Row("POST", f"{CALL}/callback", everybody(404), form={"reach": "+8613800138000"}),
    Row("POST", f"{CALL}/callback", everybody(303), calling=True, form={"reach": "+8613800138000"}),
    # What telephone companies ask, and what they play
    Row("POST", f"{VENDOR}/incoming", everybody(404), form={"CallSid": "CA1"}, why=SIGNED),
    Row("POST", f"{VENDOR}/status", everybody(404), form={"CallSid": "CA1"}, why=SIGNED),
    Row("POST", f"{VENDOR}/leg/{{ref}}/status", everybody(404), form={"CallSid": "CA1"}, why=SIGNED),
    Row("POST", f"{VENDOR}/leg/{{ref}}/media", everybody(404), form={"CallSid": "CA1"}, why=SIGNED),
    Row("POST", f"{VENDOR}/leg/{{ref}}/{{what}}", everybody(404), form={"CallSid": "CA1"}, why=SIGNED),
    Row("GET", "/voice/silence", everybody(200), why="nothing is heard there"),
    Row("GET", "/voice/sounds/{name}.wav", everybody(404), why="a hotline's name is no sound's"),
    # The console
    Row("GET", "/o/{slug}/console", staff(*ANSWERS)),
    Row("WS", "/o/{slug}/console/socket", {**everybody(403), **dict.fromkeys(ANSWERS, 101)}, why=DOOR),
    Row("WS", "/o/{slug}/console/sip/{node}", everybody(403), why="no switch is there to lead to"),
    # One's own telephones: this one is the operator's
    Row("GET", DEVICES, staff(*ANSWERS)),
    Row("POST", f"{DEVICES}/mobiles", staff(*ANSWERS, ok=422), form={"number": "112"}, why="nobody rings for help"),
    Row("POST", f"{DEVICES}/addresses", staff(*ANSWERS, ok=422), form={"address": "201@10.0.0.1"}, why="a private one"),
    Row("POST", f"{DEVICES}/desks", staff(*ANSWERS), form={"key": "{new}"}),
    Row("GET", f"{DEVICES}/{{key}}", {**staff(*ANSWERS, ok=404), "operator": 200}, key="device", why=HIS),
    Row("POST", f"{DEVICES}/{{key}}/code", {**staff(*ANSWERS, ok=404), "operator": 409}, key="device", why=HIS),
    Row("POST", f"{DEVICES}/{{key}}/removal", {**staff(*ANSWERS, ok=404), "operator": 303}, key="device", why=HIS),
    Row("GET", "/o/{slug}/live", staff(*SUPERVISES)),
    Row("POST", "/o/{slug}/live/{call_id}/{how}", staff(*SUPERVISES, ok=409), why="nobody talks: the call is over"),
    Row("GET", "/o/{slug}/settings/outside", staff(*LEADS)),
    Row("POST", "/o/{slug}/settings/outside", staff(*LEADS, ok=422), form={"name": ""}),
    Row("POST", "/o/{slug}/settings/outside/{key}/removal", staff(*LEADS, ok=303), key="destination"),
    # Contacts: the operator is on the list of this one, and of the case below
    Row("GET", "/o/{slug}/contacts", staff(*EVERYONE)),
    Row("POST", "/o/{slug}/contacts", staff(*ANSWERS, ok=303), form={"key": "{new}"}),
    Row("GET", "/o/{slug}/contacts/for-call/{call_id}", staff(*ANSWERS)),
    Row("GET", CONTACT, staff(*EVERYONE), key="contact"),
    Row("PATCH", CONTACT, staff(*ANSWERS), key="contact",
        json={"revision": 0, "tab": "t", "count": 1, "changes": {"summary": "A word."}}),
    Row("POST", f"{CONTACT}/submit", staff(*ANSWERS, ok=422), key="contact", form={"revision": "0"}),
    Row("POST", f"{CONTACT}/amend", staff(*ANSWERS, ok=303), key="contact"),
    Row("POST", "/o/{slug}/contacts/for-call/{call_id}/silence", staff(*ANSWERS, ok=303)),
    # Callers
    Row("GET", "/o/{slug}/callers", staff(*SUPERVISES)),
    Row("GET", "/o/{slug}/callers/for-call/{call_id}", staff(*ANSWERS)),
    Row("GET", "/o/{slug}/callers/{key}", staff(*SUPERVISES), key="caller"),
    Row("POST", "/o/{slug}/callers/{key}/plan", staff(*SUPERVISES, ok=303), key="caller", form={"plan": "A word."}),
    Row("POST", "/o/{slug}/callers/{key}/block", staff(*SUPERVISES, ok=303), key="caller",
        form={"span": "1d", "reason": "A word."}),
    Row("POST", "/o/{slug}/callers/{key}/unblock", staff(*SUPERVISES, ok=303), key="caller"),
    # Cases
    Row("GET", "/o/{slug}/cases", staff(*EVERYONE)),
    Row("POST", "/o/{slug}/cases", staff(*ANSWERS, ok=303), form={"contact": "{contact}"}, smuggled=404),
    Row("GET", "/o/{slug}/cases/closed", staff(*EVERYONE)),
    Row("GET", CASE, staff(*EVERYONE)),
    Row("POST", f"{CASE}/move", staff(*ANSWERS, ok=303), form={"stage": "planning"}),
    Row("POST", f"{CASE}/notes", staff(*ANSWERS, ok=303), form={"key": "{new}", "note": "A word."}),
    Row("POST", f"{CASE}/title", staff(*ANSWERS, ok=303), form={"title": "Another"}),
    Row("POST", f"{CASE}/owner", staff(*ANSWERS, ok=303), form={"owner": "{member}"}, smuggled=404),
    Row("POST", f"{CASE}/closure", staff(*ANSWERS, ok=303), form={"outcome": "information"}),
    Row("POST", f"{CASE}/reopening", staff(*ANSWERS, ok=303)),
    # What callers left
    Row("GET", "/o/{slug}/voicemails", staff(*ANSWERS)),
    Row("GET", "/o/{slug}/voicemails/{key}/sound", staff(*ANSWERS), key="voicemail"),
    Row("POST", "/o/{slug}/voicemails/{key}/{verb}", staff(*ANSWERS, ok=303), key="voicemail"),
    Row("GET", "/o/{slug}/callbacks", staff(*ANSWERS)),
    Row("POST", "/o/{slug}/callbacks/{key}/{verb}", staff(*ANSWERS, ok=303), key="callback"),
    Row("POST", "/o/{slug}/callbacks/{key}/reach", staff(*ANSWERS, ok=409), key="callback",
        why="only who has taken it on learns how to reach the caller"),
    Row("POST", "/o/{slug}/callbacks/{key}/dial", staff(*ANSWERS, ok=409), key="callback",
        why="nobody has taken it on, and there is no telephone"),
    Row("POST", "/o/{slug}/callbacks/{key}/attempt", staff(*ANSWERS, ok=409), key="callback",
        form={"outcome": "reached"}, why="nobody has taken it on"),
    Row("POST", "/o/{slug}/messages/wish", staff(*ANSWERS, ok=303), form={"kind": "voicemail", "mail": "yes"}),
    # Home, trail, roster and opening hours
    Row("GET", "/o/{slug}", staff(*EVERYONE)),
    Row("GET", "/o/{slug}/audit", staff(*LEADS, "auditor")),
    Row("GET", "/o/{slug}/roster", staff(*EVERYONE)),
    Row("POST", "/o/{slug}/roster/shifts", staff(*LEADS, ok=303), smuggled=422,
        form={"team": "{team}", "starts": "09:00", "ends": "12:00", "days": "1", "places": "1"}),
    Row("GET", SHIFT, staff(*LEADS), key="shift"),
    Row("POST", f"{SHIFT}/taking", staff(*ANSWERS, ok=303), key="shift"),
    Row("POST", f"{SHIFT}/leaving", staff(*ANSWERS, ok=303), key="shift", hostile=303, why=AGAIN),
    Row("POST", f"{SHIFT}/time", staff(*LEADS, ok=303), key="shift", form={"starts": "09:00", "ends": "12:00"}),
    Row("POST", f"{SHIFT}/places", staff(*LEADS, ok=303), key="shift"),
    Row("POST", f"{SHIFT}/member", staff(*LEADS, ok=303), key="shift", form={"member": "{member}"}, smuggled=422),
    Row("POST", f"{SHIFT}/removal", staff(*LEADS, ok=303), key="shift", hostile=303, why=AGAIN),
    Row("GET", HOURS, staff(*EVERYONE)),
    Row("POST", HOURS, staff(*LEADS, ok=303), form={"mon-from": "09:00", "mon-to": "12:00"}),
    Row("POST", f"{HOURS}/holidays", staff(*LEADS, ok=303), form={"day": "2031-01-01", "name": "Rest"}),
    Row("POST", f"{HOURS}/holidays/{{day}}/removal", staff(*LEADS, ok=303), why=AGAIN),
    Row("POST", f"{HOURS}/public-holidays", staff(*LEADS, ok=303)),
    Row("POST", f"{HOURS}/undo", staff(*LEADS, ok=409), why="nothing has been changed that could be undone"),
    # The flow
    Row("GET", "/o/{slug}/flow", staff(*LEADS)),
    Row("GET", "/o/{slug}/flow/steps/{node}", staff(*LEADS)),
    Row("POST", "/o/{slug}/flow/steps/{node}", staff(*LEADS, ok=409), why="it was read before the last change"),
    Row("POST", "/o/{slug}/flow/publication", staff(*LEADS, ok=303)),
    Row("POST", "/o/{slug}/flow/draft/removal", staff(*LEADS, ok=303)),
    Row("POST", "/o/{slug}/flow/versions/{key}/revival", staff(*LEADS, ok=303), key="flow_version"),
    # How it sounds
    Row("GET", PROMPTS, staff(*LEADS)),
    Row("POST", PROMPTS, staff(*LEADS, ok=409), content=RECORDED[0], headers=RECORDED[1],
        why="the words are others than were read"),
    Row("GET", f"{PROMPTS}/sound", staff(*LEADS, ok=404), why="which text is asked for isn't said"),
    Row("GET", f"{PROMPTS}/{{key}}/sound", staff(*LEADS), key="prompt"),
    Row("POST", f"{PROMPTS}/{{key}}/removal", staff(*LEADS, ok=303), key="prompt"),
    Row("GET", "/voice/prompts/{tenant_id}/{name}.wav", everybody(404), why="without its signature it isn't there"),
)

JOBS: dict[str, dict[str, str]] = {
    "mail.send": {"sealed": "{letter}"},
    "signup.forget": {"application": "{application}"},
    "provisioning.run": {"run": "open"},
    "review.record": {"verdict": "declined"},
    "closing.export": {"export": "{export_building}"},
    "closing.forget": {"export": "{export}"},
    "numbers.switch": {"number": "{own_number}"},
    "numbers.trial": {"number": "{own_number}"},
    "numbers.port_told": {"port": "{port}", "state": "sent"},
    "demo.call": {},
    "retention.sweep": {},
    "prompts.warm": {"flow": "{flow}"},
    "phone.warm": {"flow": "{flow}"},
    "prompts.drop": {"name": "{name}"},
    "watch.look": {"line": "{line}"},
    "watch.rearm": {},
    "messages.tell": {"kind": "voicemail", "key": "{voicemail}"},
}
"""What each job would be given to do harm in the first hotline from inside the second. All of them end well, having
done nothing to the first; the second's own opening is over long ago."""

FOR_ALL = {
    "retention.round": "owes every hotline its sweep, each to be done in that hotline's own scope",
    "numbers.round": "owes every number its look, each in its own hotline's scope, and every rested one its end",
    "numbers.failover": "a carrier's node serves every hotline",
    "numbers.give_back": "a number that has rested is nobody's",
    "twiml.again": "a leg is named as its telephone company names it",
}
"""Jobs that are meant to reach every hotline."""
