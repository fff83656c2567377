"""API routes from the requisition to the offer."""
