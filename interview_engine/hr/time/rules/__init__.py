"""Pure rules of time: minutes and instants in, minutes and instants out."""
