"""Keep the sums of matches: what a match settles counts on its document, its credit note and its line by itself."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNT = """UPDATE document SET settled_minor = settled_minor {sign} {row}.amount_minor
           WHERE id IN ({row}.document_id, {row}.credit_note_id);
           UPDATE bank_transaction SET matched_minor = matched_minor {sign} {row}.line_minor
           WHERE id = {row}.transaction_id;"""
MADE, UNDONE = COUNT.format(sign="+", row="NEW"), COUNT.format(sign="-", row="OLD")
FIXED = ("document_id", "credit_note_id", "transaction_id", "amount_minor", "line_minor")
SQLITE = (
    f"CREATE TRIGGER document_match_made AFTER INSERT ON document_match BEGIN {MADE} END",
    f"CREATE TRIGGER document_match_undone AFTER DELETE ON document_match BEGIN {UNDONE} END",
    f"""CREATE TRIGGER document_match_kept BEFORE UPDATE OF {", ".join(FIXED)} ON document_match
        BEGIN SELECT RAISE(ABORT, 'a match is undone, never changed'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION document_match_count() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'INSERT' THEN {MADE} ELSE {UNDONE} END IF;
          RETURN NULL;
        END $$""",
    """CREATE FUNCTION document_match_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'a match is undone, never changed'; END $$""",
    """CREATE TRIGGER document_match_counted AFTER INSERT OR DELETE ON document_match
       FOR EACH ROW EXECUTE FUNCTION document_match_count()""",
    f"""CREATE TRIGGER document_match_kept BEFORE UPDATE OF {", ".join(FIXED)} ON document_match
        FOR EACH ROW EXECUTE FUNCTION document_match_refuse()""",
)


def upgrade():
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER document_match_counted ON document_match")
        op.execute("DROP TRIGGER document_match_kept ON document_match")
        op.execute("DROP FUNCTION document_match_count()")
        op.execute("DROP FUNCTION document_match_refuse()")
    else:
        for name in ("made", "undone", "kept"):
            op.execute(f"DROP TRIGGER document_match_{name}")
