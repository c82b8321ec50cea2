"""the owner's regression questions, and runs of the evaluation"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), 'postgresql')


def upgrade() -> None:
    op.create_table('evaluation_runs',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('origin', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('half', sa.String(length=10), server_default='', nullable=False),
    sa.Column('with_model', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('collection_ids', JSON, nullable=True),
    sa.Column('questions', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('job_id', sa.String(length=36), server_default='', nullable=False),
    sa.Column('engine', sa.String(length=300), server_default='', nullable=False),
    sa.Column('report', sa.Text(), server_default='', nullable=False),
    sa.Column('fault', sa.String(length=64), server_default='', nullable=False),
    sa.Column('fault_text', sa.Text(), server_default='', nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_evaluation_runs_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_runs'))
    )
    op.create_index(op.f('ix_evaluation_runs_owner_id_created'), 'evaluation_runs', ['owner_id', 'created'], unique=False)
    op.create_table('regression_questions',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('assistant_id', sa.String(length=36), nullable=True),
    sa.Column('collection_id', sa.String(length=36), nullable=True),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('document_id', sa.String(length=36), nullable=True),
    sa.Column('faq_entry_id', sa.String(length=36), nullable=True),
    sa.Column('answer_contains', JSON, nullable=False),
    sa.Column('answer_must_not_contain', JSON, nullable=False),
    sa.Column('must_refuse', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('is_passed', sa.Boolean(), nullable=True),
    sa.Column('outcome', JSON, nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assistant_id'], ['assistants.id'], name=op.f('fk_regression_questions_assistant_id_assistants'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['collection_id'], ['knowledge_collections.id'], name=op.f('fk_regression_questions_collection_id_knowledge_collections'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_regression_questions_owner_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regression_questions'))
    )
    op.create_index(op.f('ix_regression_questions_owner_id_created'), 'regression_questions', ['owner_id', 'created'], unique=False)
    op.create_index(op.f('ix_regression_questions_assistant_id'), 'regression_questions', ['assistant_id'], unique=False)
    op.create_index(op.f('ix_regression_questions_collection_id'), 'regression_questions', ['collection_id'], unique=False)
    op.create_table('regression_runs',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('cause', sa.String(length=10), nullable=False),
    sa.Column('questions', sa.Integer(), nullable=False),
    sa.Column('passed', sa.Integer(), nullable=False),
    sa.Column('compared', sa.Integer(), nullable=False),
    sa.Column('passed_before', sa.Integer(), nullable=False),
    sa.Column('passed_after', sa.Integer(), nullable=False),
    sa.Column('fallen', JSON, nullable=False),
    sa.Column('has_fallen', sa.Boolean(), nullable=False),
    sa.Column('is_dismissed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_regression_runs_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regression_runs'))
    )
    op.create_index(op.f('ix_regression_runs_owner_id_created'), 'regression_runs', ['owner_id', 'created'], unique=False)


def downgrade() -> None:
    for table in ('regression_runs', 'regression_questions', 'evaluation_runs'):
        op.drop_table(table)
