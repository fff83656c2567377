"""The evidence scorer: sentences, cues and quotes to a level by one stated formula."""
