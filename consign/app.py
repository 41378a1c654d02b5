"""The web edge: `create_app` composes pages over one database and one region."""

from fastapi import FastAPI

from consign.db import Database
from consign.web import home


def create_app(database: Database, *, region: str) -> FastAPI:
    """Return the web application of *region*. It starts nothing and reads no settings."""
    app = FastAPI(title="consign", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.database = database
    app.state.region = region
    app.include_router(home.router)
    return app
