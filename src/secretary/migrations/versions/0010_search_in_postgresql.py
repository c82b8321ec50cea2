"""search in PostgreSQL itself: passages as terms, and in how many passages each term stands"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

# The counts follow the passages in the transaction that changes them, whoever changes them: a document that is
# deleted takes its passages along by the foreign key, and they their counts. The row of a collection is the lock, so
# that two writers never wait for each other's terms. A term that begins with @ names the collection: it has no count.
COUNT = "count(*) AS passages, sum(length) AS length FROM changed GROUP BY collection_id"
TERMS = """
    SELECT c.collection_id, t.lexeme AS term, count(*) AS passages FROM changed c, unnest(c.words) t
    WHERE NOT starts_with(t.lexeme, '@') GROUP BY c.collection_id, t.lexeme
"""
LOCK = """
    PERFORM 1 FROM search_collections s WHERE s.collection_id IN (SELECT collection_id FROM changed)
    ORDER BY s.collection_id FOR UPDATE;
"""
ADDED = f"""
CREATE FUNCTION search_passages_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {LOCK}
    UPDATE search_collections s SET passages = s.passages + n.passages, length = s.length + n.length
    FROM (SELECT collection_id, {COUNT}) n WHERE n.collection_id = s.collection_id;
    WITH found AS ({TERMS}), known AS (
        UPDATE search_terms s SET passages = s.passages + f.passages FROM found f
        WHERE s.collection_id = f.collection_id AND s.term = f.term RETURNING s.collection_id, s.term
    )
    INSERT INTO search_terms (collection_id, term, passages, size, letters)
    SELECT f.collection_id, f.term, f.passages, char_length(f.term),
        (SELECT bit_or(1::bigint << (ascii(letter) & 63)) FROM string_to_table(f.term, NULL) letter)
    FROM found f WHERE NOT EXISTS (
        SELECT FROM known k WHERE k.collection_id = f.collection_id AND k.term = f.term
    );
    RETURN NULL;
END $$
"""
REMOVED = f"""
CREATE FUNCTION search_passages_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {LOCK}
    UPDATE search_collections s SET passages = s.passages - n.passages, length = s.length - n.length
    FROM (SELECT collection_id, {COUNT}) n WHERE n.collection_id = s.collection_id;
    WITH found AS ({TERMS}), gone AS (
        DELETE FROM search_terms s USING found f
        WHERE s.collection_id = f.collection_id AND s.term = f.term AND s.passages <= f.passages
    )
    UPDATE search_terms s SET passages = s.passages - f.passages FROM found f
    WHERE s.collection_id = f.collection_id AND s.term = f.term AND s.passages > f.passages;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    ADDED,
    REMOVED,
    "CREATE TRIGGER search_passages_added AFTER INSERT ON search_passages REFERENCING NEW TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION search_passages_added()",
    "CREATE TRIGGER search_passages_removed AFTER DELETE ON search_passages REFERENCING OLD TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION search_passages_removed()",
)


def upgrade() -> None:
    if op.get_bind().dialect.name != 'postgresql':
        return
    op.create_table('search_collections',
    sa.Column('collection_id', sa.String(length=36), nullable=False),
    sa.Column('passages', sa.Integer(), server_default='0', nullable=False),
    sa.Column('length', sa.BigInteger(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('collection_id', name=op.f('pk_search_collections')),
    sa.ForeignKeyConstraint(['collection_id'], ['knowledge_collections.id'], name=op.f('fk_search_collections_collection_id_knowledge_collections'), ondelete='CASCADE')
    )
    op.create_table('search_documents',
    sa.Column('collection_id', sa.String(length=36), nullable=False),
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('collection_id', 'document_id', name=op.f('pk_search_documents')),
    sa.ForeignKeyConstraint(['collection_id'], ['search_collections.collection_id'], name=op.f('fk_search_documents_collection_id_search_collections'), ondelete='CASCADE')
    )
    op.create_table('search_passages',
    sa.Column('chunk_id', sa.String(length=36), nullable=False),
    sa.Column('collection_id', sa.String(length=36), nullable=False),
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('text_hash', sa.String(length=64), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.Column('words', TSVECTOR(), nullable=False),
    sa.PrimaryKeyConstraint('chunk_id', 'collection_id', name=op.f('pk_search_passages')),
    sa.ForeignKeyConstraint(['chunk_id'], ['document_chunks.id'], name=op.f('fk_search_passages_chunk_id_document_chunks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['collection_id'], ['search_collections.collection_id'], name=op.f('fk_search_passages_collection_id_search_collections'), ondelete='CASCADE')
    )
    op.create_index('ix_search_passages_collection_id_document_id', 'search_passages', ['collection_id', 'document_id'])
    op.create_index('ix_search_passages_text_hash', 'search_passages', ['text_hash'])
    op.create_index('ix_search_passages_words', 'search_passages', ['words'], postgresql_using='gin', postgresql_with={'fastupdate': 'off'})
    op.create_table('search_terms',
    sa.Column('collection_id', sa.String(length=36), nullable=False),
    sa.Column('term', sa.Text(), nullable=False),
    sa.Column('passages', sa.Integer(), nullable=False),
    sa.Column('size', sa.SmallInteger(), nullable=False),
    sa.Column('letters', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('collection_id', 'term', name=op.f('pk_search_terms')),
    sa.ForeignKeyConstraint(['collection_id'], ['search_collections.collection_id'], name=op.f('fk_search_terms_collection_id_search_collections'), ondelete='CASCADE')
    )
    op.create_index('ix_search_terms_collection_id_size', 'search_terms', ['collection_id', 'size'], postgresql_include=['letters', 'term'])
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name != 'postgresql':
        return
    op.execute('DROP TABLE IF EXISTS search_vectors')  # made by the search where the extension is
    for table in ('search_terms', 'search_passages', 'search_documents', 'search_collections'):
        op.drop_table(table)
    op.execute('DROP FUNCTION search_passages_added()')
    op.execute('DROP FUNCTION search_passages_removed()')
