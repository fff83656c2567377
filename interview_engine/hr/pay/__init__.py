"""Pay: parameters of law and city, rules, profiles, monthly runs and payslips."""
