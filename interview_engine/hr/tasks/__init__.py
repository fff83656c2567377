"""Tasks around the first and the last day: who does what until when, from templates of the company."""
