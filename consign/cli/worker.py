"""Doing the jobs that people's acts left behind."""

import asyncio
import signal
from contextlib import suppress

import click

from consign.cli.context import Context, pass_context
from consign.jobs.worker import CONCURRENCY, Worker
from consign.regions import find_regions


@click.command()
@click.option(
    "--concurrency", type=click.IntRange(1, 32), default=CONCURRENCY, show_default=True, help="Jobs done at once."
)
@pass_context
def worker(context: Context, *, concurrency: int) -> None:
    """Read and post handed-in sales files of all regions until stopped.

    It may be killed at any moment: the next worker goes on, and nothing is counted twice.
    """
    regions = find_regions(context.database)
    click.echo(f"Working for {len(regions)} region{'s' if len(regions) != 1 else ''}. Stop with Ctrl+C.")
    asyncio.run(
        run_until_stopped(Worker(context.database, context.files, services=context.services, concurrency=concurrency))
    )


async def run_until_stopped(worker: Worker) -> None:
    """Run *worker* until the process is asked to end."""
    task = asyncio.create_task(worker.run())
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows knows only Ctrl+C, which asyncio handles
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task
