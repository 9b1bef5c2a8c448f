"""One file for each part of the policy: its keys, what must make sense about them, and the values that they become."""
