"""providers, prices, prompts of old, usage with its limits, and settings made at run time"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table('llm_prices',
    sa.Column('provider_type', sa.String(length=20), nullable=False),
    sa.Column('model', sa.String(length=200), nullable=False),
    sa.Column('is_known', sa.Boolean(), nullable=False),
    sa.Column('input_micro', sa.BigInteger(), nullable=False),
    sa.Column('cached_input_micro', sa.BigInteger(), nullable=False),
    sa.Column('output_micro', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('provider_type', 'model', name=op.f('pk_llm_prices'))
    )
    op.create_table('system_config',
    sa.Column('key', sa.String(length=50), nullable=False),
    sa.Column('value', JSON, nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_system_config'))
    )
    op.create_table('usage_hours',
    sa.Column('hour', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('service_type', sa.String(length=10), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('assistant_id', sa.String(length=36), nullable=False),
    sa.Column('api_key_id', sa.String(length=36), nullable=False),
    sa.Column('backend', sa.String(length=60), nullable=False),
    sa.Column('model', sa.String(length=200), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('place', sa.BigInteger(), nullable=False),
    sa.Column('requests', sa.BigInteger(), nullable=False),
    sa.Column('failed', sa.BigInteger(), nullable=False),
    sa.Column('units', sa.BigInteger(), nullable=False),
    sa.Column('prompt_tokens', sa.BigInteger(), nullable=False),
    sa.Column('completion_tokens', sa.BigInteger(), nullable=False),
    sa.Column('cost_micro', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('hour', 'service_type', 'source', 'assistant_id', 'api_key_id', 'backend', 'model', 'currency', name=op.f('pk_usage_hours')),
    sqlite_with_rowid=False
    )
    op.create_table('usage_log',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('service_type', sa.String(length=10), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('source', sa.String(length=20), server_default='', nullable=False),
    sa.Column('source_id', sa.String(length=60), server_default='', nullable=False),
    sa.Column('assistant_id', sa.String(length=36), server_default='', nullable=False),
    sa.Column('api_key_id', sa.String(length=36), server_default='', nullable=False),
    sa.Column('backend', sa.String(length=60), server_default='', nullable=False),
    sa.Column('model', sa.String(length=200), server_default='', nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=40), server_default='', nullable=False),
    sa.Column('units_consumed', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('prompt_tokens', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('completion_tokens', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('cached_tokens', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('cost_micro', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('currency', sa.String(length=3), server_default='', nullable=False),
    sa.Column('first_token_ms', sa.Integer(), nullable=True),
    sa.Column('duration_ms', sa.Integer(), nullable=True),
    sa.Column('details', JSON, nullable=False),
    sa.CheckConstraint('units_consumed >= 0 and cost_micro >= 0', name=op.f('ck_usage_log_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_usage_log'))
    )
    op.create_index('ix_usage_log_api_key_id_at', 'usage_log', ['api_key_id', 'at'], unique=False)
    op.create_index('ix_usage_log_at_id', 'usage_log', ['at', 'id'], unique=False)
    op.create_index('ix_usage_log_assistant_id_at', 'usage_log', ['assistant_id', 'at'], unique=False)
    op.create_index('ix_usage_log_backend_at', 'usage_log', ['backend', 'at'], unique=False)
    op.create_index('ix_usage_log_model_at', 'usage_log', ['model', 'at'], unique=False)
    op.create_index('ix_usage_log_not_done', 'usage_log', ['status', 'at'], unique=False, sqlite_where=sa.text("status <> 'done'"), postgresql_where=sa.text("status <> 'done'"))
    op.create_index('ix_usage_log_service_type_at', 'usage_log', ['service_type', 'at'], unique=False)
    op.create_index('ix_usage_log_source_at', 'usage_log', ['source', 'at'], unique=False)
    op.create_table('cloud_llm_providers',
    sa.Column('id', sa.String(length=50), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('provider_type', sa.String(length=20), nullable=False),
    sa.Column('sealed_key', sa.Text(), nullable=True),
    sa.Column('key_hint', sa.String(length=4), server_default='', nullable=False),
    sa.Column('base_url', sa.String(length=500), server_default='', nullable=False),
    sa.Column('sealed_proxy', sa.Text(), nullable=True),
    sa.Column('model_name', sa.String(length=200), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('default_of', sa.String(length=36), nullable=True),
    sa.Column('owner_id', sa.String(length=36), nullable=True),
    sa.Column('config', JSON, nullable=False),
    sa.Column('description', sa.String(length=500), server_default='', nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_cloud_llm_providers_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cloud_llm_providers')),
    sa.UniqueConstraint('default_of', name=op.f('uq_cloud_llm_providers_default_of'))
    )
    op.create_index(op.f('ix_cloud_llm_providers_owner_id'), 'cloud_llm_providers', ['owner_id'], unique=False)
    op.create_table('prompt_versions',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('prompt', JSON, nullable=False),
    sa.Column('author_id', sa.String(length=36), nullable=True),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_prompt_versions_author_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prompt_versions'))
    )
    op.create_index('ix_prompt_versions_subject_created', 'prompt_versions', ['subject', 'created'], unique=False)
    op.create_table('usage_limits',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('scope', sa.String(length=60), server_default='', nullable=False),
    sa.Column('assistant_id', sa.String(length=36), nullable=True),
    sa.Column('api_key_id', sa.String(length=36), nullable=True),
    sa.Column('service_type', sa.String(length=10), nullable=False),
    sa.Column('limit_type', sa.String(length=10), nullable=False),
    sa.Column('measure', sa.String(length=10), nullable=False),
    sa.Column('currency', sa.String(length=3), server_default='', nullable=False),
    sa.Column('limit_value', sa.BigInteger(), nullable=False),
    sa.Column('warning_threshold', sa.Integer(), nullable=False),
    sa.Column('hard_limit', sa.Boolean(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('created', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('limit_value > 0', name=op.f('ck_usage_limits_positive')),
    sa.CheckConstraint('warning_threshold between 1 and 100', name=op.f('ck_usage_limits_threshold')),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_keys.id'], name=op.f('fk_usage_limits_api_key_id_api_keys'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['assistant_id'], ['assistants.id'], name=op.f('fk_usage_limits_assistant_id_assistants'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_usage_limits')),
    sa.UniqueConstraint('scope', 'service_type', 'limit_type', 'measure', 'currency', name='uq_usage_limits_what')
    )
    op.create_index(op.f('ix_usage_limits_api_key_id'), 'usage_limits', ['api_key_id'], unique=False)
    op.create_index(op.f('ix_usage_limits_assistant_id'), 'usage_limits', ['assistant_id'], unique=False)
    op.create_table('usage_counters',
    sa.Column('limit_id', sa.String(length=36), nullable=False),
    sa.Column('period_start', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used', sa.BigInteger(), nullable=False),
    sa.Column('held', sa.BigInteger(), nullable=False),
    sa.Column('told', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('used >= 0 and held >= 0', name=op.f('ck_usage_counters_not_negative')),
    sa.ForeignKeyConstraint(['limit_id'], ['usage_limits.id'], name=op.f('fk_usage_counters_limit_id_usage_limits'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('limit_id', 'period_start', name=op.f('pk_usage_counters'))
    )


def downgrade() -> None:
    for table in (
        'usage_counters', 'usage_limits', 'usage_hours', 'usage_log',
        'llm_prices', 'prompt_versions', 'cloud_llm_providers', 'system_config',
    ):
        op.drop_table(table)
