"""find documents by the words on their pages, and keep views of lists"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

FTS = """CREATE VIRTUAL TABLE document_fts USING fts5(facts, pages, content='document_text',
content_rowid='document_id', tokenize="ascii tokenchars '=.'", prefix='2 3', detail='none', columnsize=0)"""
ADD = "INSERT INTO document_fts(rowid, facts, pages) VALUES (new.document_id, new.facts, new.pages);"
REMOVE = """INSERT INTO document_fts(document_fts, rowid, facts, pages)
VALUES ('delete', old.document_id, old.facts, old.pages);"""
WORDS = "array_to_tsvector(string_to_array(btrim(facts || pages), ' '))"


def upgrade():
    op.create_table('document_text',
    sa.Column('document_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('pages', sa.Text(), nullable=False),
    sa.Column('reading_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['document_id'], ['document.id'], name=op.f('fk_document_text_document_id_document'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_document_text'))
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS)
        op.execute(f"CREATE TRIGGER document_text_added AFTER INSERT ON document_text BEGIN {ADD} END")
        op.execute(f"CREATE TRIGGER document_text_gone AFTER DELETE ON document_text BEGIN {REMOVE} END")
        op.execute(f"""CREATE TRIGGER document_text_changed AFTER UPDATE OF document_id, facts, pages ON document_text
        BEGIN {REMOVE} {ADD} END""")
    else:  # nothing is put off until later: what waits there would be looked through by every search
        op.execute(f"CREATE INDEX ix_document_text_words ON document_text USING gin ({WORDS}) WITH (fastupdate = off)")
    op.create_table('saved_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('is_shared', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['company.id'], name=op.f('fk_saved_view_company_id_company'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_saved_view_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view'))
    )
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_view_company_id'), ['company_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_saved_view_user_id'), ['user_id'], unique=False)


def downgrade():
    op.drop_table('saved_view')
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE document_fts")
    op.drop_table('document_text')
