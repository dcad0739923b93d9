"""Live news: one Redis subscription per process, fanned out to bounded queues."""

from infra.realtime.hub import Hub, announce, hub

__all__ = ["Hub", "announce", "hub"]
