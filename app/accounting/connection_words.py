"""A connection in one sentence."""

from __future__ import annotations

from dataclasses import asdict

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.accounting import codes
from app.accounting.kinds import ConnectionKind
from app.accounting.models import MEGABYTE, Connection


def summary(connection: Connection) -> str:
    """What goes by it, and how."""
    if connection.kind is ConnectionKind.ENTRIES:
        return _(
            "Entries as CSV to download: journals %(purchase_journal)s and %(sale_journal)s, suppliers on %(supplier)s,"
            " customers on %(customer)s, tax on %(input_tax)s and %(output_tax)s.",
            **asdict(codes.of(connection)),
        )
    what = files(connection)
    if connection.kind is ConnectionKind.ZIP:
        return _("A ZIP to download, with %(what)s of each document and a list of what is in it.", what=what)
    count = ngettext("one document a mail", "up to %(num)d documents a mail", connection.per_mail)
    how = _("in a ZIP") if connection.is_zipped else _("each file attached")
    size = connection.largest_mail // MEGABYTE
    return _(
        "By e-mail, %(what)s of each document: %(count)s, %(how)s, at most %(size)d MB a mail.",
        **{"what": what, "count": count, "how": how, "size": size},
    )


def files(connection: Connection) -> str:
    """What goes of each document; without a Factur-X its original does."""
    wanted = {
        _("the Factur-X"): connection.shares,
        _("the original"): connection.adds_original or not connection.shares,
        _("the XML"): connection.adds_xml,
    }
    return format_list([name for name, goes in wanted.items() if goes], locale=get_locale())
