"""business hours and hand-over rules of an assistant; the owner's messenger"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), 'postgresql')


def upgrade() -> None:
    op.add_column('assistants', sa.Column('hours', JSON, nullable=True))
    op.add_column('assistants', sa.Column('handover', JSON, server_default=sa.text("'{}'"), nullable=False))
    op.create_table('operator_links',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('user_id', sa.String(length=36), nullable=False),
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('person_key', sa.String(length=100), nullable=False),
    sa.Column('address', JSON, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('morning', sa.Boolean(), nullable=False),
    sa.Column('evening', sa.Boolean(), nullable=False),
    sa.Column('summed_up', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_operator_links_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_operator_links_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_links')),
    sa.UniqueConstraint('user_id', 'instance_id', name=op.f('uq_operator_links_user_id_instance_id')),
    sa.UniqueConstraint('instance_id', 'person_key', name=op.f('uq_operator_links_instance_id_person_key'))
    )
    op.create_table('operator_link_codes',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.String(length=36), nullable=False),
    sa.Column('instance_id', sa.String(length=36), nullable=False),
    sa.Column('expires', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_operator_link_codes_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['instance_id'], ['channel_instances.id'], name=op.f('fk_operator_link_codes_instance_id_channel_instances'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_operator_link_codes'))
    )
    op.create_index(op.f('ix_operator_link_codes_instance_id'), 'operator_link_codes', ['instance_id'], unique=False)
    op.create_index(op.f('ix_operator_link_codes_user_id'), 'operator_link_codes', ['user_id'], unique=False)
    op.create_table('operator_cards',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('link_id', sa.String(length=36), nullable=False),
    sa.Column('session_id', sa.String(length=36), nullable=False),
    sa.Column('question_id', sa.String(length=36), nullable=True),
    sa.Column('provider_message_id', sa.String(length=200), nullable=False),
    sa.Column('awaiting', sa.String(length=10), nullable=False),
    sa.Column('awaiting_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acts', sa.Boolean(), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("awaiting in ('', 'answer', 'teach')", name=op.f('ck_operator_cards_awaiting')),
    sa.ForeignKeyConstraint(['link_id'], ['operator_links.id'], name=op.f('fk_operator_cards_link_id_operator_links'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['chat_sessions.id'], name=op.f('fk_operator_cards_session_id_chat_sessions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['chat_messages.id'], name=op.f('fk_operator_cards_question_id_chat_messages'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_cards'))
    )
    op.create_index('ix_operator_cards_shown', 'operator_cards', ['link_id', 'provider_message_id'], unique=False)
    op.create_index(op.f('ix_operator_cards_question_id'), 'operator_cards', ['question_id'], unique=False)
    op.create_index(op.f('ix_operator_cards_session_id'), 'operator_cards', ['session_id'], unique=False)


def downgrade() -> None:
    op.drop_table('operator_cards')
    op.drop_table('operator_link_codes')
    op.drop_table('operator_links')
    op.drop_column('assistants', 'handover')
    op.drop_column('assistants', 'hours')
