"""audit"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('audit_log',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('timestamp', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.String(length=16), nullable=False),
    sa.Column('user_id', sa.String(length=64), nullable=False),
    sa.Column('session_id', sa.String(length=64), nullable=False),
    sa.Column('user_ip', sa.String(length=64), nullable=False),
    sa.Column('action', sa.String(length=32), nullable=False),
    sa.Column('resource', sa.String(length=32), nullable=False),
    sa.Column('resource_id', sa.String(length=64), nullable=False),
    sa.Column('details', JSON, nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_log')),
    sa.UniqueConstraint('number', name=op.f('uq_audit_log_number'))
    )
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_log_timestamp_audit_log_number'), ['timestamp', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_log_action_audit_log_timestamp_audit_log_number'), ['action', 'timestamp', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_log_resource_audit_log_timestamp_audit_log_number'), ['resource', 'timestamp', 'number'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_log_user_id_audit_log_timestamp_audit_log_number'), ['user_id', 'timestamp', 'number'], unique=False)

    op.create_table('audit_seals',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('removed', sa.BigInteger(), nullable=False),
    sa.Column('timestamp', sa.DateTime(timezone=True), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('signature', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_seals'))
    )

    op.create_table('audit_keys',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('sealed_key', sa.String(length=300), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_keys'))
    )


def downgrade() -> None:
    op.drop_table('audit_keys')
    op.drop_table('audit_seals')
    op.drop_table('audit_log')
