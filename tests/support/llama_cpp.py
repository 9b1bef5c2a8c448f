"""The process of `tests.support.local_llm`, which begins quickly: it imports nothing but the server.

    python -m tests.support.llama_cpp WEIGHTS PORT NAME CONTEXT PARALLEL

It prints where it listens, then serves until its standard input closes, so that it never outlives the test run.
"""

from __future__ import annotations

import os
import sys

import xllamacpp


def serve(weights: str, port: int, model: str, context: int, parallel: int) -> None:
    """`context`: tokens of each of so many `parallel` requests."""
    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.model_alias = {model}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.warmup = False
    params.endpoint_metrics = True
    params.n_ctx = context * parallel
    params.n_parallel = parallel
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.n_threads_http = 16  # for a queue before the two slots, and for those who ask how long it is
    server = xllamacpp.Server(params)
    print(f"address {server.listening_address}", flush=True)
    sys.stdin.read()
    os._exit(0)  # on a busy machine the server's destructor may wait for one of its threads for ever


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
