"""The web edge: `create_app` composes pages over one database and one region."""

from fastapi import FastAPI

from consign.db import Database
from consign.web import home


def create_app(database: Database, *, region: str, region_name: str) -> FastAPI:
    """Return the web application of the region with the code *region*, shown as *region_name*. It starts nothing and reads no settings."""
    app = FastAPI(title="consign", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.database = database
    app.state.region = region
    app.state.region_name = region_name
    app.include_router(home.router)
    return app
