"""Whether the service is up and whether it can do its work, for whatever watches it."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from consign.db import Database, DatabaseUnreachable, RegionUnknown
from consign.regions import find_outdated

router = APIRouter()


@router.get("/healthz")
def show_health(request: Request) -> PlainTextResponse:
    """Answer `ok` where the database answers."""
    with request.app.state.database.transaction(request.app.state.region) as session:
        session.execute(text("SELECT 1"))
    return PlainTextResponse("ok")


@router.get("/readyz")
def show_readiness(request: Request) -> JSONResponse:
    """Answer what is missing for requests to be sent here, as codes; 503 where anything is."""
    state = request.app.state
    missing = find_missing_in_database(state.database, region=state.region)
    if not state.files.can_write():
        missing.append("files")
    return JSONResponse({"ready": not missing, "missing": missing}, status_code=503 if missing else 200)


def find_missing_in_database(database: Database, *, region: str) -> list[str]:
    """Return what is not as it has to be: `database` does not answer, `region` is not there, `migrations` wait."""
    try:
        with database.transaction(region) as session:
            session.execute(text("SELECT 1"))
        return ["migrations"] if find_outdated(database, region) else []
    except RegionUnknown:
        return ["region"]
    except (DatabaseUnreachable, OperationalError):
        return ["database"]
