"""What goes out of an approved run: to the bank, to the tax office, to the insurances, to the books."""
