"""Console pages from the requisition to the hire."""
