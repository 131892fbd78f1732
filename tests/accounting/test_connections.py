"""Connections: who makes them, who may change them, and what their pages say."""

from __future__ import annotations

import pytest

from app.accounting import codes, connections
from app.accounting.connection_words import summary
from app.accounting.kinds import ConnectionKind
from app.accounting.models import MEGABYTE, Connection
from app.audit.models import AuditEntry
from app.core.errors import Refused
from app.extensions import db
from app.users import people
from app.web.access import Role
from tests.accounting.making import make_connection, make_sharing
from tests.factories import make_company, make_user, reload

URL = "/settings/connections"
MAIL = {"kind": "mail", "name": "Cabinet Moreau", "shares": "y", "per_mail": "1", "how": "files", "largest": "10"}


def made() -> Connection:
    return db.session.query(Connection).one()


def test_a_connection_is_made_with_the_settings_most_software_wants(browser):
    """AC-1: a free name, Factur-X by default, one document a mail, and the sender to allow is shown with it."""
    admin = make_user(Role.ADMIN)
    client = browser(admin)
    form = client.get(f"{URL}/new").text
    assert 'value="1"' in form and "base64" in form and "Journal of purchases" not in form
    answer = client.post(URL, data=MAIL | {"name": "  Cabinet   Moreau: Pennylane "}, follow_redirects=True)

    assert "Cabinet Moreau: Pennylane" in answer.text and 'data-copy="facteur@localhost"' in answer.text
    connection = made()
    assert (connection.kind, connection.per_mail, connection.is_zipped) == (ConnectionKind.MAIL, 1, False)
    assert (connection.shares, connection.adds_original, connection.adds_xml) == (True, False, False)
    assert connection.largest_mail == 10 * MEGABYTE
    assert summary(connection) in answer.text


def test_each_kind_asks_for_what_it_needs(browser):
    """AC-1: a ZIP has files and no mails, entries have journals and accounts."""
    client = browser(make_user(Role.ADMIN))
    zipped, entries = client.get(f"{URL}/new?kind=zip").text, client.get(f"{URL}/new?kind=entries").text
    assert "adds_original" in zipped and "per_mail" not in zipped
    assert 'value="401000"' in entries and 'value="ACH"' in entries and "adds_original" not in entries
    client.post(URL, data={"kind": "zip", "name": "ZIP", "adds_original": "y", "per_mail": "9"})
    client.post(URL, data={"kind": "entries", "name": "Cegid"} | codes.USUAL | {"sale_journal": "ve"})

    both = {each.kind: each for each in db.session.query(Connection)}
    assert (both[ConnectionKind.ZIP].adds_original, both[ConnectionKind.ZIP].per_mail) == (True, 1)
    assert both[ConnectionKind.ENTRIES].codes == codes.USUAL | {"sale_journal": "VE"}
    assert "journals ACH and VE" in client.get(URL).text


def test_what_lies_beyond_an_edge_is_refused(browser):
    """AC-1: at the edge and one past it; with neither Factur-X nor original nothing would be sent."""
    client = browser(make_user(Role.ADMIN))
    bad = {"per_mail": ["0", "101", ""], "largest": ["0", "51"], "how": ["other"], "name": [" ", "x" * 121]}
    nothing = {name: value for name, value in MAIL.items() if name != "shares"}
    for given in (nothing, *(MAIL | {field: value} for field, values in bad.items() for value in values)):
        answer = client.post(URL, data=given)
        assert (answer.status_code, "Not saved yet" in answer.text) == (422, True), given
    assert db.session.query(Connection).count() == 0
    for edge in ({"per_mail": "100", "largest": "50"}, {"per_mail": "1", "largest": "1", "name": "x" * 120}):
        assert client.post(URL, data=MAIL | edge).status_code == 303
    assert {each.per_mail for each in db.session.query(Connection)} == {1, 100}


def test_a_code_is_letters_and_digits(browser):
    """AC-1: S83: no account begins a formula in the accountant's spreadsheet."""
    client = browser(make_user(Role.ADMIN))
    for typed in ("=1+1", "@SUM", "-401", "401 000", "401\n2", "", "1" * 21):
        given = {"kind": "entries", "name": "Cegid"} | codes.USUAL | {"supplier": typed}
        assert client.post(URL, data=given).status_code == 422, typed
    assert db.session.query(Connection).count() == 0


def test_two_connections_are_never_called_the_same(browser):
    """AC-1: people choose them by name; those in the archive count."""
    client = browser(make_user(Role.ADMIN))
    client.post(URL, data=MAIL)
    client.post(f"{URL}/{made().id}/archiving", data={"wanted": "yes"})

    answer = client.post(URL, data=MAIL)
    assert answer.status_code == 422 and "Another connection is called so" in answer.text
    client.post(f"{URL}/{made().id}/archiving", data={"wanted": "no"})
    assert client.post(f"{URL}/{made().id}", data=MAIL | {"per_mail": "2"}).status_code == 303


def test_the_list_names_only_companies_one_administers(browser):
    """AC-1: US-3: of the others it says how many use a connection, and nobody changes it for them."""
    connection = make_connection()
    here, there = make_company("Atelier Zoé"), make_company("Secret SA")
    mine, of_both = make_user(Role.ADMIN, here), make_user(Role.ADMIN, here)
    people.join(mine, there, Role.MEMBER, by=None)
    people.join(of_both, there, Role.ADMIN, by=None)
    for company in (here, there):
        make_sharing(company, connection)
    lists = {user: browser(user).get(URL).text for user in (mine, of_both)}

    assert "and 1 other company" in lists[mine] and f"/companies/{there.id}/" not in lists[mine]
    assert f"/companies/{there.id}/accountant" in lists[of_both]
    url = f"{URL}/{connection.id}"
    assert "You cannot change this connection" in browser(mine).get(url).text
    for address, form in ((url, MAIL | {"per_mail": "5"}), (f"{url}/archiving", {"wanted": "yes"})):
        answer = browser(mine).post(address, data=form)
        assert answer.status_code == 422 and "1 company that you do not administer uses it" in answer.text
    with pytest.raises(Refused, match="1 company"):
        connections.change(connection, {"per_mail": 5}, by=mine, at=here)
    assert (reload(connection).per_mail, connection.archived_at) == (1, None)
    assert browser(of_both).post(url, data=MAIL | {"per_mail": "5"}).status_code == 303
    assert reload(connection).per_mail == 5


def test_a_connection_by_which_a_company_shares_is_not_archived(browser):
    """AC-1: nothing stops leaving because somebody tidies up; once nobody shares by it, it goes and comes back."""
    sharing = make_sharing()
    client, url = browser(make_user(Role.ADMIN, sharing.company)), f"{URL}/{sharing.connection_id}/archiving"
    answer = client.post(url, data={"wanted": "yes"})
    assert answer.status_code == 422 and "shares its documents by it" in answer.text
    sharing.shared_since = None
    db.session.commit()

    client.post(url, data={"wanted": "yes"})
    assert reload(sharing.connection).archived_at
    assert sharing.connection.name not in client.get(URL).text
    assert sharing.connection.name in client.get(f"{URL}?archived=yes").text
    client.post(url, data={"wanted": "no"})
    assert reload(sharing.connection).archived_at is None


def test_a_copy_has_all_but_the_name(browser):
    """AC-1: where a connection is not one's own to change, a like one is made of it."""
    connection = make_connection(shares=True, per_mail=7, is_zipped=True)
    form = browser(make_user(Role.ADMIN)).get(f"{URL}/new?like={connection.id}").text

    assert 'value="7"' in form and connection.name not in form


def test_changes_stand_in_the_trail_of_those_who_use_it(browser):
    """US-4: made, it stands in the trail of the company it was made from; changed, in that of each that uses it."""
    here, there = make_company("Atelier Zoé"), make_company("Menuiserie")
    admin = make_user(Role.ADMIN, here)
    people.join(admin, there, Role.ADMIN, by=None)
    client = browser(admin, here)
    client.post(URL, data=MAIL)
    make_sharing(there, made(), shared_since=None)
    client.post(f"{URL}/{made().id}", data=MAIL | {"largest": "20"})
    client.post(f"{URL}/{made().id}", data=MAIL | {"largest": "20"})

    entries = list(db.session.query(AuditEntry).filter_by(object_type="accounting_connection").order_by(AuditEntry.id))
    assert [(each.act, each.company_id) for each in entries] == [("created", here.id), ("changed", there.id)]
    assert entries[-1].changes == {"largest_mail": [10, 20]}
    trail = browser(admin).get("/audit?type=accounting_connection").text
    assert "Largest mail, in MB" in trail and "Accounting connection" in trail


@pytest.mark.parametrize("role", [Role.MEMBER, Role.APPROVER, Role.ACCOUNTANT])
def test_only_admins_have_to_do_with_connections(browser, role):
    """US-6: for others these pages are refused, and the settings that lead there too."""
    connection = make_connection()
    client = browser(make_user(role))

    for url in (URL, f"{URL}/new", f"{URL}/{connection.id}"):
        assert client.get(url).status_code == 403
    assert client.post(URL, data=MAIL).status_code == 403
    assert client.post(f"{URL}/{connection.id}/archiving", data={"wanted": "yes"}).status_code == 403


def test_the_page_says_where_nothing_can_leave(app, browser, monkeypatch):
    """AC-1: without a mail server that is said beside the sender."""
    client, says = browser(make_user(Role.ADMIN)), "No mail server is set: nothing can leave"
    assert says in client.get(URL).text
    monkeypatch.setattr(app.config["SETTINGS"], "mail_url", "smtp://127.0.0.1:9")
    assert says not in client.get(URL).text
