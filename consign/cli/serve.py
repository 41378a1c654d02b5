"""Serving the pages."""

import click
import uvicorn

from consign.app import create_app
from consign.cli.context import Context, pass_context
from consign.regions import get_region


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@pass_context
def serve(context: Context, *, host: str, port: int) -> None:
    """Serve the region's pages."""
    region = get_region(context.database, context.region)
    app = create_app(context.database, region=region.code, region_name=region.name)
    click.echo(f"Serving region {context.region} on http://{host}:{port}")
    uvicorn.run(app, host=host, port=port, log_level="warning")
