"""Forms and lists as declarations: typed fields, columns, what an address asks for, how a sheet is read. Pure."""
