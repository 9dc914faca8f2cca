"""Stage 3, snapshot: accepted observations become one DuckDB with marts, checked and published."""
