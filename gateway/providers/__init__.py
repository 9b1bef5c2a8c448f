"""How providers are called: who they are, how they are asked, and over which connections.

`hosted` is the table of providers, `registry` makes them from the policy. `transport` is the seam that stages see;
behind it `http_upstream` has a `pool` of `guarded_connection`, on which each request is a `wire_call`. `watch` looks
after local inference servers (`engines`, `engine_models`, `warming`). `simulated` answers for demos and tests.
"""
