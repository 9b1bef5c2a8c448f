"""What keeps a replica from drowning: turns, the strain that it is under, the bytes that it holds."""
