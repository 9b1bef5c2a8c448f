"""The catalogue of faults that this folder answers for: what is done to the gateway, and what is expected of it.

A test says by `@pytest.mark.fault("D5")` which item it holds; `python -m tests.faults` runs them and writes RESULTS.md.
Items that no test holds stand in NOT_RUN with the reason, so that the table tells the truth.
"""

from __future__ import annotations

from typing import Final

CATALOGUE: Final[dict[str, tuple[str, str]]] = {
    "A2": ("kill -9 at each of 15 points", "the ledger is the provider's bill, row by row"),
    "A6": ("SIGTERM under load", "unready, nobody new, streams end, the rest by an error frame, exit 0"),
    "A12": ("rolling restart of 3 replicas under streams", "0 errors with one retry on connect"),
    "B1": ("the database dies, or freezes, under load", "0 failed, 0 lost, 0 twice; all of it shipped when it is back"),
    "B2": ("the database is away for 15 minutes", "then nobody is let in; nothing is lost"),
    "B5": ("the database's disk is full", "nothing missing, nothing twice, no hand lent"),
    "B6": ("the database is killed while rows are written", "the same"),
    "B7": ("others have all of the database's connections", "the same"),
    "B8": ("the table of usage is locked", "the same"),
    "B9": ("deadlocks in which the shipper is the victim", "the same"),
    "B12": ("the journal's disk is full", "503 with Retry-After, streams end in writing; it goes on by itself"),
    "B13": ("the journal's disk fails (EIO)", "the file is never written again; 503; it goes on by itself"),
    "B14": ("a write of the journal is torn, at a random byte", "what was acknowledged is there, once"),
    "C1": ("Redis is killed under a crowd with room for k", "admitted = what fits; posted + held ≤ limit"),
    "C3": ("a failover that lost writes", "the same"),
    "D1": ("429 with Retry-After, always", "calls ≤ 1.1×; fallback, else passed on; the breaker stays closed"),
    "D2": ("500, 503, 529, always", "left alone; calls ≤ 15 % of the requests"),
    "D3": ("a provider that fails, with a fallback", "every answer a success"),
    "D4": ("a provider whose port swallows SYNs", "one connect time-out (3 s at most); others are not held up"),
    "D5": ("the answer breaks after k bytes", "before content one retry; after it an error frame; one row"),
    "D6": ("head, then silence", "idle time-out, error frame, nothing held"),
    "D7": ("one byte at a time", "the total time-out holds"),
    "D8": ("malformed, spoiled or re-cut answers", "relayed or an error; never a hang, never an internal error"),
    "D9": ("overloaded_error within a 200 stream", "a failure: fallback before content, error frame after it"),
    "D10": ("usage absent, negative, huge, of a wrong type", "what is charged is never below nought"),
    "D11": ("max_tokens ignored ten times over", "posted in full and alarmed once; the budget refuses what comes next"),
    "D12": ("billed after our cancel", "reconciliation tells the same day, and why"),
    "D13": ("TLS: a wrong host, an authority that nobody trusts", "refused, nothing sent"),
    "D14": ("a name that does not resolve", "unreachable, at once"),
    "D15": ("compressed, ambiguous or redirected answers", "unpacked, refused, not followed"),
    "D16": ("thousands of cancels", "no connection and no place is lost"),
    "D17": ("cancelled twice", "the pool is as before"),
    "D18": ("a local server dies under load", "its peer answers; nothing crosses a border"),
    "D19": ("model retired, credential rotated", "left alone after 3 calls at most; fallback"),
    "D20": ("30 s to the first byte at one provider", "others' goodput ≥ 90 %"),
    "E1": ("clients leave before or within a stream", "the provider sees it, one row each, nothing held"),
    "E2": ("a client of a whole answer leaves", "the same"),
    "E3": (
        "readers that do not read",
        "the provider is held back; cut; others untouched",
    ),
    "E4": ("half-open clients", "noticed within 75 s"),
    "E5": ("2,000 connections that send nothing", "others are served"),
    "E6": ("bodies without end", "refused before they are read"),
    "E7": ("smuggling", "refused"),
    "E8": ("one idempotency key, 50 times", "one call"),
    "E9": ("10,000 wrong keys a second", "a few small reads of the database"),
    "E10": (
        "clients that retry at once, ten times",
        "no collapse: goodput ≥ 80 % of the maximum",
    ),
    "E11": ("twice saturation", "goodput ≥ 90 %, interactive ≥ 99 % while batch is shed, normal within 5 s"),
    "E12": ("one team at ten times its share", "others ≥ 95 %"),
    "H13": ("all traffic with canaries in it", "none is heard anywhere"),
    "H15": ("equal prompts of 50 teams", "0 hits across teams"),
    "I1": ("500 requests over 3 replicas, with room for k", "admitted = the most that fits"),
    "I2": ("10,000 steps of every operation on counters", "model = process = Valkey = database"),
    "J1": ("a superuser of the database tampers, at random", "each found, with its first record"),
    "J2": ("all of the audit built anew and signed", "the witness tells"),
    "J3": ("the log's tail is cut", "missed by checkpoints, witness, state, and the next heartbeat at the latest"),
    "J4": ("a team's day and a person are shredded", "these cannot be read, the others can; verify says whole"),
    "J5": ("yesterday's backup is restored", "told as such"),
    "J6": ("the wrapping key's rotation is killed at 10 points", "resumed; no record unreadable"),
    "J7": ("reading without leave, with ended or forged leave, alone, too much", "refused"),
    "J8": ("1,000,000 records are verified", "≤ 60 s on two cores, so 120 s of processor time; ≤ 500 MiB"),
    "J9": ("nonces, across forks", "none twice"),
    "J10": ("strict mode over 500 requests", "nothing leaves before its record is on the disk"),
    "K2": ("a later release migrates the database under load", "0 failed, nothing lost or twice; replicas still start"),
    "K5": ("a library is renewed", "all of this holds"),
    "K6": ("eight hours of load, a fault each minute", "the same"),
    "K7": ("three faults at once, round after round", "nothing lost, free or overspent; ready again within 60 s"),
}

NOT_RUN: Final[dict[str, str]] = {
    "K5": "a renewed lock is tried by all tests, as any change is",
    "K6": "no machine was free for so long; K7 at length does the same for some minutes",
}
