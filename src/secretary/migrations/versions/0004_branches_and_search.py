"""branches_and_search"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from secretary.conversations.search.words import words_for

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH = 1000

SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE chat_search_index USING fts5(words, content='chat_search', content_rowid='number', "
    "detail=none, columnsize=0, tokenize=\"unicode61 remove_diacritics 0 tokenchars '_'\")",
    "CREATE TRIGGER chat_search_added AFTER INSERT ON chat_search BEGIN "
    "INSERT INTO chat_search_index(rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER chat_search_removed AFTER DELETE ON chat_search BEGIN "
    "INSERT INTO chat_search_index(chat_search_index, rowid, words) VALUES ('delete', old.number, old.words); END",
)
POSTGRESQL_INDEX = (
    "CREATE INDEX ix_chat_search_words ON chat_search USING gin (array_to_tsvector(string_to_array(words, ' ')))",
)


def upgrade() -> None:
    op.add_column('chat_sessions', sa.Column('message_count', sa.Integer(), server_default='0', nullable=False))
    op.add_column('chat_sessions', sa.Column('last_message', sa.String(length=120), server_default='', nullable=False))
    op.create_index('ix_chat_sessions_updated', 'chat_sessions', ['updated'])
    op.create_index('ix_chat_sessions_source_updated', 'chat_sessions', ['source', 'updated'])
    op.create_index('ix_chat_sessions_owner_id_source_updated', 'chat_sessions', ['owner_id', 'source', 'updated'])
    op.add_column('chat_messages', sa.Column('feedback_comment', sa.Text(), nullable=True))
    op.add_column('chat_messages', sa.Column('override', JSON, nullable=True))
    op.create_index('ix_chat_messages_parent_id_session_id', 'chat_messages', ['parent_id', 'session_id'])
    op.drop_index('ix_chat_messages_parent_id', 'chat_messages')
    op.create_table('chat_notes',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('session_id', sa.String(length=36), nullable=False),
    sa.Column('author_id', sa.String(length=36), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_chat_notes_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_chat_notes_session_id_chat_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_notes'))
    )
    op.create_index(op.f('ix_chat_notes_session_id'), 'chat_notes', ['session_id'])
    op.create_table('chat_search',
    sa.Column('number', NUMBER, autoincrement=True, nullable=False),
    sa.Column('message_id', sa.String(length=36), nullable=True),
    sa.Column('session_id', sa.String(length=36), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['chat_messages.id'], name=op.f('fk_chat_search_message_id_chat_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_chat_search_session_id_chat_sessions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_chat_search')),
    sa.UniqueConstraint('message_id', name=op.f('uq_chat_search_message_id'))
    )
    op.create_index(op.f('ix_chat_search_session_id'), 'chat_search', ['session_id'])
    for statement in SQLITE_INDEX if op.get_bind().dialect.name == 'sqlite' else POSTGRESQL_INDEX:
        op.execute(statement)
    _fill(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TABLE chat_search_index')
    op.drop_table('chat_search')
    op.drop_table('chat_notes')
    op.create_index('ix_chat_messages_parent_id', 'chat_messages', ['parent_id'])
    op.drop_index('ix_chat_messages_parent_id_session_id', 'chat_messages')
    op.drop_column('chat_messages', 'override')
    op.drop_column('chat_messages', 'feedback_comment')
    op.drop_index('ix_chat_sessions_owner_id_source_updated', 'chat_sessions')
    op.drop_index('ix_chat_sessions_source_updated', 'chat_sessions')
    op.drop_index('ix_chat_sessions_updated', 'chat_sessions')
    op.drop_column('chat_sessions', 'last_message')
    op.drop_column('chat_sessions', 'message_count')


def _fill(bind: sa.Connection) -> None:
    """Count and index what is there already."""
    bind.execute(sa.text(
        "UPDATE chat_sessions SET message_count = "
        "(SELECT count(*) FROM chat_messages WHERE chat_messages.session_id = chat_sessions.id), last_message = "
        "coalesce((SELECT substr(content, 1, 120) FROM chat_messages WHERE chat_messages.id = chat_sessions.leaf_id), '')"
    ))
    last = ""
    while rows := bind.execute(sa.text(
        "SELECT m.id, m.session_id, m.content, s.owner_id FROM chat_messages m JOIN chat_sessions s "
        "ON s.id = m.session_id WHERE m.id > :last ORDER BY m.id LIMIT :batch"
    ), {"last": last, "batch": BATCH}).all():
        bind.execute(
            sa.text("INSERT INTO chat_search (message_id, session_id, words) VALUES (:message, :session, :words)"),
            [
                {"message": row.id, "session": row.session_id, "words": words_for(row.content, row.session_id, row.owner_id)}
                for row in rows
            ],
        )
        last = rows[-1].id
