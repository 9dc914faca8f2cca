"""The warehouse room: row types, reference data, schema, marts, and building and publishing the DuckDB."""
