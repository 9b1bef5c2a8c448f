"""Values and protocols only: no I/O, no framework, no clock."""
