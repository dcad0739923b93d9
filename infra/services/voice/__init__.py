"""The phone's switch: an Asterisk of our own, fetched, configured, started, kept and found.

Its SIP objects come from three places, looked through in this order (`config/calls/sorcery.conf`):

1. `config`: pjsip.conf, which holds transports and what an installation adds in pjsip_local.conf. Read only.
2. `memory`: trunks, pushed by the app over ARI whenever it connects, as they are gone when Asterisk restarts.
   `PUT /asterisk/config/dynamic/res_pjsip/<kind>/<name>` with `{"fields": [{"attribute": …, "value": …}]}` makes or
   changes one, `DELETE` removes it. Kinds, in the order in which to push them: auth, aor, endpoint, identify (by whose
   address a trunk is known), registration (which wants `max_random_initial_delay` 0). A kind can be pushed only where a
   wizard that can be written to is mapped for it, and goes into the first such: hence `endpoint = memory` and the like,
   and hence the database stands last and for reading.
3. `realtime`: operators' accounts, read from PostgreSQL whenever one is asked for, kept nowhere; see `accounts.py`.
   Asterisk asks it once more for each stranger who calls (0.2 ms), since endpoints are told by username first.
"""
