"""The audit: what each request was, sealed, in one chained and signed log. AUDIT.md tells it to auditors.

A record is made by `log` (`writer`, `seal`, `keys`), goes through the journal, and is put into the log by `projector`
and `sequencer` (`appending`, `chain`, `checkpoint`). `verify` proves the log, `anchors` and `witness` remember it
elsewhere. Commands act in a `session`: `reveal` reads, `retention` forgets, `exporting` and `evidence` hand out.
"""
