"""Which days are worked: the notice of the State Council, days of a province, days of a company."""
