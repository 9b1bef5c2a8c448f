"""What must not be lost, on this machine's disk before anything else happens; and the way from there to the database.

`local` writes, `segment` is a file of it, `shipper` carries records on, `usage` makes records of usage rows.
"""
