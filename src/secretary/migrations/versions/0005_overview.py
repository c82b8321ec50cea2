"""overview: schedules, folded hours, and the indexes by which they are counted"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('schedules',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('payload', JSON, nullable=False),
    sa.Column('rule', JSON, nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('enabled', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('next_run', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_run', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_schedules'))
    )
    op.create_index(op.f('ix_schedules_enabled_schedules_next_run'), 'schedules', ['enabled', 'next_run'], unique=False)
    op.create_table('overview_hours',
    sa.Column('assistant_id', sa.String(length=36), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('hour', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('counts', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('assistant_id', 'source', 'hour', name=op.f('pk_overview_hours')),
    sqlite_with_rowid=False
    )
    op.create_table('overview_fold',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('folded_until', sa.Integer(), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_overview_fold'))
    )
    op.create_index('ix_chat_sessions_created', 'chat_sessions', ['created'], unique=False)
    op.create_index('ix_chat_messages_created', 'chat_messages', ['created'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_chat_messages_created', table_name='chat_messages')
    op.drop_index('ix_chat_sessions_created', table_name='chat_sessions')
    op.drop_table('overview_fold')
    op.drop_table('overview_hours')
    op.drop_table('schedules')
