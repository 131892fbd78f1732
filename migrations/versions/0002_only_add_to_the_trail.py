"""Only add to the trail: the database itself refuses to change or delete a row of it."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
       BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    """CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry
       WHEN OLD.hash IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at
         OR NEW.company_id IS NOT OLD.company_id OR NEW.user_id IS NOT OLD.user_id
         OR NEW.user_name IS NOT OLD.user_name OR NEW.object_type IS NOT OLD.object_type
         OR NEW.object_id IS NOT OLD.object_id OR NEW.act IS NOT OLD.act
         OR NEW.why IS NOT OLD.why OR NEW.changes IS NOT OLD.changes
         OR EXISTS (SELECT 1 FROM audit_entry WHERE position = NEW.position AND id <> NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
    # No trigger of deletion is asked where a new row replaces another with its id or its place.
    """CREATE TRIGGER audit_entry_new BEFORE INSERT ON audit_entry
       WHEN NEW.position IS NOT NULL OR EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
       BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'UPDATE' AND OLD.hash IS NULL
            AND (to_jsonb(NEW) - ARRAY['hash', 'previous_hash', 'position'])
              = (to_jsonb(OLD) - ARRAY['hash', 'previous_hash', 'position']) THEN
           RETURN NEW;
         END IF;
         RAISE EXCEPTION 'the audit trail is append-only';
       END $$""",
    """CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
       FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
    """CREATE TRIGGER audit_entry_whole BEFORE TRUNCATE ON audit_entry
       FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()""",
)


def upgrade():
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_entry_kept ON audit_entry")
        op.execute("DROP TRIGGER audit_entry_whole ON audit_entry")
        op.execute("DROP FUNCTION audit_entry_refuse()")
    else:
        op.execute("DROP TRIGGER audit_entry_kept")
        op.execute("DROP TRIGGER audit_entry_unchanged")
        op.execute("DROP TRIGGER audit_entry_new")
