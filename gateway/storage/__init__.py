"""All that knows SQLite, PostgreSQL, Redis and Valkey: implementations of the ports in `gateway.core`.

`engine` is the way to the database, `tables` (with `audit_tables` and `job_tables`) what is in it, `schema` its
history; `redis` is the way to Redis. Usage: `usage` writes, `costs`, `rollups` and `usage_pages` read. Keys: `keys` at
rest, `directory` in memory. Money: `counters` in Redis (`counter_scripts`, `leases`), `stored_counters` in the
database, `budget_home` says whose turn it is. The audit: `audit_log`, `audit_store`.
"""
