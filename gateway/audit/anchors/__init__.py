"""Checkpoints kept where whoever rules the database does not: object-lock storage, syslog, mailboxes."""
