"""Approval: steps, who is asked, the mailed links, and what was decided."""
