"""Bring waiting calls and free representatives together, and take back offers nobody answers."""

from agent_console.services import ConsoleServices
from data_store import reading, transaction
from switchboard import overflow, queues


def tick(services: ConsoleServices) -> None:
    """Expire and make offers. Cheap where nobody waits: then nothing is written.

    Called when a presence changes, when a desk is looked at, and by a housekeeping thread, so
    that no page has to be open for a caller to be offered to somebody.
    """
    now = services.clock()
    with reading(services.engine) as conn:
        if not queues.waiting(conn, now):
            return
        helping = overflow.helping(services.routing, conn, now)
    with transaction(services.engine) as conn:
        expired = queues.expire_offers(conn, now, services.ring_seconds)
        offered = queues.offer(conn, now, helping)
    if expired or offered:
        services.live_feed.publish()
