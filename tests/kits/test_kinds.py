"""Each kind of hotline keeps its callers safe in its own way, from the first minute on."""

from provisioning.kits.catalogue import kits
from tenants.flows.document import Flow
from tenants.flows.nodes import Callback, Greeting, Hangup, Language, Menu, Ring, Voicemail
from tenants.forms.document import check, visible
from tenants.texts import say

ALL = kits()


def first_words(flow: Flow) -> Greeting | Menu:
    """What a caller meets who has chosen a language on the page already."""
    node = flow.nodes[flow.start]
    while isinstance(node, Language) and node.next:
        node = flow.nodes[node.next]
    assert isinstance(node, Greeting | Menu)
    return node


def spoken(flow: Flow) -> str:
    """All that may be heard aloud, in every language."""
    texts = [text for node in flow.nodes.values() for _, text in node.texts()]
    return " ".join(wording for text in texts for wording in text.values()).lower()


def test_an_anti_violence_line_gives_nobody_away() -> None:
    kit = ALL["violence"]
    assert kit.defaults.neutral_title
    assert kit.defaults.quick_exit == "front"
    for word in ("violence", "abuse", "hotline", "helpline", "暴力", "家暴", "热线", "受害"):
        assert word not in spoken(kit.flow)
        assert word not in " ".join(kit.texts.neutral_title.values()).lower()
    for node in kit.flow.nodes.values():
        if isinstance(node, Hangup):
            assert "emergency" not in node.text["en"]


def test_an_anti_violence_line_asks_first_whether_the_caller_is_safe() -> None:
    kit = ALL["violence"]
    first = first_words(kit.flow)
    assert isinstance(first, Menu)
    assert "are you safe right now" in say(first.text, "en").lower()
    unsafe = kit.flow.nodes[first.options[1].next or ""]
    assert isinstance(unsafe, Ring)
    assert unsafe.strategy == "all"
    assert first.timeout == first.options[1].next, "somebody who can't answer may not be safe"
    assert kit.form.fields[0].name == "safe_now"


def test_an_anti_violence_line_never_reaches_out_unasked() -> None:
    kit = ALL["violence"]
    assert kit.defaults.callback_default == "when_asked"
    assert kit.defaults.message_default == "when_asked"
    for name, node in kit.flow.nodes.items():
        if isinstance(node, Callback | Voicemail):
            ways = [
                (place, exit_.name)
                for place, from_ in kit.flow.nodes.items()
                for exit_ in from_.exits()
                if exit_.target == name
            ]
            assert all(way.startswith("option.") for _, way in ways), "only a choice of the caller leads there"
        if isinstance(node, Callback):
            assert {"window", "wording", "voicemail_ok"} <= set(node.ask)


def test_an_anti_violence_record_holds_a_number_only_with_its_conditions() -> None:
    form = ALL["violence"].form
    shown = {field.name for field in visible(form, {"contact": "no", "contact_number": "110"})}
    assert not shown & {"contact_number", "contact_when", "contact_words", "contact_message"}
    answers, _ = check(form, {"contact": "no", "contact_number": "110"})
    assert "contact_number" not in answers
    _, problems = check(form, {"contact": "yes"})
    assert {"contact_number", "contact_when", "contact_words", "contact_message"} <= set(problems)


def test_a_line_for_older_people_is_slow_short_and_large() -> None:
    kit = ALL["elderly"]
    assert kit.theme.text_size == "large"
    menus = [node for node in kit.flow.nodes.values() if isinstance(node, Menu)]
    assert menus
    assert all(len(menu.options) <= 2 and menu.seconds >= 20 for menu in menus)
    for menu in menus:
        rings_anyway = isinstance(kit.flow.nodes[menu.timeout or ""], Ring)
        assert menu.tries >= 2 or rings_anyway, "who doesn't choose hears it again, or is rung for"
    rings = [node for node in kit.flow.nodes.values() if isinstance(node, Ring)]
    assert {ring.strategy for ring in rings} == {"known_first"}


def test_a_cancer_line_rings_a_peer_of_the_same_diagnosis_and_then_everyone() -> None:
    kit = ALL["cancer"]
    menu = kit.flow.nodes["diagnosis"]
    assert isinstance(menu, Menu)
    teams = {}
    for option in menu.options:
        ring = kit.flow.nodes[option.next or ""]
        assert isinstance(ring, Ring)
        teams[option.value] = ring.team
        if ring.team != "main":
            everyone = kit.flow.nodes[ring.unanswered or ""]
            assert ring.unanswered == ring.nobody
            assert isinstance(everyone, Ring)
            assert everyone.team == "main"
    assert teams == {"breast": "breast", "lung": "lung", "digestive": "digestive", "blood": "blood", "other": "main"}
    assert {team.key for team in kit.teams} == set(teams.values())
    for name in ("relation", "diagnosis", "stage"):
        assert kit.form[name].search
    assert set(teams) <= set(kit.form["diagnosis"].values)


def test_a_rainbow_line_asks_for_the_chosen_name_and_pronouns_first() -> None:
    kit = ALL["rainbow"]
    assert [field.name for field in kit.form.fields[:2]] == ["chosen_name", "pronouns"]
    menu = kit.flow.nodes["topic"]
    assert isinstance(menu, Menu)
    topics = [option.value for option in menu.options]
    assert topics == ["school", "family", "work", "health", "gender"]
    assert set(topics) <= set(kit.form["topics"].values)


def test_a_workplace_line_can_mediate_and_refer() -> None:
    kit = ALL["workplace"]
    outcomes = {outcome.key for outcome in kit.workflow.outcomes}
    assert {"mediated", "legal_referral", "counselling_referral"} <= outcomes
    menu = kit.flow.nodes["topic"]
    assert isinstance(menu, Menu)
    assert [option.value for option in menu.options] == ["wage", "dismissal", "safety", "other"]
    assert kit.form["employer_told"].required


def test_risk_asks_what_was_agreed() -> None:
    for key, raised in {"rainbow": "ending_life", "elderly": "low", "cancer": "ending_life"}.items():
        _, problems = check(ALL[key].form, {raised: "plan"})
        assert "kept_safe" in problems
        _, problems = check(ALL[key].form, {raised: "none"})
        assert "kept_safe" not in problems
