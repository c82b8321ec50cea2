"""documents of the knowledge, their versions and passages, and what passages mean to a model"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('chunk_vectors',
    sa.Column('text_hash', sa.String(length=64), nullable=False),
    sa.Column('model', sa.String(length=200), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('text_hash', 'model', name=op.f('pk_chunk_vectors'))
    )
    op.create_table('knowledge_documents',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('source_type', sa.String(length=10), nullable=False),
    sa.Column('source_url', sa.String(length=2000), server_default='', nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('fault', sa.String(length=50), server_default='', nullable=False),
    sa.Column('language', sa.String(length=2), server_default='ru', nullable=False),
    sa.Column('content', sa.Text(), server_default='', nullable=False),
    sa.Column('content_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('source_hash', sa.String(length=64), server_default='', nullable=False),
    sa.Column('search_text', sa.Text(), server_default='', nullable=False),
    sa.Column('version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('file_size_bytes', sa.Integer(), server_default='0', nullable=False),
    sa.Column('section_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_knowledge_documents_owner_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_knowledge_documents')),
    sa.UniqueConstraint('owner_id', 'filename', name=op.f('uq_knowledge_documents_owner_id_filename'))
    )
    op.create_index('ix_knowledge_documents_created_id', 'knowledge_documents', ['created', 'id'], unique=False)
    op.create_index(op.f('ix_knowledge_documents_owner_id'), 'knowledge_documents', ['owner_id'], unique=False)
    op.create_index('ix_knowledge_documents_shared_filename', 'knowledge_documents', ['filename'], unique=True, sqlite_where=sa.text('owner_id is null'), postgresql_where=sa.text('owner_id is null'))
    op.create_table('document_chunks',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(length=500), server_default='', nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('begins', sa.Integer(), nullable=False),
    sa.Column('ends', sa.Integer(), nullable=False),
    sa.Column('text_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['knowledge_documents.id'], name=op.f('fk_document_chunks_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_chunks')),
    sa.UniqueConstraint('document_id', 'position', name=op.f('uq_document_chunks_document_id_position'))
    )
    op.create_index(op.f('ix_document_chunks_text_hash'), 'document_chunks', ['text_hash'], unique=False)
    op.create_table('document_collections',
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('collection_id', sa.String(length=36), nullable=False),
    sa.ForeignKeyConstraint(['collection_id'], ['knowledge_collections.id'], name=op.f('fk_document_collections_collection_id_knowledge_collections'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['document_id'], ['knowledge_documents.id'], name=op.f('fk_document_collections_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'collection_id', name=op.f('pk_document_collections'))
    )
    op.create_index(op.f('ix_document_collections_collection_id'), 'document_collections', ['collection_id'], unique=False)
    op.create_table('document_versions',
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('author_id', sa.String(length=36), nullable=True),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_document_versions_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['document_id'], ['knowledge_documents.id'], name=op.f('fk_document_versions_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'number', name=op.f('pk_document_versions'))
    )
    op.add_column('knowledge_collections', sa.Column('documents_version', sa.Integer(), server_default='1', nullable=False))


def downgrade() -> None:
    op.drop_column('knowledge_collections', 'documents_version')
    for table in (
        'chunk_vectors', 'document_chunks', 'document_collections', 'document_versions', 'knowledge_documents',
    ):
        op.drop_table(table)
