"""Whether the service is up, for whatever watches it."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from sqlalchemy import text

router = APIRouter()


@router.get("/healthz")
def show_health(request: Request) -> PlainTextResponse:
    """Answer `ok` where the database answers."""
    with request.app.state.database.transaction(request.app.state.region) as session:
        session.execute(text("SELECT 1"))
    return PlainTextResponse("ok")
