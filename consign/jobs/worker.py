"""The worker: does the jobs of all regions and makes the rounds until it is cancelled."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from consign.catalogue import labels
from consign.db import Database, backend_pid
from consign.files import Files
from consign.jobs.enqueued import (
    give_up_labels,
    give_up_reading,
    make_sheet_of_labels,
    match_bank_lines,
    place_parked,
    read_sales_file,
    recompute_eligibility,
)
from consign.jobs.notices import send_notices
from consign.jobs.rounds import (
    look_after_debts,
    look_after_papers,
    look_after_payments,
    look_after_sales,
    look_after_stock,
    sweep,
    sweep_labels,
)
from consign.notifying.services import Services
from consign.partners.due import JUDGING
from consign.payments.matching import MATCH_BANK_LINES
from consign.sales.placing import PLACE_PARKED
from consign.sales.uploads import READ_SALES_FILE

if TYPE_CHECKING:
    from procrastinate import App, JobContext

logger = logging.getLogger(__name__)

CONCURRENCY = 2
RETRIES = 3
FIRST_RETRY_S, EACH_RETRY_S = 5, 60
"""A job that failed waits 5 s, then 65 s, then 125 s."""
GRACE_S = 5
"""How long a stopping worker lets its jobs go on; then their transactions are ended, and the next worker does them."""
POLL_S = 1
"""A worker is told of new jobs; it looks by itself, too, for those it was not told of."""
RESTART_S = 5
SWEEP_S = 60
NOTICES_S = 10
"""Between two rounds of sending notices."""
UNTOUCHED_S = 20
"""A file that was handed in later is still the queue's."""
STALLED_S = 30
"""A worker that was silent for so long is taken for dead; each says every ten seconds that it lives."""
KEPT_HOURS = 7 * 24
"""How long finished jobs are kept."""


class Worker:
    """Does the jobs that acts left behind, in all regions of an installation, until it is cancelled."""

    def __init__(
        self,
        database: Database,
        files: Files,
        *,
        services: Services | None = None,
        concurrency: int = CONCURRENCY,
        grace_s: int = GRACE_S,
    ) -> None:
        self._database = database
        self._files = files
        self._services = services or Services()
        self._concurrency = concurrency
        self._grace_s = grace_s
        self._backends: set[int] = set()
        self._stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work beside something else, such as the pages, and stop with it."""
        task = asyncio.create_task(self.run(), name="worker")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def run(self) -> None:
        """Work until cancelled; what goes on then is ended within seconds, and done by the next worker."""
        while True:
            try:
                await self._work()
            except Exception:  # the database may be away for a while: a worker that ended would not come back with it
                logger.exception("The worker stopped; it starts again in %s s", RESTART_S)
            else:
                logger.error("The worker stopped by itself; it starts again in %s s", RESTART_S)
            await asyncio.sleep(RESTART_S)

    async def _work(self) -> None:
        """Work as long as the queue can be reached."""
        app = self._make_app()
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=POLL_S,
                    shutdown_graceful_timeout=self._grace_s,
                )
            )
            sweeping = asyncio.create_task(self._sweep(app))
            telling = asyncio.create_task(self._send_notices())
            try:
                await asyncio.shield(working)
            except asyncio.CancelledError:
                self._stopping = True
                working.cancel()
                await self._end_jobs(working)
                raise
            finally:
                for round_ in (sweeping, telling):
                    round_.cancel()
                await asyncio.wait([sweeping, telling])

    async def _end_jobs(self, working: "asyncio.Task[None]") -> None:
        """Wait until *working* has ended. Jobs that take too long are rolled back and come again."""
        wait_s = self._grace_s
        while not (await asyncio.wait([working], timeout=wait_s))[0]:
            for pid in tuple(self._backends):
                await asyncio.to_thread(self._database.terminate, pid)
            wait_s = 1

    async def _sweep(self, app: "App") -> None:
        """Look from time to time for what the queue lost. The first rounds look at everything: a worker may have died."""
        for number in count():
            older_than_s = UNTOUCHED_S if number > 1 else 0
            for duty in (
                partial(asyncio.to_thread, sweep, self._database, older_than_s=older_than_s),
                partial(asyncio.to_thread, look_after_papers, self._database),
                partial(asyncio.to_thread, look_after_sales, self._database),
                partial(asyncio.to_thread, look_after_stock, self._database),
                partial(asyncio.to_thread, look_after_payments, self._database),
                partial(asyncio.to_thread, look_after_debts, self._database),
                partial(asyncio.to_thread, sweep_labels, self._database),
                partial(_tidy, app, delete_old=number % 60 == 0),
            ):
                try:
                    await duty()
                except Exception:  # the next round tries again, and the other duties are done all the same
                    logger.exception("Looking for lost work failed")
            await asyncio.sleep(SWEEP_S if number else RESTART_S)

    async def _send_notices(self) -> None:
        """Send notices from time to time, beside all else: a service may take seconds for each."""
        while self._services.offered:
            try:
                await asyncio.to_thread(
                    send_notices, self._database, self._services, is_stopping=lambda: self._stopping
                )
            except Exception:  # the next round tries again
                logger.exception("Notices could not be sent")
            await asyncio.sleep(NOTICES_S)

    def _make_app(self) -> "App":
        # Workers alone wait for the library: importing it takes a third of a second.
        from procrastinate import App, PsycopgConnector, RetryStrategy  # noqa: PLC0415

        connector = PsycopgConnector(
            conninfo=self._database.conninfo(),
            kwargs={"prepare_threshold": None, "application_name": "consign worker"},
            min_size=1,
            max_size=2 + self._concurrency,
        )
        retry = RetryStrategy(max_attempts=RETRIES, wait=FIRST_RETRY_S, linear_wait=EACH_RETRY_S)
        app = App(connector=connector)
        app.task(name=READ_SALES_FILE, pass_context=True, retry=retry)(self._read_sales_file)
        app.task(name=PLACE_PARKED, retry=retry)(self._place_parked)
        app.task(name=JUDGING, retry=retry)(self._recompute_eligibility)
        app.task(name=MATCH_BANK_LINES, retry=retry)(self._match_bank_lines)
        app.task(name=labels.MAKE_LABELS, pass_context=True, retry=retry)(self._make_labels)
        return app

    def _read_sales_file(self, context: "JobContext", *, region: str, upload_id: int) -> None:
        try:
            read_sales_file(self._database, self._files, region=region, upload_id=upload_id, watch=self._watch)
        except Exception:
            logger.exception("Upload %s of region %s could not be read", upload_id, region)
            if context.job.attempts >= RETRIES and not self._stopping:
                give_up_reading(self._database, region=region, upload_id=upload_id)
            raise

    def _make_labels(self, context: "JobContext", *, region: str, order_id: int) -> None:
        try:
            make_sheet_of_labels(self._database, self._files, region=region, order_id=order_id, watch=self._watch)
        except Exception:
            logger.exception("Labels %s of region %s could not be made", order_id, region)
            if context.job.attempts >= RETRIES and not self._stopping:
                give_up_labels(self._database, region=region, order_id=order_id)
            raise

    def _place_parked(self, **facts: Any) -> None:
        try:
            place_parked(self._database, **facts, watch=self._watch)
        except Exception:
            logger.exception("Parked lines could not be placed: %s", facts)
            raise

    def _match_bank_lines(self, **facts: Any) -> None:
        try:
            match_bank_lines(self._database, **facts, watch=self._watch)
        except Exception:
            logger.exception("Lines of a bank account could not be matched: %s", facts)
            raise

    def _recompute_eligibility(self, **facts: Any) -> None:
        try:
            recompute_eligibility(self._database, **facts, watch=self._watch)
        except Exception:
            logger.exception("Products could not be judged: %s", facts)
            raise

    @contextmanager
    def _watch(self, session: Session) -> Iterator[None]:
        """Know the connection of a job, so that it can be ended."""
        pid = backend_pid(session)
        self._backends.add(pid)
        try:
            yield
        finally:
            self._backends.discard(pid)


async def _tidy(app: "App", *, delete_old: bool) -> None:
    """Let jobs of workers that died wait again, and delete old ones where asked."""
    from procrastinate.exceptions import UniqueViolation  # noqa: PLC0415  # see Worker._make_app
    from procrastinate.jobs import Status  # noqa: PLC0415  # the same

    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # the same work waits already
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
    if delete_old:
        await app.job_manager.delete_old_jobs(
            nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
