"""What usage costs, and what finance is told of it. FINANCE.md tells it to finance.

A call: `prices` finds the rates (`list_prices` where no contract has any), `rates` applies them. A month: `agreements`
and `report`, `closing` signs it, `reconcile` holds a provider's bill against it, `repricing` asks what it would cost
now. Before a call: `marginal_costs`, for whoever chooses by cost.
"""
