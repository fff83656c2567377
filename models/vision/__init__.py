"""Vision: faces, hands and poses, by our own networks or by MediaPipe's tasks."""
