"""An answer on its way to the client: read, kept and given again, put values back into."""
