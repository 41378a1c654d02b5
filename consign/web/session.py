"""What a request needs: its transaction, committed before the answer goes out."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session


def request_session(request: Request) -> Iterator[Session]:
    """Run the request's transaction in the region this application serves."""
    with request.app.state.database.transaction(request.app.state.region) as session:
        yield session


Db = Annotated[Session, Depends(request_session, scope="function")]
