"""Which way a request goes when ways are broken: the state of targets, and who may be tried once more."""
