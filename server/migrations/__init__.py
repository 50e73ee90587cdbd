"""The database's schema, step by step (Alembic): `versions/` holds one module a step, `env.py` runs them."""
