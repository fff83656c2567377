"""The console of recruiters and HR: a folder an area, and the frame around all of them."""
