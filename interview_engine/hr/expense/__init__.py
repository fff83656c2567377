"""Expenses: invoices that are read, claims, advances, budgets, and what is paid out for them."""
