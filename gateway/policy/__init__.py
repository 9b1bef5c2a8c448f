"""Policies: read from YAML, checked, built into values, and resolved for whoever asks.

`schema` and `parts` are the keys; `load` reads a folder by them (`documents`, `read`, `checks`, `build`), `source`
follows it while it is served. `resolve` puts the levels over a request together; `explain`, `diff` and `simulate` tell
people what a policy does; `rollout`, `applying` and `shadow` bring in a new one.
"""
