"""What each leg of a call should be doing now: pure, from what the rows say, so that it may be asked at any time."""

from hark.phone.directing.direct import direct
from hark.phone.directing.view import Directions, LegNow, NewLeg, OfferNow, View

__all__ = ["Directions", "LegNow", "NewLeg", "OfferNow", "View", "direct"]
