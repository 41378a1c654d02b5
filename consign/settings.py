"""What may differ between installations. Read by the edges, passed on as values."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings from the environment (`CONSIGN_…`) or a `.env` file in the working folder."""

    model_config = SettingsConfigDict(env_prefix="CONSIGN_", env_file=".env", extra="ignore")

    data_dir: Path = Path(".consign")
    """Folder of the embedded database and of the files."""
    database_url: str | None = None
    """A PostgreSQL 15 or newer, `postgresql://user:password@host/database`; blank starts the embedded one."""
    files_url: str | None = None
    """An object store, such as `s3://bucket/prefix`; blank keeps files in the data folder."""
    region: str | None = None
    """Kemendagri code of the region that commands and pages speak about, `64.71` for Balikpapan."""
    pages_url: str | None = None
    """Where people reach the pages, `https://titipjual.example`: notices that leave them lead there."""
    notice_email: SecretStr | None = None
    """Apprise's address of a mail service, with `{address}` for the person; blank sends no e-mails."""
    notice_whatsapp: SecretStr | None = None
    """The same for WhatsApp; the person is a phone number such as `+62812345678`."""
    notice_telegram: SecretStr | None = None
    """The same for Telegram; the person is the number of a chat."""
