"""From sums of usage to what finance reads: the figures, and one module for each form that they are written in."""
