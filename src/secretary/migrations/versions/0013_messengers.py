"""messengers: who runs an instance, what came, with whom it talks, what became of what went out"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), 'postgresql')
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column('channel_instances', sa.Column('auto_start', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('channel_instances', sa.Column('sealed_secrets', sa.Text(), nullable=True))
    op.add_column('channel_instances', sa.Column('secret_mark', sa.String(length=64), nullable=True))
    op.add_column('channel_instances', sa.Column('webhook_key', sa.String(length=43), nullable=True))
    op.create_index('ix_channel_instances_kind_secret_mark', 'channel_instances', ['kind', 'secret_mark'], unique=True)

    op.create_table('channel_runs',
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('holder', sa.String(length=36), nullable=True),
    sa.Column('lease_until', TIME, nullable=True),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('since', TIME, nullable=False),
    sa.Column('cursor', sa.BigInteger(), nullable=True),
    sa.Column('identity', JSON, nullable=False),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_channel_runs_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('instance_id', name=op.f('pk_channel_runs'))
    )
    op.create_table('channel_receipts',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('thread', sa.String(length=100), nullable=False),
    sa.Column('order', sa.BigInteger(), nullable=False),
    sa.Column('follows', sa.BigInteger(), nullable=True),
    sa.Column('payload', JSON, nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('received', TIME, nullable=False),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_channel_receipts_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_receipts')),
    sa.UniqueConstraint('instance_id', 'key', name=op.f('uq_channel_receipts_instance_id_key'))
    )
    op.create_index('ix_channel_receipts_waiting', 'channel_receipts', ['instance_id', 'thread', 'order'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_channel_receipts_received', 'channel_receipts', ['received'], unique=False)

    op.create_table('channel_threads',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('thread', sa.String(length=100), nullable=False),
    sa.Column('session_id', sa.String(length=36), nullable=True),
    sa.Column('contact_id', sa.String(length=36), nullable=True),
    sa.Column('person_key', sa.String(length=100), nullable=False),
    sa.Column('username', sa.String(length=100), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('address', JSON, nullable=False),
    sa.Column('is_group', sa.Boolean(), nullable=False),
    sa.Column('referral', sa.String(length=200), nullable=False),
    sa.Column('last_inbound', TIME, nullable=False),
    sa.Column('left', TIME, nullable=True),
    sa.Column('created', TIME, nullable=False),
    sa.Column('updated', TIME, nullable=False),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_channel_threads_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_channel_threads_session_id_chat_sessions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_channel_threads_contact_id_contacts'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_threads')),
    sa.UniqueConstraint('instance_id', 'thread', name=op.f('uq_channel_threads_instance_id_thread'))
    )
    op.create_index(op.f('ix_channel_threads_session_id'), 'channel_threads', ['session_id'], unique=False)
    op.create_index(op.f('ix_channel_threads_contact_id'), 'channel_threads', ['contact_id'], unique=False)

    op.create_table('channel_deliveries',
    sa.Column('message_id', sa.String(length=36), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('session_id', sa.String(length=36), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('provider_message_id', sa.String(length=200), nullable=True),
    sa.Column('shown_id', sa.String(length=200), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('updated', TIME, nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['chat_messages.id'], name=op.f('fk_channel_deliveries_message_id_chat_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_channel_deliveries_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_channel_deliveries_session_id_chat_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', 'part', name=op.f('pk_channel_deliveries'))
    )
    op.create_index('ix_channel_deliveries_provider', 'channel_deliveries', ['instance_id', 'provider_message_id'], unique=False)
    op.create_index('ix_channel_deliveries_session_id', 'channel_deliveries', ['session_id'], unique=False)

    op.create_table('channel_log',
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('at', TIME, nullable=False),
    sa.Column('level', sa.String(length=10), nullable=False),
    sa.Column('event', sa.String(length=64), nullable=False),
    sa.Column('details', JSON, nullable=False),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_channel_log_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_channel_log'))
    )
    op.create_index('ix_channel_log_instance_id_number', 'channel_log', ['instance_id', 'number'], unique=False)


def downgrade() -> None:
    for table in ('channel_log', 'channel_deliveries', 'channel_threads', 'channel_receipts', 'channel_runs'):
        op.drop_table(table)
    op.drop_index('ix_channel_instances_kind_secret_mark', 'channel_instances')
    for column in ('webhook_key', 'secret_mark', 'sealed_secrets', 'auto_start'):
        op.drop_column('channel_instances', column)
