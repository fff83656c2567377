"""Payslips on the phone: who opens them and with what, the payslip itself, its year, questions about its lines."""
