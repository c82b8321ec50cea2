"""contacts, the inbox and its hand-over, canned answers, attachments"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), 'postgresql')
PROVEN = sa.text("evidence in ('channel', 'verified')")

# Raw, with the foreign key in the column: Alembic would rebuild the whole table on SQLite.
SESSION_COLUMNS = (
    "contact_id VARCHAR(36) CONSTRAINT fk_chat_sessions_contact_id_contacts REFERENCES contacts (id) ON DELETE SET NULL",
    "state VARCHAR(10) DEFAULT 'secretary' NOT NULL",
    "assignee_id VARCHAR(36) CONSTRAINT fk_chat_sessions_assignee_id_users REFERENCES users (id) ON DELETE SET NULL",
    "held_until {moment}",
    "waiting_since {moment}",
    "hand_over_reason VARCHAR(20) DEFAULT '' NOT NULL",
    "unread INTEGER DEFAULT '0' NOT NULL",
)
MESSAGE_COLUMNS = (
    "author_id VARCHAR(36) CONSTRAINT fk_chat_messages_author_id_users REFERENCES users (id) ON DELETE SET NULL",
    "held BOOLEAN DEFAULT {no} NOT NULL",
    "provider_message_id VARCHAR(200)",
    "withdrawn {moment}",
    "attachment_count INTEGER DEFAULT '0' NOT NULL",
)
INDEXES = (
    ('ix_chat_sessions_state_updated', 'chat_sessions', ['state', 'updated'], None),
    ('ix_chat_sessions_assignee_id_updated', 'chat_sessions', ['assignee_id', 'updated'], 'assignee_id is not null'),
    ('ix_chat_sessions_contact_id_updated', 'chat_sessions', ['contact_id', 'updated'], 'contact_id is not null'),
    ('ix_chat_sessions_held_until', 'chat_sessions', ['held_until'], 'held_until is not null'),
    ('ix_chat_sessions_unread', 'chat_sessions', ['updated'], 'unread > 0'),
    ('ix_chat_messages_author_id', 'chat_messages', ['author_id'], 'author_id is not null'),
    ('ix_chat_messages_session_id_provider_message_id', 'chat_messages', ['session_id', 'provider_message_id'],
     'provider_message_id is not null'),
)


def upgrade() -> None:
    op.create_table('contacts',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('tenant', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('fields', JSON, nullable=False),
    sa.Column('tags', JSON, nullable=False),
    sa.Column('search_text', sa.Text(), server_default='', nullable=False),
    sa.Column('blocked', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('merged_into', sa.String(length=36), nullable=True),
    sa.Column('root_id', sa.String(length=36), nullable=False),
    sa.Column('first_seen', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['merged_into'], ['contacts.id'], name=op.f('fk_contacts_merged_into_contacts'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_contacts_owner_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contacts'))
    )
    op.create_index('ix_contacts_last_seen', 'contacts', ['last_seen'])
    op.create_index(op.f('ix_contacts_merged_into'), 'contacts', ['merged_into'])
    op.create_index('ix_contacts_owner_id_last_seen', 'contacts', ['owner_id', 'last_seen'])
    op.create_index(op.f('ix_contacts_root_id'), 'contacts', ['root_id'])
    op.create_table('contact_identities',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('contact_id', sa.String(length=36), nullable=False),
    sa.Column('tenant', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('evidence', sa.String(length=10), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_contact_identities_contact_id_contacts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_identities'))
    )
    op.create_index(op.f('ix_contact_identities_contact_id'), 'contact_identities', ['contact_id'])
    op.create_index('ix_contact_identities_tenant_value', 'contact_identities', ['tenant', 'value'])
    op.create_index('uq_contact_identities_proven', 'contact_identities', ['tenant', 'kind', 'value'], unique=True, sqlite_where=PROVEN, postgresql_where=PROVEN)
    op.create_table('contact_notes',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('contact_id', sa.String(length=36), nullable=False),
    sa.Column('author_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_contact_notes_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['contact_id'], ['contacts.id'], name=op.f('fk_contact_notes_contact_id_contacts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_notes'))
    )
    op.create_index(op.f('ix_contact_notes_contact_id'), 'contact_notes', ['contact_id'])
    op.create_table('canned_answers',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('shortcut', sa.String(length=30), nullable=False),
    sa.Column('title', sa.String(length=100), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_canned_answers_owner_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_answers')),
    sa.UniqueConstraint('owner_id', 'shortcut', name=op.f('uq_canned_answers_owner_id_shortcut'))
    )
    op.create_table('chat_attachments',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('session_id', sa.String(length=36), nullable=False),
    sa.Column('message_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=True),
    sa.Column('ref', JSON, nullable=False),
    sa.Column('path', sa.String(length=200), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['chat_messages.id'], name=op.f('fk_chat_attachments_message_id_chat_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_chat_attachments_session_id_chat_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_attachments'))
    )
    op.create_index(op.f('ix_chat_attachments_message_id'), 'chat_attachments', ['message_id'])
    op.create_index(op.f('ix_chat_attachments_session_id'), 'chat_attachments', ['session_id'])
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    words = {'moment': 'DATETIME' if is_sqlite else 'TIMESTAMP WITH TIME ZONE', 'no': '0' if is_sqlite else 'false'}
    for table, columns in (('chat_sessions', SESSION_COLUMNS), ('chat_messages', MESSAGE_COLUMNS)):
        for column in columns:
            op.execute(f'ALTER TABLE {table} ADD COLUMN {column.format(**words)}')
    for name, table, names, condition in INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(name, table, names, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    for table, columns in (('chat_messages', MESSAGE_COLUMNS), ('chat_sessions', SESSION_COLUMNS)):
        for column in reversed(columns):
            op.execute(f'ALTER TABLE {table} DROP COLUMN {column.split()[0]}')
    for table in ('chat_attachments', 'canned_answers', 'contact_notes', 'contact_identities', 'contacts'):
        op.drop_table(table)
