"""Django's database backend for PostgreSQL with a faster check of pooled connections."""
