"""questions that nobody answered, and documents that contradict each other"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), 'postgresql')


def upgrade() -> None:
    op.create_table('compared_documents',
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('stamp', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['knowledge_documents.id'], name=op.f('fk_compared_documents_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_compared_documents'))
    )
    op.create_table('contradictions',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('first_document_id', sa.String(length=36), nullable=False),
    sa.Column('second_document_id', sa.String(length=36), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('terms', JSON, nullable=False),
    sa.Column('first_chunk_id', sa.String(length=36), nullable=False),
    sa.Column('second_chunk_id', sa.String(length=36), nullable=False),
    sa.Column('first_text', sa.Text(), nullable=False),
    sa.Column('second_text', sa.Text(), nullable=False),
    sa.Column('first_value', sa.String(length=200), nullable=False),
    sa.Column('second_value', sa.String(length=200), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['first_document_id'], ['knowledge_documents.id'], name=op.f('fk_contradictions_first_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_document_id'], ['knowledge_documents.id'], name=op.f('fk_contradictions_second_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contradictions')),
    sa.UniqueConstraint('first_document_id', 'second_document_id', 'key', name=op.f('uq_contradictions_first_document_id_second_document_id_key'))
    )
    op.create_index('ix_contradictions_created_id', 'contradictions', ['created', 'id'], unique=False)
    op.create_index(op.f('ix_contradictions_first_chunk_id'), 'contradictions', ['first_chunk_id'], unique=False)
    op.create_index(op.f('ix_contradictions_second_chunk_id'), 'contradictions', ['second_chunk_id'], unique=False)
    op.create_index(op.f('ix_contradictions_second_document_id'), 'contradictions', ['second_document_id'], unique=False)
    op.create_index(op.f('ix_contradictions_state'), 'contradictions', ['state'], unique=False)
    op.create_table('document_statements',
    sa.Column('document_id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('subject_key', sa.String(length=32), nullable=False),
    sa.Column('terms', JSON, nullable=False),
    sa.Column('context', JSON, nullable=False),
    sa.Column('value', JSON, nullable=False),
    sa.Column('chunk_id', sa.String(length=36), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('shown', sa.String(length=200), nullable=False),
    sa.Column('is_row', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['knowledge_documents.id'], name=op.f('fk_document_statements_document_id_knowledge_documents'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'number', name=op.f('pk_document_statements'))
    )
    op.create_index(op.f('ix_document_statements_subject_key'), 'document_statements', ['subject_key'], unique=False)
    op.create_table('unanswered_groups',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('assistant_id', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('reopened', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('settled', sa.DateTime(timezone=True), nullable=True),
    sa.Column('faq_entry_id', sa.String(length=36), nullable=True),
    sa.Column('document_id', sa.String(length=36), nullable=True),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['knowledge_documents.id'], name=op.f('fk_unanswered_groups_document_id_knowledge_documents'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['faq_entry_id'], ['faq_entries.id'], name=op.f('fk_unanswered_groups_faq_entry_id_faq_entries'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_unanswered_groups_owner_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unanswered_groups'))
    )
    op.create_index('ix_unanswered_groups_assistant_id_owner_id', 'unanswered_groups', ['assistant_id', 'owner_id'], unique=False)
    op.create_index(op.f('ix_unanswered_groups_document_id'), 'unanswered_groups', ['document_id'], unique=False)
    op.create_index(op.f('ix_unanswered_groups_faq_entry_id'), 'unanswered_groups', ['faq_entry_id'], unique=False)
    op.create_index(op.f('ix_unanswered_groups_owner_id'), 'unanswered_groups', ['owner_id'], unique=False)
    op.create_index(op.f('ix_unanswered_groups_state'), 'unanswered_groups', ['state'], unique=False)
    op.create_table('unanswered_questions',
    sa.Column('answer_id', sa.String(length=36), nullable=False),
    sa.Column('question_id', sa.String(length=36), nullable=False),
    sa.Column('session_id', sa.String(length=36), nullable=False),
    sa.Column('group_id', sa.String(length=36), nullable=True),
    sa.Column('assistant_id', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('reason', sa.String(length=12), nullable=False),
    sa.Column('is_shown', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('terms', sa.Text(), server_default='', nullable=False),
    sa.Column('search_text', sa.Text(), server_default='', nullable=False),
    sa.Column('meaning', sa.LargeBinary(), nullable=True),
    sa.Column('meant_by', sa.String(length=200), server_default='', nullable=False),
    sa.Column('asked', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['answer_id'], ['chat_messages.id'], name=op.f('fk_unanswered_questions_answer_id_chat_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['unanswered_groups.id'], name=op.f('fk_unanswered_questions_group_id_unanswered_groups'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_unanswered_questions_owner_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['question_id'], ['chat_messages.id'], name=op.f('fk_unanswered_questions_question_id_chat_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_unanswered_questions_session_id_chat_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('answer_id', name=op.f('pk_unanswered_questions'))
    )
    op.create_index('ix_unanswered_questions_group_id_asked', 'unanswered_questions', ['group_id', 'asked'], unique=False)
    op.create_index(op.f('ix_unanswered_questions_owner_id'), 'unanswered_questions', ['owner_id'], unique=False)
    op.create_index(op.f('ix_unanswered_questions_question_id'), 'unanswered_questions', ['question_id'], unique=False)
    op.create_index(op.f('ix_unanswered_questions_session_id'), 'unanswered_questions', ['session_id'], unique=False)


def downgrade() -> None:
    for table in (
        'unanswered_questions', 'unanswered_groups', 'document_statements', 'contradictions', 'compared_documents',
    ):
        op.drop_table(table)
