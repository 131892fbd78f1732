"""A Tesseract of our own, as the reader's tests have it."""

from tests.reader.conftest import fake_tesseract, open_folder

__all__ = ["fake_tesseract", "open_folder"]
