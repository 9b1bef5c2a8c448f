"""One file a stage, named by its verb; `gateway.pipeline` puts them in order. `answers` is what Call reads with."""
