"""Notices leave the process: dealt out and sent in every region, each message on its own."""

import logging
from collections import Counter
from collections.abc import Callable

from sqlalchemy import select

from consign import clock
from consign.db import Database
from consign.models.region import Region
from consign.notifying.dealing import deal_out
from consign.notifying.delivering import give_up_lost, mark_failed, mark_sent, take_next
from consign.notifying.services import Services, send
from consign.web.language import choose_language

logger = logging.getLogger(__name__)

MOST_IN_A_ROUND = 200
MOST_FAILURES = 3
"""A service that fails so often in a row is left alone until the next round."""


def send_notices(database: Database, services: Services, *, is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what waits in every region; return how many messages left. It may run at any time, many at once.

    Without any service nothing happens. A region's fault keeps no other waiting.

    Raises:
        ExceptionGroup: in some regions it failed for a fault of ours.

    """
    if not services.offered:
        return 0
    with database.owner() as connection:
        regions = connection.scalars(select(Region.code).order_by(Region.code)).all()
    found, faults = 0, []
    for region in regions:
        try:
            found += send_notices_of(database, services, region=region, is_stopping=is_stopping)
        except Exception as fault:  # noqa: BLE001  # raised below
            faults.append(fault)
    if faults:
        raise ExceptionGroup(f"In {len(faults)} regions notices could not be sent", faults)
    return found


def send_notices_of(
    database: Database, services: Services, *, region: str, is_stopping: Callable[[], bool] = lambda: False
) -> int:
    """Send what waits in one region; return how many messages left."""
    with database.transaction(region) as session:
        lost = give_up_lost(session, now=clock.now())
        deal_out(session, offered=services.offered, now=clock.now())
    if lost:
        logger.warning("Region %s: %s notices were cut off while they were sent", region, lost)
    failures: Counter[str] = Counter()
    sent = 0
    for _ in range(MOST_IN_A_ROUND):
        offered = {one for one in services.offered if failures[one] < MOST_FAILURES}
        if is_stopping() or not offered:
            break
        with database.transaction(region) as session:
            taken = take_next(
                session, offered=services.offered, among=offered, pages_url=services.pages_url, now=clock.now(),
                speak=lambda language, sentence: choose_language(language).say(sentence),
            )  # fmt: skip
        if taken is None:
            break
        # No transaction is open while the service is waited for: it may take seconds.
        error = send(services, taken.target, title=taken.text.title, body=taken.text.body)
        with database.transaction(region) as session:
            if error:
                mark_failed(session, taken.delivery_id, error=error, now=clock.now())
            else:
                mark_sent(session, taken.delivery_id, now=clock.now())
        channel = taken.target.channel.value
        failures[channel] = failures[channel] + 1 if error else 0
        sent += not error
    for channel, times in failures.items():
        if times >= MOST_FAILURES:
            logger.warning("Region %s: the service for %s did not take notices; they wait", region, channel)
    return sent
