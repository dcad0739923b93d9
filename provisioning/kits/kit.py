"""What a kit is made of, once read."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from provisioning.kits.languages import spoken_in
from tenants.documents import Key, Part
from tenants.flows.document import Flow
from tenants.forms.document import Form
from tenants.rosters.hours import Calendar, Holiday, Hours, Weekday
from tenants.texts import Text
from tenants.workflows.document import Workflow
from themes.stylesheet import Theme

Wish = Literal["offered", "when_asked"]


class Defaults(Part):
    """How a new hotline behaves until its admin decides otherwise.

    `neutral_title`: the browser's tab doesn't name the hotline. `callback_default` and `message_default`:
    whether staff are offered to call or write to a caller, or only once the caller has asked for it.
    `quick_exit`: the way to leave stands in front of everything else, or in the corner.
    """

    neutral_title: bool
    callback_default: Wish
    message_default: Wish
    quick_exit: Literal["front", "corner"]
    retention_days: Annotated[int, Field(ge=1)]
    wrap_up_seconds: Annotated[int, Field(ge=0, le=1800)]


class Team(Part):
    """Those who are rung together; flows name a team by its key."""

    key: Key
    name: Text


class OpeningHours(Part):
    """A calendar before it is known where the hotline is: weekly hours, and whether public holidays count."""

    weekly: dict[Weekday, tuple[Hours, ...]]
    public_holidays: Literal["open", "closed"]

    def calendar(self, zone: str, holidays: Iterable[Holiday] = ()) -> Calendar:
        """The calendar in an IANA zone; the country's public `holidays` matter only where they close the line."""
        closed = tuple(holidays) if self.public_holidays == "closed" else ()
        return Calendar(zone=zone, weekly=self.weekly, holidays=closed)


class Texts(Part):
    """What the public page and the console say until the organisation writes its own words.

    `emergency` has one place, `{emergency}`, which `provisioning.kits.emergency.notice` fills.
    """

    who: Text
    expect: Text
    kept: Text
    emergency: Text
    call: Text
    closed: Text
    neutral_title: Text
    after_call: Text


class Kit(Part):
    """A kind of hotline and all that one starts with; `icon` is a name in Lucide's set."""

    key: Key
    order: int
    icon: str
    name: Text
    description: Text
    defaults: Defaults
    teams: tuple[Team, ...]
    theme: Theme
    texts: Texts
    calendars: dict[str, OpeningHours]
    flow: Flow
    form: Form
    workflow: Workflow

    def flow_in(self, languages: Sequence[str]) -> Flow:
        """The flow for a hotline that speaks these languages, the first being its own."""
        return spoken_in(self.flow, languages)
