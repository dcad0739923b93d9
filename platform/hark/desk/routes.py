"""All pages of the desk, in one router."""

from fastapi import APIRouter

from hark.desk.flow import routes as flow
from hark.desk.home import routes as home
from hark.desk.live import routes as live
from hark.desk.messages import routes as messages
from hark.desk.prompts import routes as prompts
from hark.desk.roster import hours_routes
from hark.desk.roster import routes as roster
from hark.desk.trail import routes as trail

router = APIRouter()
for each in (home, hours_routes, roster, flow, prompts, messages, trail, live):
    router.include_router(each.router)
