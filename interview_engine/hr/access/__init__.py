"""Who may do what to which fields of whom: scope × field class × action, as SQL."""
