"""A Snowflake account on loopback: DuckDB behind the interface the real clients speak."""
