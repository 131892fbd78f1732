"""People, companies, memberships, and how one signs in."""
