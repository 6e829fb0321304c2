"""Which kinds of events a platform has delivered.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "heard_events",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column(
            "platform",
            sa.Enum("local", "slack", "teams", name="platform", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "platform", "kind", name="pk_heard_events"),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("heard_events")
