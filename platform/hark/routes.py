"""Every slice's routes, in one list: the app serves them and the sweeps walk them."""

from fastapi import APIRouter

from hark.entrance.routes import router as entrance

ROUTERS: tuple[APIRouter, ...] = (entrance,)
