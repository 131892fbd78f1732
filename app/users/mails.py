"""Mails about access: to whom, subject, template."""

from __future__ import annotations

from datetime import date

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from app.outbox.kinds import MailKind
from app.outbox.models import OutgoingMail
from app.outbox.writing import write
from app.users.links import LIFETIME
from app.users.models import Membership, User, UserLink
from app.users.sessions import digest
from app.web.filters import day as in_words


def invitation(link: UserLink, token: str, *, by: User | None) -> OutgoingMail:
    """The invitation, with the link to choose a name and a password."""
    user = link.user
    with force_locale(user.spoken):
        companies = ", ".join(sorted(m.company.name for m in user.memberships))
        return write(
            "invitation",
            key=f"invitation:{link.id}",
            to=user.email,
            subject=_(
                "%(name)s invites you to %(companies)s on Facteur",
                name=by.name if by else "Facteur",
                companies=companies,
            ),
            template="users/mail/invitation",
            company_id=only_company(user),
            about=user,
            language=user.spoken,
            secrets=[token],
            user=user,
            by=by,
            companies=companies,
            url=address(f"/invitations/{token}"),
            days=LIFETIME[link.purpose].days,
        )


def password_reset(link: UserLink, token: str) -> OutgoingMail:
    """The link to choose a new password."""
    user = link.user
    with force_locale(user.spoken):
        return write(
            "password-reset",
            key=f"password-reset:{link.id}",
            to=user.email,
            subject=_("Choose a new password for Facteur"),
            template="users/mail/password_reset",
            company_id=only_company(user),
            about=user,
            language=user.spoken,
            secrets=[token],
            user=user,
            url=address(f"/passwords/{token}"),
            minutes=int(LIFETIME[link.purpose].total_seconds() // 60),
        )


def password_changed(user: User) -> OutgoingMail:
    """Say that the password is another one now, to whom it may not have been."""
    with force_locale(user.spoken):
        return write(
            "password-changed",
            key=f"password-changed:{user.id}:{digest(user.password_hash)[:16]}",
            to=user.email,
            subject=_("Your Facteur password was changed"),
            template="users/mail/password_changed",
            company_id=only_company(user),
            about=user,
            language=user.spoken,
            user=user,
            url=address("/forgotten-password"),
        )


def access_given(joined: list[Membership], *, by: User) -> OutgoingMail:
    """Tell somebody who has an account that there is one company more."""
    user = joined[0].user
    with force_locale(user.spoken):
        companies = ", ".join(sorted(m.company.name for m in joined))
        return write(
            "access-given",
            key="access-given:" + ",".join(str(m.id) for m in joined),
            to=user.email,
            subject=_("You now have access to %(companies)s on Facteur", companies=companies),
            template="users/mail/access_given",
            company_id=joined[0].company_id,
            about=user,
            language=user.spoken,
            user=user,
            by=by,
            companies=companies,
            rows=[(m.company.name, m.role.label) for m in joined],
            url=address("/sign-in"),
        )


def trail_head(user: User, day: date, entry: int, seal: str) -> OutgoingMail:
    """The end of the audit trail's chain, kept where nobody can change it: in an admin's mailbox."""
    with force_locale(user.spoken):
        return write(
            "trail-head",
            key=f"trail-head:{day.isoformat()}:{user.id}",
            to=user.email,
            subject=_("Facteur: seal of the audit trail, %(day)s", day=in_words(day)),
            template="users/mail/trail_head",
            about=user,
            company_id=only_company(user),
            language=user.spoken,
            rows=[(_("Day"), in_words(day)), (_("Entries in the chain"), str(entry)), (_("Seal"), seal)],
        )


def address(path: str) -> str:
    """A page as a link in a mail: from the settings, never from what a request claims (SAFETY S67)."""
    return current_app.config["SETTINGS"].address + path


def only_company(user: User) -> int | None:
    """The company whose admins may read the mail in the outbox; None, for those of all, where there are several.

    A link in it opens the whole account: the admin of one company must not get into another through it.
    """
    companies = [m.company_id for m in user.memberships]
    return companies[0] if len(companies) == 1 else None


def _still_leaves(_mail: OutgoingMail) -> str:
    """Nothing stands against it: a link that was used or has expired says so itself."""
    return ""


KINDS = tuple(MailKind(key, _still_leaves, leaves_always=True) for key in ("invitation", "password-reset"))
"""By which people sign in."""
