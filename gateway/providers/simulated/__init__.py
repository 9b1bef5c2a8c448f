"""Simulated providers: the wire dialects of the real ones, over real HTTP, without a model behind them.

For demonstrations, tests and benchmarks. What a caller needs is in `server`. How a test makes an answer fail is in
`faults`; what the imitated model says is in `answering`.

Invariants
- An answer is a function of the request: no clock, no randomness; only transport ids (`x-request-id`) count up.
- Strict where the real provider is strict, in its own error shape: a request that passes here is well-formed there.
- Nothing leaves the machine.
"""
