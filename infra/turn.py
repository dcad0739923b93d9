"""Short-lived TURN credentials: a relay that shares a secret with us needs to know no users."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple


class TurnCredential(NamedTuple):
    """What a browser shows to the relay."""

    username: str
    credential: str


def turn_credential(secret: str, person: str, expires: datetime) -> TurnCredential:
    """A credential that the relay accepts until `expires`: "<unix seconds>:<person>" and its keyed hash.

    `person` ends up in the relay's log, so it must be an id that says nothing to a reader. Source: the expired
    but universally followed draft-uberti-behave-turn-rest-00, section 2.2, as coturn's `use-auth-secret` has it:
    base64 of HMAC-SHA-1 over the username.
    """
    username = f"{int(expires.timestamp())}:{person}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return TurnCredential(username, base64.b64encode(digest).decode())


def ice_server(url: str, secret: str, person: str, expires: datetime) -> dict[str, object]:
    """The same as an entry of RTCConfiguration.iceServers; `url` may list several, parted by commas."""
    username, credential = turn_credential(secret, person, expires)
    return {"urls": [part.strip() for part in url.split(",")], "username": username, "credential": credential}
