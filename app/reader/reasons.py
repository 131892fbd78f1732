"""Why a file could not be read, in words a person can act on; the file itself is always kept."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

REASONS = {
    "empty": _("The file is empty (0 bytes). Ask the sender for it again, or fill in the fields by hand."),
    "broken": _(
        "The file is damaged and could not be opened. Ask the sender for it again, or fill in the fields by hand."
    ),
    "missing": _("The stored file could not be found. An administrator can check the storage."),
    "encrypted": _("The PDF is protected by a password. Type the password to read it."),
    "wrong_password": _("This password does not open the PDF. Try again, or ask the sender."),
    "no_pages": _("The PDF has no pages. Ask the sender for it again."),
    "too_large": _("The file is larger than what is read here. Fill in the fields by hand, or ask for a smaller file."),
    "too_many_pixels": _(
        "The picture is too large to be opened safely. Save it with a lower resolution and add it again."
    ),
    "too_many_frames": _("The picture holds too many pages to be opened safely. Split it and add the parts."),
    "not_supported": _("This type of file is not read: only PDF, JPEG, PNG, TIFF, WebP, HEIC and e-invoice XML are."),
    "xml_doctype": _("The XML declares its own entities (DOCTYPE), which invoices never need: refused for safety."),
    "xml_broken": _("The XML is damaged and could not be read. Ask the sender for it again."),
    "xml_encoding": _("The XML is written in an encoding that invoices do not use. Ask the sender for UTF-8."),
    "xml_too_large": _("The XML is larger than any invoice should be, and was not read."),
    "xml_too_deep": _("The XML is nested deeper than any invoice should be, and was not read."),
    "xml_not_supported": _("This XML is no invoice in a format read here (UBL, CII, Factur-X, ZUGFeRD)."),
    "no_such_page": _("A page was asked for that the file does not have. Look at its pages again."),
    "too_many_pages": _("That would be a file of more pages than are put together here. Take fewer pages."),
    "address_too_long": _(
        "The address does not fit into the window of an envelope: at most seven lines of some forty letters."
    ),
    "has_e_invoice": _("The file carries an e-invoice of its own, which is left as it is."),
    "sheet_not_supported": _("This is no table that is read here: save it as XLSX or CSV and add it again."),
    "sheet_broken": _("The table is damaged and could not be opened. Save it again as XLSX or CSV."),
    "sheet_too_large": _("The table has more rows, columns or text than are read at once. Split it and add the parts."),
    "sheet_unsafe": _(
        "The table unpacks to far more than its size, or declares its own entities (DOCTYPE): refused for safety. "
        "Save it again as XLSX or CSV."
    ),
    "crashed": _("The program that reads files stopped on this one. It is kept: fill in the fields by hand."),
    "too_slow": _("Reading this file took too long and was stopped. Fill in the fields by hand, or try again later."),
    "out_of_memory": _("Reading this file needs more memory than allowed. Fill in the fields by hand."),
    "no_tesseract": _(
        "Text recognition (Tesseract) is not installed, so pictures can't be read. An administrator can install it."
    ),
    "language_missing": _("Text recognition lacks a language that was asked for. Choose others, or have it installed."),
    "ocr_failed": _("Text recognition failed on this file. Fill in the fields by hand, or read it again."),
}

FLAGS = {
    "pages_left_out": _("The file has more pages than are read; the first ones were."),
    "text_left_out": _("The file has more text than is kept; the first part was."),
    "resolution_lowered": _("A page is unusually large and was drawn with a lower resolution."),
    "has_script": _("The PDF contains a script or starts something when opened. Nothing of it was run."),
    "hidden_text": _("The PDF contains text that can't be seen on the page. It was ignored."),
    "repaired": _("The PDF is damaged; what could be saved of it was read."),
    "ocr_failed": _("Some pages could not be recognised as text."),
    "embedded_left_out": _("A file inside the PDF was too large to be taken out."),
}


def reason(code: str) -> LazyString:
    """The sentence for `code`; an unknown one reads as a crash."""
    return REASONS.get(code, REASONS["crashed"])
