"""One file a stage, named by its verb; `gateway.pipeline` puts them in order. What they do their work with is in the
folders: how a provider is called (`calls`), who of several (`choosing`), for what money (`money`), and what is done to
the answer on its way back (`answers`).
"""
