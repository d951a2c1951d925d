"""What it is worth: returns of dated flows, and the estimates that simulated trials allow, with their errors.

Arrays come in and arrays or :class:`~sib.measures.risk.Estimate` go out. Nothing here knows a deal, a party
or a scenario.
"""
