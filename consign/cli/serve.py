"""Serving the pages."""

import atexit
import gc
import os
import signal
import socket
import sys

import click
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors.multiprocess import Multiprocess

from consign.app import create_app
from consign.cli.context import Context, open_services, pass_context
from consign.db import Database, start_embedded
from consign.files import Files
from consign.jobs.worker import Worker
from consign.regions import get_region
from consign.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes.")
@click.option("--no-worker", is_flag=True, help="Only serve pages; `consign worker` does the jobs.")
@pass_context
def serve(context: Context, *, host: str, port: int, processes: int, no_worker: bool) -> None:
    """Serve the region's pages, and do the jobs that they leave behind.

    Other machines reach it through a proxy that speaks HTTPS; without encryption it only answers this machine.
    """
    get_region(context.database, context.region)  # says what is wrong here, not in each process
    click.echo(f"Serving region {context.region} on http://{host}:{port}")
    os.environ["CONSIGN_REGION"] = context.region
    make = "make_app_without_worker" if no_worker else "make_app"
    config = uvicorn.Config(
        f"{__name__}:{make}", factory=True, host=host, port=port, workers=processes, log_level="warning"
    )
    # Once it has stopped, uvicorn lets the signal do what it did before: by itself it would end us before the embedded
    # database is stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if processes == 1:
        uvicorn.Server(config).run()
        return
    if context.settings.database_url is None:
        # They join ours: one that a signal ends says no farewell to a database that it started itself.
        os.environ["CONSIGN_DATABASE_URL"] = start_embedded(context.settings.data_dir)
    listening = config.bind_socket()
    # Its connections inherit this. Without it the last packet of an answer waits 40 ms for the browser to confirm others.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Multiprocess(config, sockets=[listening]).run()


def make_app() -> FastAPI:
    """Compose the application from the settings, with a worker beside it."""
    return _compose(with_worker=True)


def make_app_without_worker() -> FastAPI:
    """Compose the application from the settings."""
    return _compose(with_worker=False)


def _compose(*, with_worker: bool) -> FastAPI:
    settings = Settings()
    database = Database.open(url=settings.database_url, data_dir=settings.data_dir)
    files = Files.open(url=settings.files_url, folder=settings.data_dir / "files")
    region = get_region(database, settings.region or "")
    services = open_services(settings)
    worker = Worker(database, files, services=services) if with_worker else None
    app = create_app(
        database,
        files,
        region=region.code,
        region_name=region.name,
        beside=worker.running if worker else None,
        channels=services.offered,
    )
    gc.collect()
    gc.freeze()  # what is there now stays: looking through it for garbage would hold up a page for a tenth of a second
    atexit.register(gc.unfreeze)  # else libraries complain at the end of what was never given back
    return app
