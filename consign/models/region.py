"""The register of regions, the only table outside them."""

from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import Mapped, mapped_column

from consign.models.base import PublicBase


class Region(PublicBase):
    """A kabupaten or kota with its own schema and its own database role."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    """Kemendagri code without the dot, four digits: `6471` is Balikpapan."""
    name: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
