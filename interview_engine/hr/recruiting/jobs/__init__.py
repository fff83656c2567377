"""What is sought and where: requisitions, postings, channels."""
