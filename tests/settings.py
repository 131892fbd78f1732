"""Settings for tests, untouched by the environment's own."""

from __future__ import annotations

from pathlib import Path

from app.config import Settings

SECRET = "only-for-tests-0123456789abcdef0123456789"
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def settings_in(folder: Path, **settings) -> Settings:
    """Settings of an installation in `folder`."""
    defaults = {
        "data_dir": folder,
        "secret_key": SECRET,
        "intake_domain": "in.example",
        "redis_url": "",
        "mail_url": "",
        "name_servers": ["none"],
    }
    defaults |= {"database_url": "", "admin_email": "admin@example.org", "base_url": "", "storage_url": ""}
    return Settings(**(defaults | settings))
