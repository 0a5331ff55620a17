"""The two databases, SQLite and PostgreSQL, and how statements are spoken to them."""
