"""How an answer was delivered: rules from detections and sound to described measures."""
