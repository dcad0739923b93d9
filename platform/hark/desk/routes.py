"""All pages of the desk, in one router."""

from fastapi import APIRouter

from hark.desk.flow import routes as flow
from hark.desk.roster import hours_routes
from hark.desk.roster import routes as roster

router = APIRouter()
for each in (hours_routes, roster, flow):
    router.include_router(each.router)
