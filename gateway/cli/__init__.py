"""The commands for people and scripts: one module a noun, the tree of them in `program`."""
