"""What is built once for a test process, and entered by each test in a session of its own that is rolled back."""

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from consign.db import Database
from consign.models.base import RegionBase

Built = TypeVar("Built")


@dataclass(frozen=True)
class Template(Generic[Built]):
    """A database to be copied, by its name, and what was built in it: as it was, and in no session any more."""

    name: str
    built: Built


@dataclass(frozen=True)
class Standing(Generic[Built]):
    """What was built and committed, and where."""

    database: Database
    built: Built

    def enter(self, session: Session) -> Built:
        """Return what was built as *session* has it."""
        entered: Built = _enter(self.built, session)
        return entered


def _enter(part: Any, session: Session) -> Any:
    if isinstance(part, Session):
        return session
    if isinstance(part, RegionBase):
        return session.merge(part, load=False)
    if isinstance(part, list):
        return [_enter(one, session) for one in part]
    if isinstance(part, dict):
        return {name: _enter(one, session) for name, one in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        return type(part)(**{field.name: _enter(getattr(part, field.name), session) for field in fields(part)})
    return part
