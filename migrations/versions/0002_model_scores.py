"""What each model reached in each suite.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "model_scores",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("backend", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=128), nullable=False),
        sa.Column("suite", sa.String(length=32), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("median_ms", sa.Float(), nullable=False),
        sa.Column("p95_ms", sa.Float(), nullable=False),
        sa.Column("memory_mb", sa.Float(), nullable=True),
        sa.Column("parts", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_model_scores")),
    )
    op.create_index("ix_model_scores_model", "model_scores", ["tenant", "model", "suite"])


def downgrade() -> None:
    """Undo the change."""
    op.drop_index("ix_model_scores_model", table_name="model_scores")
    op.drop_table("model_scores")
