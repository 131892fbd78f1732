"""The web entry: `flask --app wsgi …`, `gunicorn wsgi:app`."""

import gc
import sys

from app import create_app
from app.config import BadSettings

try:
    app = create_app()
except BadSettings as error:
    sys.exit(str(error))
gc.freeze()  # what is loaded stays: no request looks through it for garbage
